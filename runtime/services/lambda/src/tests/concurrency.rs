//! Reserved concurrency, and the account's limits.

use pretty_assertions::assert_eq;

use super::*;

async fn put(lambda: &Lambda, name: &str, count: i32) -> Result<Concurrency, Error> {
    let input = PutFunctionConcurrencyRequest {
        function_name: name.to_owned(),
        reserved_concurrent_executions: count,
    };
    check("PutFunctionConcurrency", &input)?;
    lambda.put_function_concurrency(&context(), input).await
}

async fn told(lambda: &Lambda) -> Option<i32> {
    let input = GetFunctionConcurrencyRequest {
        function_name: "f".to_owned(),
    };
    let answer = lambda.get_function_concurrency(&context(), input).await;
    answer.unwrap().reserved_concurrent_executions
}

#[tokio::test]
async fn concurrency_is_reserved_and_given_back() {
    let lambda = service().await;
    assert_eq!(told(&lambda).await, None);
    put(&lambda, "f", 0).await.unwrap();
    assert_eq!(told(&lambda).await, Some(0));
    let function = get(&lambda, "f", None).await.unwrap();
    assert_eq!(
        function.concurrency.unwrap().reserved_concurrent_executions,
        Some(0)
    );
    let input = DeleteFunctionConcurrencyRequest {
        function_name: "f".to_owned(),
    };
    lambda
        .delete_function_concurrency(&context(), input)
        .await
        .unwrap();
    assert_eq!(told(&lambda).await, None);
}

#[tokio::test]
async fn a_hundred_stay_unreserved() {
    let lambda = service().await;
    create(&lambda, "g").await;
    put(&lambda, "f", 800).await.unwrap();
    assert_eq!(
        invalid(put(&lambda, "g", 101).await),
        "Specified ReservedConcurrentExecutions for function decreases account's \
         UnreservedConcurrentExecution below its minimum value of [100]."
    );
    put(&lambda, "g", 100).await.unwrap();
    put(&lambda, "f", 800).await.unwrap();
    refused(put(&lambda, "f", -1).await, "ValidationException", 400);
    not_found(put(&lambda, "h", 1).await);
    assert_eq!(
        invalid(put(&lambda, "f:1", 1).await),
        "This operation is permitted on Lambda functions only. Aliases and versions do not support \
         this operation. Please specify either a function name or an unqualified function ARN."
    );
}

#[tokio::test]
async fn the_account_counts_what_there_is() {
    let lambda = service().await;
    publish(&lambda).await;
    put(&lambda, "f", 10).await.unwrap();
    let answer = lambda
        .get_account_settings(&context(), GetAccountSettingsRequest::default())
        .await
        .unwrap();
    let usage = answer.account_usage.unwrap();
    assert_eq!(usage.function_count, Some(1));
    let size = package("def handler(event, context): pass").len() * 2;
    assert_eq!(usage.total_code_size, i64::try_from(size).ok());
    let limit = answer.account_limit.unwrap();
    assert_eq!(limit.concurrent_executions, Some(1000));
    assert_eq!(limit.unreserved_concurrent_executions, Some(990));
}
