//! What authorization is told.

use pretty_assertions::assert_eq;
use stockade_lambda_api::permissions::Resolvers;
use stockade_spec::Facts;
use stockade_spec::resolve::{Arguments, PolicyRole, Resolved, Scope};

use super::policies::permission;
use super::*;

const SCOPE: Scope<'_> = Scope {
    partition: "aws",
    region: "us-east-1",
    account: ACCOUNT,
    caller: None,
};

/// Runs a resolver on arguments of one value each; an empty one stands for a member that is absent.
fn resolve(
    resolver: impl Fn(&Scope<'_>, &Arguments<'_>) -> Resolved,
    arguments: &[&str],
) -> Resolved {
    let owned: Vec<Vec<String>> = arguments
        .iter()
        .map(|text| match *text {
            "" => Vec::new(),
            text => vec![text.to_owned()],
        })
        .collect();
    let arguments: Vec<&[String]> = owned.iter().map(Vec::as_slice).collect();
    resolver(&SCOPE, &arguments)
}

fn none() -> Resolved {
    Resolved::Known(Vec::new())
}

fn is_unknown(resolved: &Resolved) -> bool {
    matches!(resolved, Resolved::Unknown(_))
}

#[test]
fn names_become_arns() {
    let lambda = empty();
    let function = |arguments: &[&str]| resolve(|s, a| lambda.function(s, a), arguments);
    let qualified = || Resolved::one(format!("{ARN}:1"));
    for name in ["f", "000000000000:function:f", ARN] {
        assert_eq!(function(&[name]), Resolved::one(ARN), "{name}");
        assert_eq!(function(&[name, ""]), Resolved::one(ARN), "{name}");
        assert_eq!(function(&[name, "1"]), qualified(), "{name}");
    }
    assert_eq!(function(&["f:1"]), qualified());
    let foreign = "arn:aws:lambda:us-east-1:123456789012:function:f";
    assert_eq!(function(&[foreign]), Resolved::one(foreign));
    assert_eq!(function(&[""]), none());
    // Handlers refuse it; until then it names nothing that exists.
    let odd = Resolved::one("arn:aws:lambda:us-east-1:000000000000:function:a b");
    assert_eq!(function(&["a b"]), odd);
}

#[test]
fn other_names_become_arns() {
    let lambda = empty();
    let layer = |arguments: &[&str]| resolve(|s, a| lambda.layer_version(s, a), arguments);
    let tools = "arn:aws:lambda:us-east-1:000000000000:layer:tools";
    for name in ["tools", tools] {
        assert_eq!(layer(&[name, "3"]), Resolved::one(format!("{tools}:3")));
    }
    let repository = |image: &str| resolve(|s, a| lambda.repository(s, a), &[image]);
    let host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    let arn = Resolved::one("arn:aws:ecr:eu-west-1:123456789012:repository/team/app");
    for image in [
        "team/app",
        "team/app:1",
        "team/app@sha256:ab",
        "team/app:1@sha256:ab",
    ] {
        assert_eq!(repository(&format!("{host}/{image}")), arn, "{image}");
    }
    assert_eq!(repository(""), none());
    for image in [
        "app:1",
        "docker.io/app",
        "1.dkr.ecr.eu-west-1.amazonaws.com/app",
        &format!("{host}/"),
    ] {
        assert!(is_unknown(&repository(image)), "{image}");
    }
    let callback = resolve(|s, a| lambda.execution_of_callback(s, a), &["id"]);
    assert!(is_unknown(&callback));
}

#[test]
fn keys_come_from_the_request() {
    let lambda = empty();
    let mapping = |arguments: &[&str]| resolve(|s, a| lambda.function_of_mapping(s, a), arguments);
    assert_eq!(mapping(&["id", "f"]), Resolved::one(ARN));
    assert!(is_unknown(&mapping(&["id", ""])));
    assert!(is_unknown(&mapping(&["id"])));
    let auth_type = |arguments: &[&str]| resolve(|s, a| lambda.url_auth_type(s, a), arguments);
    assert_eq!(auth_type(&["f", "", "NONE"]), Resolved::one("NONE"));
    assert_eq!(auth_type(&["f", "1", ""]), none());
    assert_eq!(auth_type(&["f"]), none());
    let vpcs = |arguments: &[&str]| resolve(|s, a| lambda.vpcs(s, a), arguments);
    assert_eq!(vpcs(&[""]), none());
    assert!(is_unknown(&vpcs(&["subnet-1"])));
}

