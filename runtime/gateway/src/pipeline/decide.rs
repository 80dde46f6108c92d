//! The step that decides.

use stockade_authz::render::error::{denial, denied};
use stockade_authz::{Facts, Mode, Needs};
use stockade_spec::{Denied, Error, RequestContext};
use stockade_wire::decode;

use super::asked::{Asked, text};
use crate::answer;
use crate::gateway::Gateway;
use crate::route::Route;

impl Gateway {
    /// Decides on an operation without code, by what the catalog says of its input and permissions.
    pub(super) fn authorize_described(
        &self,
        asked: &Asked<'_>,
        route: &Route,
        context: &RequestContext,
        body: &[u8],
    ) -> Result<(), Error> {
        if self.mode() == Mode::Off {
            return Ok(());
        }
        let described = self
            .services
            .described(route.service.id, route.operation.name);
        let Some((operation, permissions)) = described else {
            return self.authorize(asked, route, context, None).map(drop);
        };
        let input = decode::read(&asked.decodable(route, body), |deserializer| {
            operation.read(deserializer)
        })
        .map_err(|error| error.into_error(&route.dialect))?;
        let needs = Needs {
            permissions,
            input: &input,
            service: None,
            divisible: false,
        };
        self.authorize(asked, route, context, Some(needs)).map(drop)
    }

    /// Decides on a request; what is denied of one that goes through for the rest.
    pub(super) fn authorize(
        &self,
        asked: &Asked<'_>,
        route: &Route,
        context: &RequestContext,
        needs: Option<Needs<'_>>,
    ) -> Result<Denied, Error> {
        let headers = &asked.parts.headers;
        let decision = self.authorizer.authorize(&stockade_authz::Request {
            context,
            service: route.service.id,
            operation: route.operation.name,
            needs,
            facts: Facts {
                source_ip: asked.peer,
                secure: false,
                header: &|name| text(headers, name),
            },
        });
        let Some(decision) = decision else {
            return Ok(Denied::default());
        };
        let form = answer::form(&route.dialect);
        if decision.blocks() {
            return Err(denial(&decision, self.style, form));
        }
        Ok(denied(&decision, self.style, form))
    }
}
