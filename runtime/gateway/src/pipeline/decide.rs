//! The step that decides.

use stockade_authz::render::error::{denial, denied};
use stockade_authz::{Facts, Mode, Needs};
use stockade_spec::{Denied, Error, RequestContext};
use stockade_wire::decode;

use super::asked::{Asked, text};
use crate::answer;
use crate::gateway::Gateway;
use crate::route::Route;

/// What was decided on a request that goes through.
#[derive(Default)]
pub(super) struct Decided {
    /// What is denied of it.
    pub(super) denied: Denied,
    /// The ARNs of the service-linked roles that the service makes if the call succeeds.
    pub(super) missing_roles: Vec<String>,
}

impl Gateway {
    /// Decides on an operation without code, by what the catalog says of its input and permissions.
    pub(super) fn authorize_described(
        &self,
        asked: &Asked<'_>,
        route: &Route,
        context: &RequestContext,
        body: &[u8],
    ) -> Result<Decided, Error> {
        if self.mode() == Mode::Off {
            return Ok(Decided::default());
        }
        let described = self
            .services
            .described(route.service.id, route.operation.name);
        let Some((operation, permissions)) = described else {
            return self.authorize(asked, route, context, None);
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
        self.authorize(asked, route, context, Some(needs))
    }

    /// Decides on a request; an error denies it as a whole.
    pub(super) fn authorize(
        &self,
        asked: &Asked<'_>,
        route: &Route,
        context: &RequestContext,
        needs: Option<Needs<'_>>,
    ) -> Result<Decided, Error> {
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
            return Ok(Decided::default());
        };
        let form = answer::form(&route.dialect);
        if decision.blocks() {
            return Err(denial(&decision, self.style, form));
        }
        Ok(Decided {
            denied: denied(&decision, self.style, form),
            missing_roles: decision.missing_roles().map(str::to_owned).collect(),
        })
    }

    /// Does what the service does of its own accord once a call succeeded: makes the service-linked roles that are missing.
    /// The answer stands if that fails.
    pub(super) async fn link_roles(&self, arns: &[String], context: &RequestContext) {
        for arn in arns {
            if let Err(error) = self.authorizer.directory().link_role(context, arn).await {
                tracing::error!(
                    request_id = context.request_id,
                    arn,
                    code = %error.code,
                    "A service-linked role cannot be made."
                );
            }
        }
    }
}
