//! Resource policies.

use pretty_assertions::{assert_eq, assert_ne};
use serde_json::{Value, json};

use super::*;

pub(super) fn permission(id: &str, principal: &str) -> AddPermissionRequest {
    AddPermissionRequest {
        function_name: "f".to_owned(),
        statement_id: id.to_owned(),
        action: "lambda:InvokeFunction".to_owned(),
        principal: principal.to_owned(),
        ..Default::default()
    }
}

async fn statement(lambda: &Lambda, input: AddPermissionRequest) -> Result<Value, Error> {
    check("AddPermission", &input)?;
    let answer = lambda.add_permission(&context(), input).await?;
    Ok(serde_json::from_str(&answer.statement.unwrap()).unwrap())
}

async fn policy(lambda: &Lambda, qualifier: Option<&str>) -> Result<GetPolicyResponse, Error> {
    let input = GetPolicyRequest {
        function_name: "f".to_owned(),
        qualifier: qualifier.map(str::to_owned),
    };
    lambda.get_policy(&context(), input).await
}

async fn remove(lambda: &Lambda, id: &str, qualifier: Option<&str>) -> Result<(), Error> {
    let input = RemovePermissionRequest {
        function_name: "f".to_owned(),
        statement_id: id.to_owned(),
        qualifier: qualifier.map(str::to_owned),
        revision_id: None,
    };
    lambda.remove_permission(&context(), input).await.map(drop)
}

