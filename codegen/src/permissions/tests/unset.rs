//! Condition keys that an action does not support.

use pretty_assertions::assert_eq;

use super::*;
use crate::permissions::unset::Unset;

/// "AWS global condition context keys", aws:ResourceAccount: "The following actions don't support this key".
#[test]
fn the_keys_of_the_owner_are_unset_where_an_action_does_not_support_them() {
    let tables = Tables::load(&root(), &MODELS).unwrap();
    let overlay = Overlay::default();
    let of = |service: &str, operation: &str| -> Vec<String> {
        let model = &MODELS.services[service];
        let resolved = resolve(model, &MODELS.authorization, &tables, &overlay).unwrap();
        let requirements = &resolved.permissions[operation].requirements;
        let keys = requirements[0].keys.iter();
        keys.filter(|key| key.value == KeyValue::Unset)
            .map(|key| key.name.clone())
            .collect()
    };
    let owner = [
        "aws:ResourceAccount",
        "aws:ResourceOrgID",
        "aws:ResourceOrgPaths",
    ];
    assert_eq!(of("macie2", "AcceptInvitation"), owner);
    assert_eq!(of("macie2", "DeclineInvitations"), [""; 0]);
    assert_eq!(of("ebs", "StartSnapshot"), owner);
}

#[test]
fn an_action_that_does_not_exist_is_told() {
    let text = "[owner]\nbecause = \"\"\nkeys = []\nactions = [\"ebs:Fly\", \"ebs:*\", \"no:*\"]\n";
    let unset: Unset = tables::parse("unset.toml", text).unwrap();
    assert_eq!(
        unset.check(&MODELS),
        [
            "models/overlays/unset.toml: owner has no source",
            "models/overlays/unset.toml: there is no action ebs:Fly",
            "models/overlays/unset.toml: there is no action no:*",
        ]
    );
}
