//! The organization's resource policy, which delegates to members what is the management account's
//! ("Delegated administrator for AWS Organizations", AWS Organizations User Guide).

use serde_json::Value;
use stockade_organizations_api::shapes::InvalidInputExceptionReason;
use stockade_organizations_api::{errors as api, shapes};
use stockade_policy::{Effect, Policy, PolicyKind, Statement};
use stockade_spec::{Error, RequestContext};

use crate::state::{self, Membership, RESOURCE_POLICY, ResourcePolicy};
use crate::{Organizations, delegable, errors, ids, tags};

/// Whether a policy might allow an operation to somebody of an account. It is read closely where the caller is
/// known; here no statement that might is overlooked.
pub(crate) fn speaks_of(content: &str, account: &str, operation: &str) -> bool {
    let action = format!("organizations:{operation}").to_ascii_lowercase();
    let allows = |statement: &Statement| {
        let actions = statement.actions();
        let covers = |entry: &str| {
            let start = entry.split(['*', '?']).next().unwrap_or_default();
            action.starts_with(&start.to_ascii_lowercase())
        };
        statement.effect() == Effect::Allow
            && (actions.negated || actions.entries.iter().any(|entry| covers(entry)))
            && statement.principals().is_some_and(|principals| {
                principals.negated || principals.entries.iter().any(|entry| is_of(entry, account))
            })
    };
    Policy::parse(content, PolicyKind::Resource)
        .is_ok_and(|policy| policy.statements().iter().any(allows))
}

/// Whether a principal, as policies tell it, is an account or somebody of it.
fn is_of(entry: &str, account: &str) -> bool {
    let name = entry.strip_prefix("AWS:").unwrap_or(entry);
    name == "*" || name == account || name.split(':').nth(4) == Some(account)
}

/// A policy's denials alone; `None` if it has none.
pub(crate) fn denials(content: &str) -> Option<String> {
    let mut document: Value = serde_json::from_str(content).ok()?;
    let statements = match document.get_mut("Statement")?.take() {
        Value::Array(all) => all,
        one => vec![one],
    };
    let denials: Vec<Value> = statements
        .into_iter()
        .filter(|statement| statement["Effect"] == "Deny")
        .collect();
    (!denials.is_empty()).then(|| {
        document["Statement"] = Value::Array(denials);
        document.to_string()
    })
}

/// Refuses what delegates to nobody, or what cannot be delegated.
fn check(content: &str) -> Result<(), Error> {
    use InvalidInputExceptionReason as Reason;
    let policy = Policy::parse_strict(content, PolicyKind::Resource).map_err(|_| {
        errors::invalid(
            Reason::InvalidResourcePolicyJson,
            "The provided resource policy is not valid JSON of the policy grammar.",
        )
    })?;
    for statement in policy.statements() {
        let names_accounts = statement.principals().is_some_and(|principals| {
            let is_account = |entry: &str| entry.starts_with("AWS:") && entry != "AWS:*";
            !principals.negated && principals.entries.iter().all(|entry| is_account(entry))
        });
        if !names_accounts {
            return Err(errors::invalid(
                Reason::InvalidPrincipal,
                "You specified an invalid principal element in the policy.",
            ));
        }
        let actions = statement.actions();
        let mut entries = actions.entries.iter();
        if actions.negated || !entries.all(|entry| delegable::is_supported(entry)) {
            return Err(errors::invalid(
                Reason::UnsupportedActionInResourcePolicy,
                "You specified an action in the policy that can't be delegated.",
            ));
        }
        if statement.resources().is_some_and(|it| it.negated) {
            return Err(errors::invalid(
                Reason::UnsupportedResourceInResourcePolicy,
                "You specified a resource element in the policy that isn't supported.",
            ));
        }
    }
    Ok(())
}

impl ResourcePolicy {
    fn into_shape(
        self,
        membership: &Membership,
        context: &RequestContext,
    ) -> shapes::ResourcePolicy {
        let organization = &membership.organization;
        shapes::ResourcePolicy {
            resource_policy_summary: Some(shapes::ResourcePolicySummary {
                arn: Some(organization.resource_policy_arn(context.partition, &self.id)),
                id: Some(self.id),
            }),
            content: Some(self.content),
        }
    }
}

fn not_found() -> Error {
    api::resource_policy_not_found_exception(
        "We can't find a resource policy request with the parameter that you specified.",
    )
}

/// Tags are given at creation alone ("PutResourcePolicy": updates with tags are not supported).
pub(crate) async fn put(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::PutResourcePolicyRequest,
) -> Result<shapes::PutResourcePolicyResponse, Error> {
    check(&input.content)?;
    let tags = tags::from_input(input.tags.as_deref())?;
    let shape = state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        let policy = match membership.resource_policy(tx)? {
            Some(policy) => ResourcePolicy {
                content: input.content.clone(),
                ..policy
            },
            None => ResourcePolicy {
                id: ids::resource_policy(),
                content: input.content.clone(),
                tags: tags.clone(),
            },
        };
        tx.put(RESOURCE_POLICY, &membership.scope, &[], &policy)?;
        Ok(policy.into_shape(&membership, context))
    })
    .await?;
    Ok(shapes::PutResourcePolicyResponse {
        resource_policy: Some(shape),
    })
}

pub(crate) async fn describe(
    service: &Organizations,
    context: &RequestContext,
) -> Result<shapes::DescribeResourcePolicyResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership =
        Membership::administered_by(&snapshot, &context.account, "DescribeResourcePolicy")?;
    let policy = membership
        .resource_policy(&snapshot)?
        .ok_or_else(not_found)?;
    Ok(shapes::DescribeResourcePolicyResponse {
        resource_policy: Some(policy.into_shape(&membership, context)),
    })
}

pub(crate) async fn delete(service: &Organizations, context: &RequestContext) -> Result<(), Error> {
    state::write(&service.store, |tx| {
        let membership = Membership::managed_by(tx, &context.account)?;
        if membership.resource_policy(tx)?.is_none() {
            return Err(not_found().into());
        }
        tx.delete(RESOURCE_POLICY, &membership.scope, &[]);
        Ok(())
    })
    .await
}
