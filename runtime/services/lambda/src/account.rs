//! An account's limits and usage, and the concurrency that functions reserve of it.

use stockade_kit::failure::Failure;
use stockade_lambda_api::shapes;
use stockade_spec::{Error, RequestContext};
use stockade_store::{Scan, Scope, Snapshot, StoreError};

use crate::Lambda;
use crate::code::{MAX_DIRECT_BYTES, MAX_UNZIPPED_BYTES};
use crate::errors::invalid;
use crate::names::Function;
use crate::state::{FUNCTIONS, FunctionRecord, VERSIONS};

/// "Lambda quotas": concurrent executions of a new account, and how many stay unreserved.
const CONCURRENT_EXECUTIONS: i32 = 1000;
const LEAST_UNRESERVED: i32 = 100;
/// 75 GiB of packages.
const TOTAL_CODE_BYTES: i64 = 80_530_636_800;

/// What all functions reserve, that of the name left out.
fn reserved(snapshot: &Snapshot, scope: &Scope, except: Option<&str>) -> Result<i32, StoreError> {
    let mut total: i32 = 0;
    for entry in snapshot.scan(FUNCTIONS, scope, Scan::all()) {
        let entry = entry?;
        if Some(entry.name()) != except {
            total = total.saturating_add(entry.record.concurrency.unwrap_or(0));
        }
    }
    Ok(total)
}

pub(crate) fn settings(
    lambda: &Lambda,
    context: &RequestContext,
) -> Result<shapes::GetAccountSettingsResponse, Error> {
    let scope = Scope::new(&context.account, &context.region);
    let snapshot = lambda.store.snapshot();
    let mut count = 0;
    let mut bytes: u64 = 0;
    for entry in snapshot.scan(FUNCTIONS, &scope, Scan::all()) {
        bytes += entry.map_err(Failure::from)?.record.latest.code.size();
        count += 1;
    }
    for entry in snapshot.scan(VERSIONS, &scope, Scan::all()) {
        bytes += entry.map_err(Failure::from)?.record.code.size();
    }
    let reserved = reserved(&snapshot, &scope, None).map_err(Failure::from)?;
    Ok(shapes::GetAccountSettingsResponse {
        account_limit: Some(shapes::AccountLimit {
            total_code_size: Some(TOTAL_CODE_BYTES),
            code_size_unzipped: i64::try_from(MAX_UNZIPPED_BYTES).ok(),
            code_size_zipped: i64::try_from(MAX_DIRECT_BYTES).ok(),
            concurrent_executions: Some(CONCURRENT_EXECUTIONS),
            unreserved_concurrent_executions: Some(CONCURRENT_EXECUTIONS - reserved),
        }),
        account_usage: Some(shapes::AccountUsage {
            function_count: Some(count),
            total_code_size: i64::try_from(bytes).ok(),
        }),
    })
}

async fn reserve(
    lambda: &Lambda,
    function: &Function,
    concurrency: Option<i32>,
) -> Result<(), Error> {
    lambda
        .store
        .write(|tx| {
            let mut record = FunctionRecord::require(tx, function)?;
            if let Some(asked) = concurrency {
                let others = reserved(tx, &function.scope(), Some(&function.name))?;
                if asked > CONCURRENT_EXECUTIONS - LEAST_UNRESERVED - others {
                    return Err(Failure::from(invalid(format!(
                        "Specified ReservedConcurrentExecutions for function decreases account's \
                         UnreservedConcurrentExecution below its minimum value of \
                         [{LEAST_UNRESERVED}]."
                    ))));
                }
            }
            record.concurrency = concurrency;
            record.put(tx, function)?;
            Ok(())
        })
        .await?;
    Ok(())
}

pub(crate) async fn put_concurrency(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::PutFunctionConcurrencyRequest,
) -> Result<shapes::Concurrency, Error> {
    let function = Function::of(&context.scope(), &input.function_name)?;
    let asked = input.reserved_concurrent_executions;
    reserve(lambda, &function, Some(asked)).await?;
    Ok(shapes::Concurrency {
        reserved_concurrent_executions: Some(asked),
    })
}

pub(crate) async fn delete_concurrency(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::DeleteFunctionConcurrencyRequest,
) -> Result<(), Error> {
    let function = Function::of(&context.scope(), &input.function_name)?;
    reserve(lambda, &function, None).await
}

pub(crate) fn get_concurrency(
    lambda: &Lambda,
    context: &RequestContext,
    input: shapes::GetFunctionConcurrencyRequest,
) -> Result<shapes::GetFunctionConcurrencyResponse, Error> {
    let function = Function::of(&context.scope(), &input.function_name)?;
    let record = FunctionRecord::require(&lambda.store.snapshot(), &function)?;
    Ok(shapes::GetFunctionConcurrencyResponse {
        reserved_concurrent_executions: record.concurrency,
    })
}
