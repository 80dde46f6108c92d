//! Behaviour through the handler's face.

use std::time::UNIX_EPOCH;

use stockade_accessanalyzer_api::Accessanalyzer as _;
use stockade_accessanalyzer_api::shapes::*;
use stockade_spec::{Caller, Error, RequestContext};

use crate::AccessAnalyzer;

fn context() -> RequestContext {
    RequestContext {
        caller: Caller::Root,
        account: "000000000000".to_owned(),
        region: "us-east-1".to_owned(),
        partition: "aws",
        access_key: None,
        session: None,
        request_id: "REQUEST".to_owned(),
        now: UNIX_EPOCH,
        origin: "http://localhost:4566".to_owned(),
    }
}

async fn validate(
    document: &str,
    max_results: Option<i32>,
    next_token: Option<String>,
) -> Result<ValidatePolicyResponse, Error> {
    let input = ValidatePolicyRequest {
        policy_document: document.to_owned(),
        policy_type: PolicyType::IdentityPolicy,
        max_results,
        next_token,
        ..ValidatePolicyRequest::default()
    };
    AccessAnalyzer.validate_policy(&context(), input).await
}

#[tokio::test]
async fn findings_come_in_pages() {
    let document = r#"{"Statement":[{"Effect":"Maybe"}]}"#;
    let whole = validate(document, None, None).await.unwrap();
    let codes: Vec<&str> = whole
        .findings
        .iter()
        .map(|finding| &*finding.issue_code)
        .collect();
    assert_eq!(
        codes,
        [
            "MISSING_VERSION",
            "MISSING_ACTION",
            "MISSING_RESOURCE",
            "INVALID_EFFECT"
        ]
    );
    assert_eq!(whole.next_token, None);
    let mut paged = Vec::new();
    let mut token = None;
    loop {
        let page = validate(document, Some(3), token).await.unwrap();
        assert!(page.findings.len() <= 3);
        paged.extend(page.findings);
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(paged, whole.findings);
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    for (max_results, token, field) in [
        (Some(0), None, "maxResults"),
        (None, Some("garbage".to_owned()), "nextToken"),
    ] {
        let error = validate("{}", max_results, token).await.unwrap_err();
        assert_eq!((&*error.code, error.status), ("ValidationException", 400));
        assert!(error.message.starts_with(field), "{}", error.message);
    }
}

async fn public(
    document: &str,
    kind: AccessCheckResourceType,
) -> Result<CheckNoPublicAccessResponse, Error> {
    let input = CheckNoPublicAccessRequest {
        policy_document: document.to_owned(),
        resource_type: kind,
    };
    AccessAnalyzer
        .check_no_public_access(&context(), input)
        .await
}

/// The examples of `CheckNoPublicAccess` (AWS SDK for JavaScript, AWS SDK for Ruby).
#[tokio::test]
async fn the_examples_of_the_documents() {
    let everyone = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Bob","Effect":"Allow","Principal":"*","Action":["s3:GetObject"]}]}"#;
    let answer = public(everyone, AccessCheckResourceType::AwsS3Bucket)
        .await
        .unwrap();
    assert_eq!(answer.result, Some(CheckNoPublicAccessResult::Fail));
    let message = "The resource policy grants public access for the given resource type.";
    assert_eq!(answer.message.as_deref(), Some(message));
    let description = "Public access granted in the following statement with sid: Bob.";
    let reason = ReasonSummary {
        description: Some(description.into()),
        statement_id: Some("Bob".into()),
        statement_index: Some(0),
    };
    assert_eq!(answer.reasons, Some(vec![reason]));
    let known = everyone.replace(
        r#""*""#,
        r#"{"AWS":"arn:aws:iam::111122223333:user/JohnDoe"}"#,
    );
    let answer = public(&known, AccessCheckResourceType::AwsS3Bucket)
        .await
        .unwrap();
    assert_eq!(answer.result, Some(CheckNoPublicAccessResult::Pass));
    let message = "The resource policy does not grant public access for the given resource type.";
    assert_eq!(
        (answer.message.as_deref(), answer.reasons),
        (Some(message), None)
    );
}

#[tokio::test]
async fn a_trust_policy_is_checked_as_one() {
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}"#;
    let kind = AccessCheckResourceType::AwsIamAssumeRolePolicyDocument;
    let answer = public(trust, kind.clone()).await.unwrap();
    assert_eq!(answer.result, Some(CheckNoPublicAccessResult::Fail));
    let error = public("{", kind).await.unwrap_err();
    assert_eq!(
        (&*error.code, error.status),
        ("InvalidParameterException", 400)
    );
}
