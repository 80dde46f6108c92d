//! Operations that nothing on the wire tells apart: what their members' permissions differ in.

use pretty_assertions::assert_eq;

use super::*;
use crate::permissions::input::Input;
use crate::permissions::{project, settle};
use crate::routing::{Name, Routing};

/// Every member of a class has the requirements of the operation that is served, but for those that a member of the input
/// asks for which its own input lacks. Some have fewer keys, for want of members too.
#[test]
fn members_differ_in_what_their_inputs_lack() {
    let routing = Routing::load(&root(), &MODELS).unwrap();
    let mut permissions = PERMISSIONS.clone();
    settle(&mut permissions, &MODELS, &routing.equivalents).unwrap();
    let (mut all, mut differing) = (0, Vec::new());
    for (other, served) in routing.equivalents.taken() {
        let of = |name: &Name| &permissions[&name.service][&name.operation];
        let (has, wanted) = (of(other), of(served));
        all += 1;
        if has.requirements == wanted.requirements {
            continue;
        }
        differing.push(other.to_string());
        let model = &MODELS.services[&other.service];
        let input = Input::new(model, model.operations[&other.operation].input.as_deref());
        let lacks = |requirement: &Requirement| {
            let mut paths = requirement.paths().into_iter();
            paths.any(|path| input.follow(path).is_err())
        };
        let is_same = |one: &Requirement, two: &Requirement| {
            one.action == two.action && one.resources == two.resources
        };
        for requirement in &wanted.requirements {
            let kept = has.requirements.iter().any(|one| is_same(one, requirement));
            assert!(
                kept || lacks(requirement),
                "{other} lacks no member of {served}'s {}",
                requirement.action
            );
        }
        for requirement in &has.requirements {
            assert!(!lacks(requirement), "{other}: {}", requirement.action);
            let found = wanted
                .requirements
                .iter()
                .any(|one| is_same(one, requirement));
            assert!(
                found,
                "{other} needs {}, and {served} does not",
                requirement.action
            );
        }
        // Settling again changes nothing.
        assert_eq!(
            project::project(has, &input).unwrap().requirements,
            has.requirements,
            "{other}"
        );
    }
    assert_eq!(
        differing,
        [
            "docdb:CreateDBCluster",
            "docdb:CreateDBInstance",
            "docdb:CreateGlobalCluster",
            "docdb:DeleteDBInstance",
            "docdb:ModifyDBCluster",
            "docdb:ModifyDBInstance",
            "docdb:RestoreDBClusterFromSnapshot",
            "docdb:RestoreDBClusterToPointInTime",
            "neptune:CreateDBCluster",
            "neptune:CreateDBInstance",
            "neptune:ModifyDBCluster",
            "neptune:ModifyDBInstance",
            "neptune:RestoreDBClusterFromSnapshot",
            "neptune:RestoreDBClusterToPointInTime",
            "wisdom:CreateAssistantAssociation",
        ],
        "of {all}"
    );
}

/// AWS IoT Greengrass V1 spells its members otherwise, and asks for the same; V1 of Amazon Lex has lists of tags, and asks for
/// the same actions on what has an ARN of its own.
#[test]
fn what_is_told_apart_needs_the_same() {
    let needs = |service: &str, operation: &str| -> Vec<(String, Vec<String>)> {
        let requirements = permissions(service)[operation].requirements.iter();
        requirements
            .map(|one| {
                let resources = one.resources.iter();
                let resources = resources
                    .map(|one| one.to_string().to_lowercase())
                    .collect();
                (one.action.clone(), resources)
            })
            .collect()
    };
    for operation in [
        "AssociateServiceRoleToAccount",
        "GetConnectivityInfo",
        "ListTagsForResource",
        "TagResource",
        "UntagResource",
        "UpdateConnectivityInfo",
    ] {
        assert_eq!(
            needs("greengrass", operation),
            needs("greengrassv2", operation),
            "{operation}"
        );
    }
    for operation in ["ListTagsForResource", "TagResource", "UntagResource"] {
        assert_eq!(
            needs("lex-models", operation),
            needs("lexv2-models", operation),
            "{operation}"
        );
    }
}
