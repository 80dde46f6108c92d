//! Keys that nothing in a request tells.

use pretty_assertions::assert_eq;
use stockade_spec::template::syntax;

use super::*;
use crate::permissions::untold::Untold;

/// Boxes have their keys on the type alone; of lids, each action says which keys it has.
const REFERENCE: &str = r#"{
"actions": {
"CreateBox": {"accessLevel":"Write","conditionKeys":["aws:RequestTag/${TagKey}","toy:Color","toy:Gift"],"resourceTypes":{"box":{"required":true}},"source":"both"},
"MarkBox": {"accessLevel":"Write","conditionKeys":["toy:CreateAction","toy:Pen"],"resourceTypes":{"box":{"required":true},"lid":{"conditionKeys":["toy:Size"],"required":false}},"source":"both"},
"OpenBox": {"accessLevel":"Write","resourceTypes":{"box":{"required":true}},"source":"both"},
"OpenLid": {"accessLevel":"Write","resourceTypes":{"lid":{"required":true}},"source":"both"}
},
"conditionKeys": {
"aws:RequestTag/${TagKey}": {"type":"String"},
"toy:Color": {"type":"String"},
"toy:CreateAction": {"type":"String"},
"toy:Gift": {"type":"String"},
"toy:Pen": {"type":"String"},
"toy:RequestColor": {"type":"String"},
"toy:ResourceTag/${TagKey}": {"type":"String"},
"toy:Seal:One": {"type":"String"},
"toy:Seal:Two": {"type":"String"},
"toy:Size": {"type":"String"},
"toy:box-tag/${TagKey}": {"type":"String"}
},
"resourceTypes": {
"box": {"arns":["arn:${Partition}:toy:::box/${BoxName}"],"conditionKeys":["toy:Color","toy:Pen","toy:RequestColor","toy:ResourceTag/${TagKey}","toy:Seal:One","toy:Seal:Two","toy:box-tag/${TagKey}"]},
"lid": {"arns":["arn:${Partition}:toy:::lid/${LidName}"],"conditionKeys":["toy:Color","toy:Size"]}
}
}
"#;

/// What is untold of the requirement of an action on resources, one line for each set of keys.
fn untold(operation: &str, action: &str, resources: &[&str], bound: &str) -> Vec<String> {
    let reference =
        Authorization::parse(FilePath::new("models/authorization/toy.json"), REFERENCE).unwrap();
    let references = BTreeMap::from([("toy".to_owned(), reference)]);
    let keys = [bound].into_iter().filter(|name| !name.is_empty());
    let requirement = Requirement {
        action: action.to_owned(),
        resources: resources
            .iter()
            .map(|text| syntax::resource(text).unwrap())
            .collect(),
        when: Predicate::Always,
        each: None,
        keys: keys
            .map(|name| Key {
                name: name.to_owned(),
                value: KeyValue::Literal("x".to_owned()),
            })
            .collect(),
        untold: Vec::new(),
    };
    Untold::new(&references)
        .split(operation, requirement, &|key| key == "toy:Gift")
        .into_iter()
        .map(|requirement| requirement.untold.join(" "))
        .collect()
}

const BOX: &str = "arn:{partition}:toy:::box/{BoxName}";
const LID: &str = "arn:{partition}:toy:::lid/{LidName}";

#[test]
fn the_state_of_what_exists_is_untold() {
    // What is settled at creation, what no action lists, and tags; neither what other requests say nor what is theirs by name.
    let state = "toy:Color toy:Seal: toy:box-tag/";
    assert_eq!(untold("OpenBox", "toy:OpenBox", &[BOX], ""), [state]);
    // Lids' keys are those that the action itself lists for them.
    assert_eq!(untold("OpenLid", "toy:OpenLid", &[LID], ""), [""]);
    assert_eq!(
        untold("MarkBox", "toy:MarkBox", &[BOX, LID], ""),
        [
            format!("toy:Color toy:Pen {}", &state[10..]),
            "toy:Pen toy:Size".to_owned()
        ]
    );
    // Which of the two a whole ARN is of nobody says here.
    assert_eq!(
        untold("MarkBox", "toy:MarkBox", &["{Arn}"], ""),
        ["toy:Color toy:Pen toy:Seal: toy:Size toy:box-tag/"]
    );
}

#[test]
fn what_the_request_says_is_told() {
    assert_eq!(
        untold("OpenBox", "toy:OpenBox", &[BOX], "toy:color"),
        ["toy:Seal: toy:box-tag/"]
    );
    // A box that gets its name from the service has no state yet; nor does the call set what the overlay takes away.
    let made = "arn:{partition}:toy:::box/*";
    assert_eq!(
        untold("CreateBox", "toy:CreateBox", &[made], ""),
        ["toy:Color"]
    );
    assert_eq!(untold("CreateBox", "toy:CreateBox", &[], "toy:Color"), [""]);
}

#[test]
fn what_another_call_brings_about_has_keys_of_its_own() {
    let lid = [LID];
    assert_eq!(
        untold("MarkBox", "toy:MarkBox", &lid, ""),
        ["toy:Pen toy:Size"]
    );
    assert_eq!(
        untold("CreateLid", "toy:MarkBox", &lid, ""),
        ["toy:CreateAction toy:Pen toy:Size"]
    );
}

/// "Working with AWS KMS condition keys", "Condition keys for Amazon RDS" and "Actions, resources, and condition keys for
/// Amazon EC2" (Service Authorization Reference): what a key, an instance and a database are is told by none of these calls.
#[test]
fn the_catalog_has_what_aws_sets_by_state() {
    for (service, operation, action, key) in [
        (
            "ec2",
            "StopInstances",
            "ec2:StopInstances",
            "ec2:InstanceType",
        ),
        ("ec2", "DeleteVolume", "ec2:DeleteVolume", "ec2:VolumeType"),
        (
            "rds",
            "DeleteDBInstance",
            "rds:DeleteDBInstance",
            "rds:DatabaseClass",
        ),
        ("kms", "EnableKey", "kms:EnableKey", "kms:ResourceAliases"),
    ] {
        let requirement = permissions(service)[operation]
            .requirements
            .iter()
            .find(|requirement| requirement.action == action)
            .unwrap();
        assert!(
            requirement.untold.iter().any(|untold| untold == key),
            "{operation}"
        );
    }
    let starts = &permissions("ec2")["RunInstances"].requirements;
    let is_untold = starts.iter().any(|requirement| {
        requirement
            .resources
            .iter()
            .any(|resource| resource.to_string().contains(":instance/"))
            && requirement
                .untold
                .iter()
                .any(|key| key == "ec2:InstanceType")
    });
    assert!(
        !is_untold,
        "an instance that is made has the type that the request says"
    );
}
