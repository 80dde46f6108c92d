//! `Principal` and `NotPrincipal`.
//!
//! Sources: *AWS JSON policy elements: Principal*; *AWS JSON policy elements: NotPrincipal*.

use super::*;
use crate::Rules;

fn decide(statements: &str, principal: Principal<'_>) -> bool {
    let policies = [resource(statements)];
    let set = PolicySet {
        resource: &policies,
        rules: Rules {
            resource_account: Some(ACCOUNT),
            ..Rules::default()
        },
        ..PolicySet::default()
    };
    get_object(principal, &set).starts_with("allowed")
}

#[test]
fn an_allow_with_not_principal_leaves_out_who_is_listed_at_any_level() {
    for (listed, allowed) in [
        ("arn:aws:iam::123456789012:role/app", false),
        ("arn:aws:iam::123456789012:root", false),
        ("arn:aws:iam::123456789012:role/other", true),
    ] {
        let statements = format!(
            r#"{{"Effect":"Allow","NotPrincipal":{{"AWS":"{listed}"}},"Action":"*","Resource":"*"}}"#
        );
        assert_eq!(decide(&statements, SESSION), allowed, "{listed}");
    }
}
