//! Cases about decisions: a principal, an action, a resource, a context and policies; and what comes of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use stockade_policy::{
    Attached, Context, Decision as Outcome, Exemptions, Guardrail, GuardrailKind, Policy,
    PolicyKind, PolicySet, Principal, Request, ResourceRole, Rules, Source, evaluate,
};
use toml::{Table, Value};

/// A question and its answer, as the table has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decision {
    /// The file's named policies.
    #[serde(skip)]
    pub(crate) policies: Table,
    #[serde(default = "ana")]
    principal: String,
    /// The ARN of a session's role, where it has a path.
    role: Option<String>,
    /// The ARN of the user behind a federated user.
    user: Option<String>,
    canonical_user: Option<String>,
    #[serde(default = "get_object")]
    action: String,
    #[serde(default = "photo")]
    resource: String,
    #[serde(default = "own_account")]
    owner: String,
    #[serde(default)]
    context: BTreeMap<String, OneOrMany>,
    condition: Option<Value>,
    #[serde(default)]
    identity: Vec<Value>,
    boundary: Option<Value>,
    session: Option<Vec<Value>>,
    #[serde(default)]
    resource_policy: Vec<Value>,
    #[serde(default)]
    combines: Combines,
    #[serde(default)]
    grants: Vec<Value>,
    scp: Option<Vec<Vec<Value>>>,
    rcp: Option<Vec<Vec<Value>>>,
    endpoint: Option<Vec<Value>>,
    #[serde(default)]
    exempt: Vec<Exempt>,
    expect: Expected,
    by: Option<String>,
    /// AWS's words for a denial, after who asked for what.
    says: Option<String>,
}

fn ana() -> String {
    "arn:aws:iam::111122223333:user/ana".to_owned()
}

fn get_object() -> String {
    "s3:GetObject".to_owned()
}

fn photo() -> String {
    "arn:aws:s3:::photos/cat.jpg".to_owned()
}

