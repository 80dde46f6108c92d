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
fn a_deny_with_principal() {
    for (principal, denied) in [
        (r#""*""#, true),
        (r#"{"AWS":"arn:aws:iam::123456789012:root"}"#, true),
        (r#"{"AWS":"123456789012"}"#, true),
        (r#"{"AWS":"arn:aws:iam::123456789012:role/app"}"#, true),
        (
            r#"{"AWS":"arn:aws:sts::123456789012:assumed-role/app/one"}"#,
            true,
        ),
        (
            r#"{"AWS":"arn:aws:sts::123456789012:assumed-role/app/two"}"#,
            false,
        ),
        (r#"{"AWS":"arn:aws:iam::123456789012:role/other"}"#, false),
        (r#"{"AWS":"arn:aws:iam::123456789012:role/*"}"#, false),
        (r#"{"AWS":"444455556666"}"#, false),
        (r#"{"AWS":"AROAEXAMPLEEXAMPLE"}"#, false),
        (r#"{"Service":"lambda.amazonaws.com"}"#, false),
    ] {
        let statements = format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}},
               {{"Effect":"Deny","Principal":{principal},"Action":"*","Resource":"*"}}"#
        );
        assert_eq!(!decide(&statements, SESSION), denied, "{principal}");
    }
}

#[test]
fn a_deny_with_not_principal_spares_who_is_listed_at_every_level() {
    const ACCOUNT_ARN: &str = "arn:aws:iam::123456789012:root";
    const ROLE: &str = "arn:aws:iam::123456789012:role/app";
    const ONE: &str = "arn:aws:sts::123456789012:assumed-role/app/one";
    const ANA: &str = "arn:aws:iam::123456789012:user/ana";
    for (principal, listed, spared) in [
        (SESSION, &[ACCOUNT_ARN, ROLE, ONE][..], true),
        (SESSION, &[ROLE, ONE], false),
        (SESSION, &[ACCOUNT_ARN, ONE], false),
        (SESSION, &[ACCOUNT_ARN, ROLE], false),
        (SESSION, &["*"], true),
        (USER, &[ACCOUNT_ARN, ANA], true),
        (USER, &[ANA], false),
        (USER, &[ACCOUNT_ARN], false),
        (Principal::Anonymous, &[ACCOUNT_ARN], false),
    ] {
        let list = serde_json::to_string(listed).unwrap();
        let statements = format!(
            r#"{{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}},
               {{"Effect":"Deny","NotPrincipal":{{"AWS":{list}}},"Action":"*","Resource":"*"}}"#
        );
        assert_eq!(
            decide(&statements, principal),
            spared,
            "{principal:?} {list}"
        );
    }
}

/// *Permissions boundaries for IAM entities*: a Deny with `NotPrincipal` denies whoever has a boundary, listed or not.
#[test]
fn a_deny_with_not_principal_spares_nobody_with_a_boundary() {
    let policies = [resource(
        r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
           {"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:user/ana"]},"Action":"*","Resource":"*"}"#,
    )];
    let boundary = policy(
        PolicyKind::Boundary,
        r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#,
    );
    for (boundary, allowed) in [(None, true), (Some(&boundary), false)] {
        let set = PolicySet {
            resource: &policies,
            boundary,
            ..PolicySet::default()
        };
        assert_eq!(get_object(USER, &set).starts_with("allowed"), allowed);
    }
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

#[test]
fn a_canonical_user_is_an_account() {
    let bucket = [resource(
        r#"{"Effect":"Allow","Principal":{"CanonicalUser":"79a5"},"Action":"*","Resource":"*"}"#,
    )];
    let own = [identity(
        r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#,
    )];
    let context = Context::new();
    for (id, identity, allowed) in [
        (Some("79a5"), &own[..], true),
        (Some("79a5"), &[], false),
        (Some("ffff"), &own[..], false),
        (None, &own[..], false),
    ] {
        let set = PolicySet {
            identity,
            resource: &bucket,
            rules: Rules {
                resource_account: Some(OTHER),
                ..Rules::default()
            },
            ..PolicySet::default()
        };
        let mut request = Request::new(USER, "s3:GetObject", "arn:aws:s3:::b/1", &context);
        request.canonical_user = id;
        assert_eq!(evaluate(&request, &set).is_allowed(), allowed, "{id:?}");
    }
}
