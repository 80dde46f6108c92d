//! Functions: changed, in their settings or in their code.

use stockade_kit::failure::Failure;
use stockade_kit::ids;
use stockade_lambda_api::shapes;
use stockade_spec::{Error, RequestContext};

use crate::errors::{check_revision, unsupported};
use crate::functions::{architectures, check_package, check_role, now, sweep};
use crate::names::Function;
use crate::state::FunctionRecord;
use crate::{Lambda, code, describe, settings, versions};

pub(crate) async fn update(
    lambda: &Lambda,
    context: &RequestContext,
    changes: shapes::UpdateFunctionConfigurationRequest,
) -> Result<shapes::FunctionConfiguration, Error> {
    let function = Function::of(&context.scope(), &changes.function_name)?;
    settings::check("UpdateFunctionConfiguration", &changes)?;
    // That the function is missing is told before what is wrong with the role.
    FunctionRecord::require(&lambda.store.snapshot(), &function)?;
    check_role(lambda, changes.role.as_deref())?;
    let revision = ids::request_id();
    let latest = lambda
        .store
        .write(|tx| {
            let mut record = FunctionRecord::require(tx, &function)?;
            let latest = &mut record.latest;
            check_revision(changes.revision_id.as_deref(), &latest.revision)?;
            latest.settings.apply(changes.clone());
            check_package(&describe::package_type(&latest.code), &latest.settings)?;
            latest.revision.clone_from(&revision);
            latest.last_modified = now(context);
            record.put(tx, &function)?;
            Ok::<_, Failure>(record.latest)
        })
        .await?;
    Ok(describe::configuration(&function, &latest, None))
}

pub(crate) async fn update_code(
    lambda: &Lambda,
    context: &RequestContext,
    mut input: shapes::UpdateFunctionCodeRequest,
) -> Result<shapes::FunctionConfiguration, Error> {
    const OPERATION: &str = "UpdateFunctionCode";
    let function = Function::of(&context.scope(), &input.function_name)?;
    if input.publish_to.is_some() {
        return Err(unsupported(OPERATION, "PublishTo"));
    }
    let asked = architectures(input.architectures.as_deref());
    let current = FunctionRecord::require(&lambda.store.snapshot(), &function)?.latest;
    check_revision(input.revision_id.as_deref(), &current.revision)?;
    let package_type = describe::package_type(&current.code);
    let architectures = asked.unwrap_or(current.code.architectures);
    let source = code::Source::take(&mut input);
    let received = code::receive(lambda, OPERATION, &package_type, architectures, source).await?;

    let revision = ids::request_id();
    let (publish, dry_run) = (input.publish == Some(true), input.dry_run == Some(true));
    let (made, garbage) = lambda
        .store
        .write(|tx| {
            let mut record = FunctionRecord::require(tx, &function)?;
            check_revision(input.revision_id.as_deref(), &record.latest.revision)?;
            let replaced = std::mem::replace(&mut record.latest.code, received.record.clone());
            if dry_run {
                return Ok((record.latest, None));
            }
            record.latest.revision.clone_from(&revision);
            record.latest.last_modified = now(context);
            let made = if publish {
                versions::publish(tx, &function, &mut record, None)?
            } else {
                record.latest.clone()
            };
            record.put(tx, &function)?;
            Ok::<_, Failure>((made, replaced.garbage(tx, &function)?))
        })
        .await?;
    if !dry_run {
        received.keep();
    }
    sweep(lambda, garbage).await;
    let qualifier = publish.then_some(made.version.as_str());
    Ok(describe::configuration(&function, &made, qualifier))
}
