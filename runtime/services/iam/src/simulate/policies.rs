//! The policies of a simulation.

use std::sync::Arc;

use stockade_iam_api::shapes;
use stockade_policy::{Attached, Guardrail, GuardrailKind, Policy, PolicyKind, Source, split_arn};
use stockade_spec::Error;
use stockade_spec::directory::AttachedPolicy;

use crate::simulate::exclude::Exclusions;
use crate::simulate::invalid;
use crate::simulate::origin::Origin;

/// The policies of a simulation, compiled, each named as answers name it.
#[derive(Debug, Default)]
pub(crate) struct Policies {
    pub(crate) identity: Vec<Attached>,
    pub(crate) boundary: Option<Attached>,
    pub(crate) resource: Option<Attached>,
    /// Service control policies of the request, from the root down.
    levels: Option<Vec<Vec<Attached>>>,
}

pub(crate) fn compile(document: &str, kind: PolicyKind, name: String) -> Result<Attached, Error> {
    let policy = Policy::parse_strict(document, kind)
        .map_err(|error| invalid(format!("Invalid Input {name}: {error}")))?;
    Ok(Attached::new(Arc::new(policy), Source::inline(name, None)))
}

pub(crate) fn guardrail(levels: Vec<Vec<Attached>>) -> Guardrail {
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
    let kind = split_arn(&policy.attached_to)
        .and_then(|[.., resource]| resource.split('/').next())
        .unwrap_or_default();
    format!("{kind}_{}_{}", last(&policy.attached_to), policy.name)
}

impl Policies {
    /// The policies that a user, group or role carries, a user's groups' with them, but for what is left out.
    pub(crate) fn of(origin: &Origin, exclusions: &Exclusions) -> Result<Self, Error> {
        let mut policies = Self::default();
        for policy in origin.policies() {
            if !exclusions.identity(policy) {
                let compiled = compile(&policy.document, PolicyKind::Identity, name_of(policy))?;
                policies.identity.push(compiled);
            }
        }
        if let Some(boundary) = origin.boundary().filter(|_| !exclusions.boundary()) {
            let compiled = compile(&boundary.document, PolicyKind::Identity, name_of(boundary))?;
            policies.boundary = Some(compiled);
        }
        Ok(policies)
    }

    pub(crate) fn add_input(&mut self, documents: &[String]) -> Result<(), Error> {
        for (document, number) in documents.iter().zip(1..) {
            let name = format!("PolicyInputList.{number}");
            let compiled = compile(document, PolicyKind::Identity, name).map_err(|_| {
                invalid(format!(
                    "Policy input list item {number} has invalid content"
                ))
            })?;
            self.identity.push(compiled);
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
                "The list of Permissions Boundary policies cannot exceed 1 items.",
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
        let compiled: Result<Vec<_>, Error> = levels.iter().zip(1..).map(level).collect();
        self.levels = Some(compiled?);
        Ok(())
    }

    /// The service control policies that the request holds.
    pub(crate) fn guardrail(&self) -> Option<Guardrail> {
        self.levels.clone().map(guardrail)
    }

    /// All that were given but service control policies, whose keys and statements no answer tells.
    pub(crate) fn told(&self) -> impl Iterator<Item = &Attached> {
        let others = self.boundary.iter().chain(&self.resource);
        self.identity.iter().chain(others)
    }

    /// The keys that the identity's policies read.
    pub(crate) fn identity_keys(&self) -> Vec<String> {
        keys_of(self.identity.iter())
    }
}

/// One level of an organization. `number` counts from 1.
fn level(
    (level, number): (&shapes::OrderedOrganizationPolicyType, usize),
) -> Result<Vec<Attached>, Error> {
    let documents = level
        .service_control_policy_input_list
        .as_deref()
        .unwrap_or_default();
    if documents.is_empty() {
        return Err(invalid(format!(
            "Organization policy at index {number} must contain at least one service control policy"
        )));
    }
    let name = |index| {
        format!("OrderedOrganizationPolicyInputList.{number}.ServiceControlPolicyInputList.{index}")
    };
    documents
        .iter()
        .zip(1..)
        .map(|(document, index)| compile(document, PolicyKind::ServiceControl, name(index)))
        .collect()
}

/// The keys that policies read, each once.
pub(crate) fn keys_of<'p>(policies: impl Iterator<Item = &'p Attached>) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for attached in policies {
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
