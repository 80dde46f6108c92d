//! Who asks, as upstreams are told it.

use pretty_assertions::assert_eq;
use stockade_authz::Mode;

use super::support::{Bench, unsigned};

fn list_tables(key: &str, lines: &[&str]) -> String {
    let mut all = vec![
        "x-amz-target: DynamoDB_20120810.ListTables",
        "content-length: 2",
    ];
    all.extend(lines);
    unsigned(key, "dynamodb", "POST /", &all) + "{}"
}

#[tokio::test]
async fn the_caller_and_the_account_are_told() {
    let bench = Bench::plain().await;
    for (key, account, principal) in [
        (
            "111122223333",
            "111122223333",
            "arn:aws:iam::111122223333:root",
        ),
        ("test", "000000000000", "arn:aws:iam::000000000000:root"),
        (
            "user-ada",
            "444455556666",
            "arn:aws:iam::444455556666:user/ada",
        ),
    ] {
        let passed = bench.pass(list_tables(key, &[])).await;
        assert_eq!(passed.header("x-stockade-principal"), Some(principal));
        assert_eq!(passed.header("x-stockade-account"), Some(account));
        assert_eq!(passed.header("x-moto-account-id"), Some(account));
        // The signature passes as it came, and with it the region.
        let signature = passed.header("authorization").unwrap();
        assert!(signature.contains("/eu-west-1/dynamodb/"), "{signature}");
    }
}

#[tokio::test]
async fn callers_cannot_say_who_they_are() {
    let bench = Bench::plain().await;
    let forged = [
        "x-stockade-principal: arn:aws:iam::999999999999:root",
        "X-Stockade-Account: 999999999999",
        "x-stockade-upstream: http://elsewhere",
        "x-moto-account-id: 999999999999",
        "connection: x-stockade-account",
    ];
    let passed = bench.pass(list_tables("user-ada", &forged)).await;
    assert_eq!(
        passed.header("x-stockade-principal"),
        Some("arn:aws:iam::444455556666:user/ada")
    );
    assert_eq!(passed.header("x-stockade-account"), Some("444455556666"));
    assert_eq!(passed.header("x-moto-account-id"), Some("444455556666"));
    assert_eq!(passed.header("x-stockade-upstream"), None);
}

#[tokio::test]
async fn identities_are_not_asked_for_elsewhere() {
    let bench = Bench::plain().await;
    let lines = [
        "content-type: application/x-www-form-urlencoded",
        "content-length: 36",
    ];
    let request =
        unsigned("test", "sts", "POST /", &lines) + "Action=AssumeRoot&Version=2011-06-15";
    let mut client = bench.client(request).await;
    assert_eq!(client.message().await.line, "HTTP/1.1 501 Not Implemented");
}

#[tokio::test]
async fn who_may_not_is_not_passed_on() {
    let bench = Bench::start(Mode::Enforce, "URL", "").await;
    let signed = super::support::signed(
        "user-ada",
        "dynamodb",
        ("POST", "/"),
        &[
            "x-amz-target: DynamoDB_20120810.ListTables",
            "content-length: 2",
        ],
        aws_sigv4::http_request::SignableBody::Bytes(b"{}"),
        false,
    );
    let mut client = bench.client(signed.head + "{}").await;
    let answer = client.message().await;
    assert_eq!(answer.line, "HTTP/1.1 400 Bad Request");
    assert!(answer.text().contains("AccessDenied"), "{answer:?}");
    assert_eq!(answer.header("x-stockade-upstream"), None);
}

#[tokio::test]
async fn a_reset_stays_here_and_says_so() {
    let bench = Bench::plain().await;
    let request =
        "POST /_localstack/state/reset HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n";
    let answer = bench.client(request).await.message().await;
    assert_eq!(answer.line, "HTTP/1.1 200 OK");
    assert!(answer.text().contains(&bench.url()), "{answer:?}");
}
