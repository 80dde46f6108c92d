//! Who asks in a simulation, of whose resources, and with which context.

use stockade_iam_api::shapes;
use stockade_kit::arn::Arn;
use stockade_kit::ids::is_account_id;
use stockade_policy::{Attached, Context, Guardrail, PolicyKind, Principal};
use stockade_spec::{Error, RequestContext};

use crate::Iam;
use crate::simulate::context::Keys;
use crate::simulate::invalid;
use crate::simulate::origin::Origin;
use crate::simulate::policies::{compile, guardrail};

/// Who asks in a simulation, of whose resources, and with which context.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// `arn:aws:iam::123456789012:user/name`; a group or a role asks as a user does.
    caller: String,
    /// Whether the request or a principal says who asks.
    has_caller: bool,
    account: String,
    owner: String,
    /// Those of the request stand before those of the principal.
    keys: Keys,
}

impl Scenario {
    pub(crate) fn new(
        request: &RequestContext,
        caller: Option<&str>,
        owner: Option<&str>,
        entries: Vec<shapes::ContextEntry>,
    ) -> Result<Self, Error> {
        let mut keys = Keys::new(entries)?;
        let account = match caller {
            None => request.account.clone(),
            Some(arn) => {
                let (account, user) = caller_of(arn)?;
                if let Some(name) = user {
                    keys.tell("aws:username", name);
                }
                keys.tell("aws:PrincipalArn", arn);
                account
            }
        };
        keys.tell("aws:PrincipalAccount", &account);
        let owner = match owner {
            None => account.clone(),
            Some(text) => owner_of(text)?,
        };
        // A user of no name: it has what the simulated policies give, and nothing names it.
        let nobody = || format!("arn:{}:iam::{account}:user/", request.partition);
        Ok(Self {
            caller: caller.map_or_else(nobody, str::to_owned),
            has_caller: caller.is_some(),
            account,
            owner,
            keys,
        })
    }

    /// Adds what is known of the principal whose policies are simulated.
    pub(crate) fn stand_for(&mut self, origin: &Origin) {
        for (key, value) in origin.tags() {
            self.keys.tell(format!("aws:PrincipalTag/{key}"), value);
        }
        if let Some(id) = origin.user_id() {
            self.keys.tell("aws:userid", id);
        }
    }

    pub(crate) fn principal(&self) -> Principal<'_> {
        Principal::User {
            arn: &self.caller,
            account: &self.account,
        }
    }

    pub(crate) fn has_caller(&self) -> bool {
        self.has_caller
    }

    pub(crate) fn context(&self) -> Context<'_> {
        let mut context = Context::new();
        for (key, values) in self.keys.iter() {
            context.set_many(key, values.iter().map(String::as_str));
        }
        context
    }

    /// The service control policies that bind the caller's account.
    pub(crate) fn guardrail(&self, iam: &Iam) -> Result<Option<Guardrail>, Error> {
        let Some(organizations) = &iam.organizations else {
            return Ok(None);
        };
        let Some(levels) = organizations
            .guardrails(&self.account)
            .filter(|standing| !standing.is_management)
            .and_then(|standing| standing.service_control)
        else {
            return Ok(None);
        };
        let levels: Result<Vec<Vec<Attached>>, Error> = levels
            .into_iter()
            .map(|level| {
                let policies = level.policies.into_iter();
                policies
                    .map(|it| compile(&it.document, PolicyKind::ServiceControl, it.name))
                    .collect()
            })
            .collect();
        Ok(Some(guardrail(levels?)))
    }

    /// The account that owns a resource: its ARN's, else the one that the request names.
    pub(crate) fn owner_of<'r>(&'r self, resource: &'r str) -> &'r str {
        let in_arn = resource.split(':').nth(4).filter(|it| is_account_id(it));
        in_arn.unwrap_or(&self.owner)
    }

    pub(crate) fn account(&self) -> &str {
        &self.account
    }
}

/// The account of who asks, and a user's name. "You cannot specify the ARN of an assumed role, federated user, or a
/// service principal."
fn caller_of(arn: &str) -> Result<(String, Option<String>), Error> {
    let bad =
        || invalid("Invalid caller - Caller must be an IAM user, role or group in this context.");
    let parsed: Arn = arn.parse().map_err(|_| bad())?;
    match (&*parsed.service, parsed.resource_type()) {
        ("iam", Some("user")) => {
            let name = parsed.resource_name().to_owned();
            Ok((parsed.account, Some(name)))
        }
        ("iam", Some("role" | "group")) => Ok((parsed.account, None)),
        _ => Err(bad()),
    }
}

/// The account of an owner's ARN. IAM takes no bare account ids here, whatever the page of `SimulatePrincipalPolicy` says
/// (boto/botocore issue 1346).
fn owner_of(text: &str) -> Result<String, Error> {
    let parsed: Option<Arn> = text.parse().ok();
    parsed
        .filter(|arn| arn.service == "iam" && is_account_id(&arn.account))
        .map(|arn| arn.account)
        .ok_or_else(|| invalid(format!("'{text}' is not a valid as a Resource Owner.")))
}