#[test]
fn documents_name_their_principals() {
    let lambda = empty();
    let principals = |text: &str| resolve(|s, a| lambda.principals_of_document(s, a), &[text]);
    let document = r#"{"Statement": [
        {"Principal": "*"},
        {"Principal": {"AWS": ["123456789012", "210987654321"], "Service": "s3.amazonaws.com"}}
    ]}"#;
    let all = ["*", "123456789012", "210987654321", "s3.amazonaws.com"];
    assert_eq!(
        principals(document),
        Resolved::Known(all.map(str::to_owned).to_vec())
    );
    assert_eq!(
        principals(r#"{"Statement": {"Principal": "*"}}"#),
        Resolved::one("*")
    );
    assert_eq!(principals(""), none());
    for bad in [
        "{",
        "[]",
        r#"{"Statement": [{}]}"#,
        r#"{"Statement": [{"Principal": {"AWS": 1}}]}"#,
    ] {
        assert!(is_unknown(&principals(bad)), "{bad}");
    }
}

#[tokio::test]
async fn stored_statements_set_keys() {
    let lambda = service().await;
    let input = AddPermissionRequest {
        action: "lambda:InvokeFunctionUrl".to_owned(),
        function_url_auth_type: Some(FunctionUrlAuthType::AwsIam),
        ..permission("url", "123456789012")
    };
    lambda.add_permission(&context(), input).await.unwrap();
    let principal =
        |arguments: &[&str]| resolve(|s, a| lambda.principal_of_statement(s, a), arguments);
    assert_eq!(principal(&["f", "", "url"]), Resolved::one("123456789012"));
    assert_eq!(principal(&["f", "", "other"]), none());
    assert_eq!(principal(&["f", "1", "url"]), none());
    let auth_type =
        |arguments: &[&str]| resolve(|s, a| lambda.url_auth_type_of_statement(s, a), arguments);
    assert_eq!(auth_type(&["f", "", "url"]), Resolved::one("AWS_IAM"));
    let all = |arn: &str| resolve(|s, a| lambda.principals_of_policy(s, a), &[arn]);
    assert_eq!(all(ARN), Resolved::one("123456789012"));
    assert_eq!(all(&format!("{ARN}:1")), none());
}

#[test]
fn the_statements_of_functions_elsewhere_are_unknown() {
    let lambda = service_with(Options {
        elsewhere: true,
        ..Options::default()
    });
    let principal = resolve(
        |s, a| lambda.principal_of_statement(s, a),
        &["f", "", "url"],
    );
    let auth_type = resolve(|s, a| lambda.url_auth_type(s, a), &["f", "", ""]);
    let all = resolve(|s, a| lambda.principals_of_policy(s, a), &[ARN]);
    assert!(is_unknown(&principal) && is_unknown(&auth_type) && is_unknown(&all));
    // What a request says itself is so everywhere.
    let said = resolve(|s, a| lambda.url_auth_type(s, a), &["f", "", "NONE"]);
    assert_eq!(said, Resolved::one("NONE"));
}

#[tokio::test]
async fn functions_tell_their_policy_and_tags() {
    let lambda = service().await;
    publish(&lambda).await;
    let facts = |resource: &str| lambda.facts("lambda:InvokeFunction", resource, &SCOPE);
    let tags = |resource: &str| {
        lambda
            .state_keys("lambda:InvokeFunction", resource, &SCOPE)
            .tags
    };
    assert!(facts(ARN).policy.is_none() && tags(ARN).is_empty());
    let red = TagResourceRequest {
        resource: ARN.to_owned(),
        tags: [("team".to_owned(), "red".to_owned())].into(),
    };
    lambda.tag_resource(&context(), red).await.unwrap();
    lambda
        .add_permission(&context(), permission("s3", "s3.amazonaws.com"))
        .await
        .unwrap();
    let policy = facts(ARN).policy.unwrap();
    assert_eq!(policy.role, PolicyRole::Grants);
    assert_eq!(policy.label, "function policy of f");
    assert!(policy.document.contains("s3.amazonaws.com"));
    assert_eq!(tags(ARN), [("team".to_owned(), "red".to_owned())]);
    // The version has the function's tags, but not its policy.
    let version = format!("{ARN}:1");
    assert!(facts(&version).policy.is_none());
    assert_eq!(tags(&version).len(), 1);
}

#[tokio::test]
async fn other_resources_tell_nothing() {
    let lambda = service().await;
    lambda
        .add_permission(&context(), permission("all", "*"))
        .await
        .unwrap();
    for resource in [
        "*",
        "f",
        "arn:aws:lambda:us-east-1:000000000000:function:g",
        "arn:aws:lambda:us-east-1:123456789012:function:f",
        "arn:aws:lambda:eu-west-1:000000000000:function:f",
        "arn:aws-cn:lambda:us-east-1:000000000000:function:f",
        "arn:aws:lambda:us-east-1:000000000000:layer:f:1",
        "arn:aws:lambda:us-east-1:000000000000:function:*",
    ] {
        let facts = lambda.facts("lambda:InvokeFunction", resource, &SCOPE);
        assert!(
            facts.policy.is_none() && facts.owner.is_none(),
            "{resource}"
        );
    }
}
