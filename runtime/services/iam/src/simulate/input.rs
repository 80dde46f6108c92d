//! What a simulation is given: policies with the names that answers call them by, and the simulated request's context.

use std::sync::Arc;

use stockade_iam_api::{errors, shapes};
use stockade_kit::arn::Arn;
use stockade_policy::{
    Attached, Context, Guardrail, GuardrailKind, Policy, PolicyKind, Principal, Source,
};
use stockade_spec::directory::{AttachedPolicy, Profile};
use stockade_spec::{Error, RequestContext};
use stockade_store::Scope;

use crate::{Iam, directory, groups, roles, users};

pub(crate) fn invalid(message: impl Into<String>) -> Error {
    errors::invalid_input_exception(message)
}

/// "Each operation must include the service identifier, such as `iam:CreateUser`", and no wildcards.
pub(crate) fn check_action(action: &str) -> Result<(), Error> {
    let is_good = action.split_once(':').is_some_and(|(prefix, name)| {
        !prefix.is_empty() && !name.is_empty() && !action.contains(['*', '?'])
    });
    if is_good {
        return Ok(());
    }
    Err(invalid(format!("Invalid Input Actions: {action}")))
}

/// The policies of a simulation, compiled, each named as answers name it.
#[derive(Debug, Default)]
pub(crate) struct Policies {
    pub(crate) identity: Vec<Attached>,
    pub(crate) boundary: Option<Attached>,
    pub(crate) resource: Option<Attached>,
    /// Service control policies of the request, from the root down.
    levels: Option<Vec<Vec<Attached>>>,
}

fn compile(document: &str, kind: PolicyKind, name: String) -> Result<Attached, Error> {
    let policy = Policy::parse_strict(document, kind)
        .map_err(|error| invalid(format!("Invalid Input {name}: {error}")))?;
    Ok(Attached::new(Arc::new(policy), Source::inline(name, None)))
}

fn guardrail(levels: Vec<Vec<Attached>>) -> Guardrail {
    Guardrail {
        kind: GuardrailKind::ServiceControl,
        levels,
    }
}

/// What the simulator calls a policy of a principal: a managed one by its name, an inline one by its holder's and its own.
fn name_of(policy: &AttachedPolicy) -> String {
    let last = |text: &str| text.rsplit('/').next().unwrap_or(text).to_owned();
    if policy.managed {
        return last(&policy.name);
    }
    let kind = policy
        .attached_to
        .splitn(6, ':')
        .nth(5)
        .and_then(|resource| resource.split('/').next())
        .unwrap_or_default();
    format!("{kind}_{}_{}", last(&policy.attached_to), policy.name)
}

impl Policies {
    /// The policies that a user, group or role carries; a user's groups' with them.
    pub(crate) fn of_principal(iam: &Iam, arn: &str) -> Result<Self, Error> {
        let profile = profile(iam, arn)?;
        let mut policies = Self::default();
        for policy in &profile.policies {
            let compiled = compile(&policy.document, PolicyKind::Identity, name_of(policy))?;
            policies.identity.push(compiled);
        }
        if let Some(boundary) = &profile.boundary {
            let compiled = compile(&boundary.document, PolicyKind::Identity, name_of(boundary))?;
            policies.boundary = Some(compiled);
        }
        Ok(policies)
    }

    pub(crate) fn add_input(&mut self, documents: &[String]) -> Result<(), Error> {
        for (index, document) in documents.iter().enumerate() {
            let name = format!("PolicyInputList.{}", index + 1);
            self.identity
                .push(compile(document, PolicyKind::Identity, name)?);
        }
        Ok(())
    }

    /// A boundary of the request stands in place of the principal's own.
    pub(crate) fn set_boundary(&mut self, documents: Option<&[String]>) -> Result<(), Error> {
        match documents.unwrap_or_default() {
            [] => Ok(()),
            [document] => {
                let name = "PermissionsBoundaryPolicyInputList.1".to_owned();
                self.boundary = Some(compile(document, PolicyKind::Identity, name)?);
                Ok(())
            }
            _ => Err(invalid(
                "PermissionsBoundaryPolicyInputList can hold one policy.",
            )),
        }
    }

    pub(crate) fn set_resource(&mut self, document: Option<&str>) -> Result<(), Error> {
        if let Some(document) = document {
            let name = "ResourcePolicy".to_owned();
            self.resource = Some(compile(document, PolicyKind::Resource, name)?);
        }
        Ok(())
    }

    pub(crate) fn set_levels(
        &mut self,
        levels: Option<&[shapes::OrderedOrganizationPolicyType]>,
    ) -> Result<(), Error> {
        let Some(levels) = levels.filter(|levels| !levels.is_empty()) else {
            return Ok(());
        };
        let compiled: Result<Vec<Vec<Attached>>, Error> = levels
            .iter()
            .enumerate()
            .map(|(level, policies)| {
                let documents = policies.service_control_policy_input_list.as_deref();
                documents
                    .unwrap_or_default()
                    .iter()
                    .enumerate()
                    .map(|(index, document)| {
                        let name = format!(
                            "OrderedOrganizationPolicyInputList.{}.ServiceControlPolicyInputList.{}",
                            level + 1,
                            index + 1
                        );
                        compile(document, PolicyKind::ServiceControl, name)
                    })
                    .collect()
            })
            .collect();
        self.levels = Some(compiled?);
        Ok(())
    }

    /// The service control policies that the request holds.
    pub(crate) fn guardrail(&self) -> Option<Guardrail> {
        self.levels.clone().map(guardrail)
    }

