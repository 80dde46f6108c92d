//! Resource policies: statements that AWS writes from what `AddPermission` is told. The function
//! and each of its versions and aliases have a policy of their own.

use serde_json::{Map, Value, json};
use stockade_kit::arn::Arn;
use stockade_kit::failure::Failure;
use stockade_kit::ids;
use stockade_lambda_api::errors;
use stockade_lambda_api::shapes::{self, AddPermissionRequest, FunctionUrlAuthType};
use stockade_policy::language::is_service_principal;
use stockade_spec::{Error, RequestContext};

use crate::Lambda;
use crate::errors::{check_revision, invalid};
use crate::names::{LATEST, Target};
use crate::state::{FunctionRecord, POLICIES, PolicyRecord, StatementRecord};

/// Longest policy in bytes ("Lambda quotas", Function resource-based policy).
const MAX_POLICY_BYTES: usize = 20 * 1024;

fn check(input: &AddPermissionRequest) -> Result<(), Error> {
    if input.function_url_auth_type.is_some() && input.action != "lambda:InvokeFunctionUrl" {
        return Err(invalid(
            "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action",
        ));
    }
    Ok(())
}

/// The principal as documents write it; `None` if it is none.
fn principal(text: &str, partition: &str) -> Option<Value> {
    if text == "*" {
        return Some(json!("*"));
    }
    if ids::is_account_id(text) {
        return Some(json!({ "AWS": format!("arn:{partition}:iam::{text}:root") }));
    }
    if text.starts_with("arn:") {
        let arn: Arn = text.parse().ok()?;
        let known = matches!(arn.service.as_str(), "iam" | "sts")
            && ids::is_account_id(&arn.account)
            && !text.contains('*');
        return known.then(|| json!({ "AWS": text }));
    }
    // `s3.amazonaws.com`, `alexa-appkit.amazon.com`, `states.cn-north-1.amazonaws.com.cn`
    is_service_principal(text).then(|| json!({ "Service": text }))
}

fn conditions(input: &AddPermissionRequest) -> Map<String, Value> {
    let mut equals = Map::new();
    let auth_type = input.function_url_auth_type.as_ref();
    for (key, value) in [
        ("AWS:SourceAccount", input.source_account.as_deref()),
        (
            "lambda:EventSourceToken",
            input.event_source_token.as_deref(),
        ),
        (
            "lambda:FunctionUrlAuthType",
            auth_type.map(FunctionUrlAuthType::as_str),
        ),
        ("aws:PrincipalOrgID", input.principal_org_id.as_deref()),
    ] {
        if let Some(value) = value {
            equals.insert(key.to_owned(), json!(value));
        }
    }
    let mut conditions = Map::new();
    if !equals.is_empty() {
        conditions.insert("StringEquals".to_owned(), Value::Object(equals));
    }
    if let Some(via_url) = input.invoked_via_function_url {
        let keys = json!({ "lambda:InvokedViaFunctionUrl": via_url.to_string() });
        conditions.insert("Bool".to_owned(), keys);
    }
    if let Some(arn) = &input.source_arn {
        conditions.insert("ArnLike".to_owned(), json!({ "AWS:SourceArn": arn }));
    }
    conditions
}

fn statement(input: &AddPermissionRequest, target: &Target) -> Result<Value, Error> {
    let principal = principal(&input.principal, &target.function.partition).ok_or_else(|| {
        invalid("The provided principal was invalid. Please check the principal and try again.")
    })?;
    let mut statement = json!({
        "Sid": input.statement_id,
        "Effect": "Allow",
        "Principal": principal,
        "Action": input.action,
        "Resource": target.arn(),
    });
    let conditions = conditions(input);
    if !conditions.is_empty() {
        statement["Condition"] = Value::Object(conditions);
    }
    Ok(statement)
}

/// The document that a policy's statements make.
pub(crate) fn document(policy: &PolicyRecord) -> String {
    let statements: Vec<&Value> = policy.statements.iter().map(|one| &one.statement).collect();
    json!({ "Version": "2012-10-17", "Id": "default", "Statement": statements }).to_string()
}