fn own_account() -> String {
    "111122223333".to_owned()
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// How the policy of the resource combines.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Combines {
    #[default]
    Usually,
    AsKeyPolicy,
    AsTrustPolicy,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Exempt {
    PrincipalManages,
    ResourceManages,
    ServiceLinkedRole,
}

#[derive(Clone, Copy, Deserialize)]
enum Expected {
    #[serde(rename = "allowed")]
    Allowed,
    /// Denied, and AWS does not say how.
    #[serde(rename = "denied")]
    Denied,
    #[serde(rename = "explicitly denied")]
    Explicitly,
    #[serde(rename = "implicitly denied")]
    Implicitly,
}

impl Expected {
    fn is(self, outcome: Outcome) -> bool {
        match self {
            Expected::Allowed => outcome == Outcome::Allowed,
            Expected::Denied => outcome != Outcome::Allowed,
            Expected::Explicitly => outcome == Outcome::ExplicitlyDenied,
            Expected::Implicitly => outcome == Outcome::ImplicitlyDenied,
        }
    }
}

impl Decision {
    pub(crate) fn failure(&self) -> Option<String> {
        self.decide().unwrap_or_else(Some)
    }

    /// # Errors
    /// When the case itself cannot be read.
    fn decide(&self) -> Result<Option<String>, String> {
        let mut identity = self.all(PolicyKind::Identity, &self.identity)?;
        if let Some(condition) = &self.condition {
            let mut statement = Table::new();
            statement.insert("Condition".to_owned(), condition.clone());
            identity.push(self.policy(PolicyKind::Identity, &Value::Table(statement))?);
        }
        let boundary = self
            .boundary
            .as_ref()
            .map(|policy| self.policy(PolicyKind::Boundary, policy))
            .transpose()?;
        let session = self
            .session
            .as_ref()
            .map(|policies| self.all(PolicyKind::Session, policies))
            .transpose()?;
        let (resource_role, resource_kind) = match self.combines {
            Combines::Usually => (ResourceRole::Grants, PolicyKind::Resource),
            Combines::AsKeyPolicy => (ResourceRole::RootOfAuthorization, PolicyKind::Resource),
            Combines::AsTrustPolicy => (ResourceRole::Trust, PolicyKind::Trust),
        };
        let resource = self.all(resource_kind, &self.resource_policy)?;
        let grants = self.all(PolicyKind::Resource, &self.grants)?;
        let guardrails = self.guardrails()?;
        let set = PolicySet {
            identity: &identity,
            boundary: boundary.as_ref(),
            session: session.as_deref(),
            resource: &resource,
            grants: &grants,
            guardrails: &guardrails,
            rules: Rules {
                resource_role,
                resource_account: (!self.owner.is_empty()).then_some(&*self.owner),
                exemptions: Exemptions {
                    principal_manages: self.exempt.contains(&Exempt::PrincipalManages),
                    resource_manages: self.exempt.contains(&Exempt::ResourceManages),
                    service_linked_role: self.exempt.contains(&Exempt::ServiceLinkedRole),
                },
            },
        };

        let mut context = Context::new();
        for (key, values) in &self.context {
            match values {
                OneOrMany::One(value) => context.set(key, value),
                OneOrMany::Many(values) => context.set_many(key, values.iter().map(String::as_str)),
            }
        }
        let role = self.role.clone().or_else(|| role_of(&self.principal));
        let user = self.user.clone().unwrap_or_else(ana);
        let mut request = Request::new(
            principal(&self.principal, role.as_deref(), &user)?,
            &self.action,
            self.resource.as_str(),
            &context,
        );
        request.canonical_user = self.canonical_user.as_deref();

        let evaluation = evaluate(&request, &set);
        let layer = evaluation.layer();
        let layer = serde_json::to_value(layer).map_err(|error| error.to_string())?;
        let as_expected = self.expect.is(evaluation.decision())
            && self.by.as_ref().is_none_or(|by| layer == by.as_str())
            && (self.says.is_none() || self.says == evaluation.aws_reason());
        Ok((!as_expected).then(|| {
            let reason = evaluation.aws_reason().unwrap_or_default();
            format!("got {:?} by {layer} {reason}", evaluation.decision())
        }))
    }

    fn guardrails(&self) -> Result<Vec<Guardrail>, String> {
        let endpoint = self.endpoint.clone().map(|policies| vec![policies]);
        let kinds = [
            (
                &self.scp,
                GuardrailKind::ServiceControl,
                PolicyKind::ServiceControl,
            ),
            (
                &self.rcp,
                GuardrailKind::ResourceControl,
                PolicyKind::ResourceControl,
            ),
            (
                &endpoint,
                GuardrailKind::VpcEndpoint,
                PolicyKind::VpcEndpoint,
            ),
        ];
        let mut guardrails = Vec::new();
        for (levels, kind, policies) in kinds {
            let Some(levels) = levels else { continue };
            let levels = levels
                .iter()
                .map(|level| self.all(policies, level))
                .collect::<Result<_, _>>()?;
            guardrails.push(Guardrail { kind, levels });
        }
        Ok(guardrails)
    }

    fn all(&self, kind: PolicyKind, policies: &[Value]) -> Result<Vec<Attached>, String> {
        policies
            .iter()
            .map(|policy| self.policy(kind, policy))
            .collect()
    }

    /// A policy: its name in the file, its JSON, or one statement.
    fn policy(&self, kind: PolicyKind, written: &Value) -> Result<Attached, String> {
        let text = match written {
            Value::String(json) if json.starts_with(['{', '[']) => document(json)?,
            Value::String(name) => {
                let named = self.policies.get(name);
                return self.policy(kind, named.ok_or(format!("no policy is named {name}"))?);
            }
            Value::Table(statement) => {
                let statement = completed(kind, statement);
                document(&serde_json::to_string(&statement).map_err(|error| error.to_string())?)?
            }
            other => return Err(format!("{other} is no policy")),
        };
        let policy = Policy::parse(&text, kind)
            .map_err(|error| format!("{text}: {error} ({})", error.detail()))?;
        Ok(Attached::new(
            Arc::new(policy),
            Source::inline("case", None),
        ))
    }
}

/// A statement allows every action on every resource, as far as it does not say otherwise.
fn completed(kind: PolicyKind, written: &Table) -> Table {
    let mut statement = written.clone();
    let mut default = |name: &str, other: &str| {
        if !written.contains_key(name) && !written.contains_key(other) {
            statement.insert(name.to_owned(), Value::String("*".to_owned()));
        }
    };
    default("Action", "NotAction");
    if kind != PolicyKind::Trust {
        default("Resource", "NotResource");
    }
    if matches!(kind, PolicyKind::ResourceControl | PolicyKind::VpcEndpoint) {
        default("Principal", "NotPrincipal");
    }
    statement
        .entry("Effect")
        .or_insert_with(|| Value::String("Allow".to_owned()));
    statement
}

/// A statement or a list of them, put into a document of the present version; a document stays what it is.
fn document(json: &str) -> Result<String, String> {
    let value: serde_json::Value =
        serde_json::from_str(json).map_err(|error| format!("{json}: {error}"))?;
    if value.get("Statement").is_some() {
        return Ok(json.to_owned());
    }
    Ok(format!(r#"{{"Version":"2012-10-17","Statement":{json}}}"#))
}

/// The role of a session whose role has no path.
fn role_of(session_arn: &str) -> Option<String> {
    let (head, session) = session_arn.split_once(":assumed-role/")?;
    let (name, _) = session.split_once('/')?;
    Some(format!(
        "{}:role/{name}",
        head.replacen(":sts:", ":iam:", 1)
    ))
}

/// A principal as the table writes it: an ARN, a service's or a provider's name, or `anonymous`.
fn principal<'a>(
    text: &'a str,
    role: Option<&'a str>,
    user: &'a str,
) -> Result<Principal<'a>, String> {
    if text == "anonymous" {
        return Ok(Principal::Anonymous);
    }
    if let Some(provider) = text.strip_prefix("federated:") {
        return Ok(Principal::Federated { provider });
    }
    let pieces: Vec<&str> = text.splitn(6, ':').collect();
    Ok(match pieces[..] {
        [_, partition, "iam", _, account, "root"] => Principal::Root { account, partition },
        [_, _, "iam", _, account, name] if name.starts_with("user/") => {
            Principal::User { arn: text, account }
        }
        [_, _, "sts", _, account, name] if name.starts_with("assumed-role/") => {
            Principal::AssumedRole {
                role_arn: role.ok_or(format!("{text} has no role"))?,
                session_arn: text,
                account,
            }
        }
        [_, _, "sts", _, account, name] if name.starts_with("federated-user/") => {
            Principal::FederatedUser {
                arn: text,
                user_arn: user,
                account,
            }
        }
        [name] if name.contains('.') => Principal::Service { name },
        _ => return Err(format!("{text} is no principal")),
    })
}