#[tokio::test]
async fn a_policy_reads_as_aws_writes_it() {
    let lambda = service().await;
    let input = AddPermissionRequest {
        source_arn: Some("arn:aws:s3:::bucket".to_owned()),
        source_account: Some("123456789012".to_owned()),
        ..permission("s3", "s3.amazonaws.com")
    };
    statement(&lambda, input).await.unwrap();
    let told = policy(&lambda, None).await.unwrap();
    assert_eq!(
        told.policy.unwrap(),
        "{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":[{\"Sid\":\"s3\",\
         \"Effect\":\"Allow\",\"Principal\":{\"Service\":\"s3.amazonaws.com\"},\
         \"Action\":\"lambda:InvokeFunction\",\
         \"Resource\":\"arn:aws:lambda:us-east-1:000000000000:function:f\",\
         \"Condition\":{\"StringEquals\":{\"AWS:SourceAccount\":\"123456789012\"},\
         \"ArnLike\":{\"AWS:SourceArn\":\"arn:aws:s3:::bucket\"}}}]}"
    );
    let function = get(&lambda, "f", None).await.unwrap();
    assert_eq!(
        told.revision_id,
        function.configuration.unwrap().revision_id
    );
}

#[tokio::test]
async fn principals_are_services_accounts_arns_or_anybody() {
    let lambda = service().await;
    let role = "arn:aws:iam::123456789012:role/invoker";
    for (id, given, written) in [
        ("a", "*", json!("*")),
        (
            "b",
            "123456789012",
            json!({"AWS": "arn:aws:iam::123456789012:root"}),
        ),
        ("c", role, json!({ "AWS": role })),
        (
            "d",
            "alexa-appkit.amazon.com",
            json!({"Service": "alexa-appkit.amazon.com"}),
        ),
    ] {
        let made = statement(&lambda, permission(id, given)).await.unwrap();
        assert_eq!(made["Principal"], written, "{given}");
        assert_eq!(made.get("Condition"), None);
    }
    for bad in [
        "nobody",
        "12345",
        "arn:aws:s3:::bucket",
        "arn:aws:iam::123456789012:*",
        ".amazonaws.com",
        "x/y.amazonaws.com",
    ] {
        assert_eq!(
            invalid(statement(&lambda, permission("x", bad)).await),
            "The provided principal was invalid. Please check the principal and try again.",
            "{bad}"
        );
    }
}

#[tokio::test]
async fn conditions_come_from_the_request() {
    let lambda = service().await;
    let organization = AddPermissionRequest {
        principal_org_id: Some("o-1234567890".to_owned()),
        ..permission("org", "*")
    };
    let made = statement(&lambda, organization).await.unwrap();
    assert_eq!(
        made["Condition"],
        json!({"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}})
    );
    let url = AddPermissionRequest {
        action: "lambda:InvokeFunctionUrl".to_owned(),
        function_url_auth_type: Some(FunctionUrlAuthType::None),
        ..permission("url", "*")
    };
    let made = statement(&lambda, url.clone()).await.unwrap();
    assert_eq!(
        made["Condition"],
        json!({"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}})
    );
    let other_action = AddPermissionRequest {
        action: "lambda:InvokeFunction".to_owned(),
        statement_id: "other".to_owned(),
        ..url
    };
    invalid(statement(&lambda, other_action).await);
}

#[tokio::test]
async fn statement_ids_are_taken_once() {
    let lambda = service().await;
    statement(&lambda, permission("s3", "s3.amazonaws.com"))
        .await
        .unwrap();
    let again = statement(&lambda, permission("s3", "sns.amazonaws.com")).await;
    assert_eq!(
        refused(again, "ResourceConflictException", 409),
        "The statement id (s3) provided already exists. Please provide a new statement id, or \
         remove the existing statement."
    );
}

#[tokio::test]
async fn requests_are_checked() {
    let lambda = service().await;
    for input in [
        permission("a.b", "*"),
        permission("", "*"),
        permission("a", "a b"),
        AddPermissionRequest {
            action: "s3:GetObject".to_owned(),
            ..permission("a", "*")
        },
        AddPermissionRequest {
            source_account: Some("12".to_owned()),
            ..permission("a", "*")
        },
        AddPermissionRequest {
            source_arn: Some("bucket".to_owned()),
            ..permission("a", "*")
        },
        AddPermissionRequest {
            principal_org_id: Some("org".to_owned()),
            ..permission("a", "*")
        },
    ] {
        refused(statement(&lambda, input).await, "ValidationException", 400);
    }
    let latest = AddPermissionRequest {
        qualifier: Some("$LATEST".to_owned()),
        ..permission("a", "*")
    };
    assert_eq!(
        invalid(statement(&lambda, latest).await),
        "We currently do not support adding policies for $LATEST."
    );
    let missing = AddPermissionRequest {
        function_name: "g".to_owned(),
        ..permission("a", "*")
    };
    not_found(statement(&lambda, missing).await);
    let alias = AddPermissionRequest {
        qualifier: Some("PROD".to_owned()),
        ..permission("a", "*")
    };
    assert_eq!(
        not_found(statement(&lambda, alias).await),
        format!("Cannot find alias arn: {ARN}:PROD")
    );
    not_found(policy(&lambda, None).await);
}

#[tokio::test]
async fn versions_and_aliases_have_policies_of_their_own() {
    let lambda = service().await;
    publish(&lambda).await;
    alias(&lambda, "PROD", "1").await;
    for qualifier in ["1", "PROD"] {
        let input = AddPermissionRequest {
            qualifier: Some(qualifier.to_owned()),
            ..permission(qualifier, "*")
        };
        let made = statement(&lambda, input).await.unwrap();
        assert_eq!(made["Resource"], format!("{ARN}:{qualifier}"));
    }
    not_found(policy(&lambda, None).await);
    let told = policy(&lambda, Some("PROD")).await.unwrap().policy.unwrap();
    assert!(
        told.contains("\"Sid\":\"PROD\"") && !told.contains("\"Sid\":\"1\""),
        "{told}"
    );
    remove(&lambda, "PROD", Some("PROD")).await.unwrap();
    not_found(policy(&lambda, Some("PROD")).await);
    let told = policy(&lambda, Some("1")).await.unwrap();
    let version = get(&lambda, "f", Some("1")).await.unwrap();
    assert_eq!(told.revision_id, version.configuration.unwrap().revision_id);
}

#[tokio::test]
async fn latest_has_the_functions_own_policy() {
    let lambda = service().await;
    statement(&lambda, permission("a", "*")).await.unwrap();
    let own = policy(&lambda, None).await.unwrap();
    assert_eq!(policy(&lambda, Some("$LATEST")).await.unwrap(), own);
    remove(&lambda, "a", Some("$LATEST")).await.unwrap();
    not_found(policy(&lambda, None).await);
}

#[tokio::test]
async fn removed_statements_are_gone() {
    let lambda = service().await;
    assert_eq!(
        not_found(remove(&lambda, "a", None).await),
        "No policy is associated with the given resource."
    );
    for id in ["a", "b"] {
        statement(&lambda, permission(id, "*")).await.unwrap();
    }
    let before = policy(&lambda, None).await.unwrap().revision_id;
    remove(&lambda, "a", None).await.unwrap();
    let told = policy(&lambda, None).await.unwrap();
    assert!(!told.policy.unwrap().contains("\"Sid\":\"a\""));
    assert_ne!(told.revision_id, before);
    assert_eq!(
        not_found(remove(&lambda, "a", None).await),
        "Statement a is not found in resource policy."
    );
    remove(&lambda, "b", None).await.unwrap();
    assert_eq!(
        not_found(policy(&lambda, None).await),
        "The resource you requested does not exist."
    );
}

#[tokio::test]
async fn old_revisions_of_a_policy_are_refused() {
    let lambda = service().await;
    statement(&lambda, permission("a", "*")).await.unwrap();
    let revision_id = policy(&lambda, None).await.unwrap().revision_id;
    let current = AddPermissionRequest {
        revision_id,
        ..permission("b", "*")
    };
    statement(&lambda, current.clone()).await.unwrap();
    let old = AddPermissionRequest {
        statement_id: "c".to_owned(),
        ..current
    };
    refused(
        statement(&lambda, old).await,
        "PreconditionFailedException",
        412,
    );
}

#[tokio::test]
async fn policies_have_a_greatest_length() {
    let lambda = service().await;
    for number in 0..200 {
        let input = AddPermissionRequest {
            source_arn: Some("arn:aws:s3:::bucket".to_owned()),
            ..permission(&format!("statement-{number}"), "s3.amazonaws.com")
        };
        if let Err(error) = statement(&lambda, input).await {
            assert_eq!(
                (&*error.code, error.status),
                ("PolicyLengthExceededException", 400)
            );
            assert!(number > 50);
            return;
        }
    }
    panic!("a policy grows without end");
}