pub(crate) async fn add(
    lambda: &Lambda,
    context: &RequestContext,
    input: AddPermissionRequest,
) -> Result<shapes::AddPermissionResponse, Error> {
    check(&input)?;
    let qualifier = input.qualifier.as_deref();
    let target = Target::of(&context.scope(), &input.function_name, qualifier)?;
    if target.qualifier.as_deref() == Some(LATEST) {
        return Err(invalid(
            "We currently do not support adding policies for $LATEST.",
        ));
    }
    let added = StatementRecord {
        id: input.statement_id.clone(),
        principal: input.principal.clone(),
        url_auth_type: input
            .function_url_auth_type
            .as_ref()
            .map(|auth_type| auth_type.as_str().to_owned()),
        statement: statement(&input, &target)?,
    };
    let revision = ids::request_id();
    let function = &target.function;
    let qualifier = target.qualifier.as_deref();
    lambda
        .store
        .write(|tx| {
            let record = FunctionRecord::require(tx, function)?;
            let current = record.revision(tx, function, qualifier)?;
            if input.revision_id.as_ref().is_some_and(|asked| *asked != current) {
                return Err(Failure::from(errors::precondition_failed_exception(
                    "The Revision Id provided does not match the latest Revision Id. Call the \
                     GetPolicy API to retrieve the latest Revision Id",
                )));
            }
            let mut policy = PolicyRecord::find(tx, function, qualifier)?.unwrap_or_default();
            if policy.statement(&added.id).is_some() {
                let conflict = format!(
                    "The statement id ({}) provided already exists. Please provide a new statement \
                     id, or remove the existing statement.",
                    added.id
                );
                return Err(errors::resource_conflict_exception(conflict).into());
            }
            policy.statements.push(added.clone());
            let length = document(&policy).len();
            if length > MAX_POLICY_BYTES {
                let too_long = format!(
                    "The final policy size ({length}) is bigger than the limit ({MAX_POLICY_BYTES})."
                );
                return Err(errors::policy_length_exceeded_exception(too_long).into());
            }
            let key = PolicyRecord::key(function, qualifier);
            tx.put(POLICIES, &function.scope(), &key, &policy)?;
            record.revise(tx, function, qualifier, &revision)
        })
        .await?;
    Ok(shapes::AddPermissionResponse {
        statement: Some(added.statement.to_string()),
    })
}

pub(crate) async fn remove(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::RemovePermissionRequest,
) -> Result<(), Error> {
    let qualifier = input.qualifier.as_deref();
    let target = Target::of(&context.scope(), &input.function_name, qualifier)?;
    let function = &target.function;
    let revision = ids::request_id();
    let qualifier = target.qualifier.as_deref();
    lambda
        .store
        .write(|tx| {
            let record = FunctionRecord::require(tx, function)?;
            let current = record.revision(tx, function, qualifier)?;
            let mut policy = PolicyRecord::find(tx, function, qualifier)?.ok_or_else(|| {
                errors::resource_not_found_exception(
                    "No policy is associated with the given resource.",
                )
            })?;
            let id = &input.statement_id;
            if policy.statement(id).is_none() {
                let missing = format!("Statement {id} is not found in resource policy.");
                return Err(errors::resource_not_found_exception(missing).into());
            }
            check_revision(input.revision_id.as_deref(), &current)?;
            policy.statements.retain(|statement| statement.id != *id);
            let key = PolicyRecord::key(function, qualifier);
            if policy.statements.is_empty() {
                tx.delete(POLICIES, &function.scope(), &key);
            } else {
                tx.put(POLICIES, &function.scope(), &key, &policy)?;
            }
            record.revise(tx, function, qualifier, &revision)
        })
        .await?;
    Ok(())
}

pub(crate) fn get(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::GetPolicyRequest,
) -> Result<shapes::GetPolicyResponse, Error> {
    let qualifier = input.qualifier.as_deref();
    let target = Target::of(&context.scope(), &input.function_name, qualifier)?;
    let function = &target.function;
    let snapshot = lambda.store.snapshot();
    let record = FunctionRecord::require(&snapshot, function)?;
    let qualifier = target.qualifier.as_deref();
    let revision = record.revision(&snapshot, function, qualifier)?;
    let policy = PolicyRecord::find(&snapshot, function, qualifier)
        .map_err(Failure::from)?
        .ok_or_else(|| {
            errors::resource_not_found_exception("The resource you requested does not exist.")
        })?;
    Ok(shapes::GetPolicyResponse {
        policy: Some(document(&policy)),
        revision_id: Some(revision),
    })
}