    /// The keys that the identity's policies read, each once.
    pub(crate) fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        for attached in &self.identity {
            for statement in attached.policy.statements() {
                for key in attached.policy.keys_of(statement) {
                    if !keys.iter().any(|held| held.eq_ignore_ascii_case(key)) {
                        keys.push(key.to_owned());
                    }
                }
            }
        }
        keys
    }
}

/// What a user, group or role carries, by its ARN.
fn profile(iam: &Iam, arn: &str) -> Result<Profile, Error> {
    let bad = || invalid(format!("Invalid Entity Arn: {arn}"));
    let parsed: Arn = arn.parse().map_err(|_| bad())?;
    let (snapshot, scope) = (iam.store.snapshot(), Scope::account(&parsed.account));
    let name = parsed.resource_name();
    let mut profile = Profile::default();
    match parsed.resource_type() {
        Some("user") => {
            let user = users::get(&snapshot, &scope, name)?;
            profile = directory::of_user(&snapshot, &scope, user)?;
        }
        Some("group") => {
            let group = groups::get(&snapshot, &scope, name)?;
            directory::add(&snapshot, &mut profile.policies, &group.policies, arn)?;
        }
        Some("role") => {
            let role = roles::get(&snapshot, &scope, name)?;
            directory::add(&snapshot, &mut profile.policies, &role.policies, arn)?;
            profile.boundary = directory::boundary(&snapshot, role.boundary, arn)?;
            profile.tags = role.tags.into_iter().collect();
        }
        _ => return Err(bad()),
    }
    Ok(profile)
}

/// Who asks in a simulation, of whose resources, and with which context.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// `arn:aws:iam::123456789012:user/name`.
    caller: String,
    account: String,
    pub(crate) owner: String,
    /// Keys with their values; those of the request stand before those of the principal.
    keys: Vec<(String, Vec<String>)>,
}

impl Scenario {
    pub(crate) fn new(
        request: &RequestContext,
        caller: Option<&str>,
        owner: Option<&str>,
        entries: Vec<shapes::ContextEntry>,
    ) -> Result<Self, Error> {
        let account = match caller {
            None => request.account.clone(),
            Some(arn) => {
                let parsed: Option<Arn> = arn.parse().ok();
                match parsed.filter(|arn| arn.resource_type() == Some("user")) {
                    Some(arn) => arn.account,
                    None => return Err(invalid(format!("Invalid Caller Arn: {arn}"))),
                }
            }
        };
        let owner = match owner {
            None => account.clone(),
            Some(text) => account_of(text)
                .ok_or_else(|| invalid(format!("Invalid Resource Owner: {text}")))?,
        };
        let mut keys = Vec::with_capacity(entries.len());
        for entry in entries {
            keys.push(pair(entry)?);
        }
        // A user of no name: it has what the simulated policies give, and nothing names it.
        let nobody = || format!("arn:{}:iam::{account}:user/", request.partition);
        let mut scenario = Self {
            caller: caller.map_or_else(nobody, str::to_owned),
            owner,
            keys,
            account: account.clone(),
        };
        if let Some(arn) = caller {
            let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
            scenario.tell("aws:username", name);
            scenario.tell("aws:PrincipalArn", arn.to_owned());
        }
        scenario.tell("aws:PrincipalAccount", account);
        Ok(scenario)
    }

    /// Sets a key that the request has not set.
    fn tell(&mut self, key: impl Into<String>, value: String) {
        let key = key.into();
        if !self
            .keys
            .iter()
            .any(|(held, _)| held.eq_ignore_ascii_case(&key))
        {
            self.keys.push((key, vec![value]));
        }
    }

    /// Adds what is known of the principal whose policies are simulated.
    pub(crate) fn stand_for(&mut self, iam: &Iam, arn: &str) -> Result<(), Error> {
        for (key, value) in profile(iam, arn)?.tags {
            self.tell(format!("aws:PrincipalTag/{key}"), value);
        }
        if let Ok(Some(user)) = directory::user_of(&iam.store.snapshot(), arn) {
            self.tell("aws:userid", user.id);
        }
        Ok(())
    }

    pub(crate) fn principal(&self) -> Principal<'_> {
        Principal::User {
            arn: &self.caller,
            account: &self.account,
        }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        let mut context = Context::new();
        for (key, values) in &self.keys {
            context.set_many(key.as_str(), values.iter().map(String::as_str));
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
    pub(crate) fn owner_of<'r>(&'r self, resource: &'r str) -> Option<&'r str> {
        if resource == "*" {
            return None;
        }
        let in_arn = resource.split(':').nth(4).filter(|it| !it.is_empty());
        Some(in_arn.unwrap_or(&self.owner))
    }

    pub(crate) fn account(&self) -> &str {
        &self.account
    }
}

/// The account of an id or of an ARN.
fn account_of(text: &str) -> Option<String> {
    if stockade_kit::ids::is_account_id(text) {
        return Some(text.to_owned());
    }
    let arn: Arn = text.parse().ok()?;
    stockade_kit::ids::is_account_id(&arn.account).then_some(arn.account)
}

fn pair(entry: shapes::ContextEntry) -> Result<(String, Vec<String>), Error> {
    let key = entry
        .context_key_name
        .ok_or_else(|| invalid("A context entry has no ContextKeyName."))?;
    let values = entry.context_key_values.unwrap_or_default();
    let is_list = entry
        .context_key_type
        .as_ref()
        .is_some_and(|kind| kind.as_str().ends_with("List"));
    if !is_list && values.len() > 1 {
        return Err(invalid(format!(
            "Context key {key} has several values, and its ContextKeyType takes one."
        )));
    }
    Ok((key, values))
}
