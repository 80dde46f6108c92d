//! The evaluation flow.
//!
//! Sources: *Policy evaluation logic*; *Policy evaluation for requests within a single account*; *Cross-account policy
//! evaluation logic*; *Permissions boundaries for IAM entities*; *Key policies in AWS KMS*; *Troubleshoot access denied
//! error messages*.

use std::slice;

use pretty_assertions::assert_eq;

use super::*;
use crate::{Exemptions, Guardrail, GuardrailKind, ResourceRole, Rules};

const ALLOW: &str = r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
const ALLOW_OTHER: &str = r#"{"Effect":"Allow","Action":"sqs:*","Resource":"*"}"#;
const DENY: &str = r#"{"Effect":"Deny","Action":"s3:Get*","Resource":"*"}"#;

const NO_IDENTITY: &str = "because no identity-based policy allows the s3:GetObject action";
const NO_BOUNDARY: &str = "because no permissions boundary allows the s3:GetObject action";
const NO_SESSION: &str = "because no session policy allows the s3:GetObject action";
const NO_RESOURCE: &str = "because no resource-based policy allows the s3:GetObject action";
const NO_TRUST: &str = "because no role trust policy allows the s3:GetObject action";
const BY_IDENTITY: &str = "allowed by identity-based policy";
const BY_RESOURCE: &str = "allowed by resource-based policy";

/// Policies of each layer by their statements; `None` where there is no policy.
#[derive(Clone, Copy, Default)]
struct Case<'a> {
    identity: Option<&'a str>,
    boundary: Option<&'a str>,
    session: Option<&'a str>,
    /// The principal that the resource's policy allows, as JSON.
    resource: Option<&'a str>,
    role: ResourceRole,
    owner: Option<&'a str>,
}

impl Case<'_> {
    fn decide(self, principal: Principal<'_>) -> String {
        let identity: Vec<_> = self.identity.map(identity).into_iter().collect();
        let boundary = self
            .boundary
            .map(|statements| policy(PolicyKind::Boundary, statements));
        let session: Option<Vec<_>> = self
            .session
            .map(|statements| vec![policy(PolicyKind::Session, statements)]);
        let resource: Vec<_> = self
            .resource
            .map(|principal| {
                resource(&format!(
                    r#"{{"Effect":"Allow","Principal":{principal},"Action":"s3:*","Resource":"*"}}"#
                ))
            })
            .into_iter()
            .collect();
        let set = PolicySet {
            identity: &identity,
            boundary: boundary.as_ref(),
            session: session.as_deref(),
            resource: &resource,
            guardrails: &[],
            grants: &[],
            rules: Rules {
                resource_role: self.role,
                resource_account: self.owner,
                ..Rules::default()
            },
        };
        get_object(principal, &set)
    }
}

#[test]
fn identity_boundary_and_session_must_each_allow() {
    for (identity, boundary, session, expected) in [
        (None, None, None, NO_IDENTITY),
        (Some(ALLOW), None, None, BY_IDENTITY),
        (Some(ALLOW_OTHER), None, None, NO_IDENTITY),
        (Some(ALLOW), Some(ALLOW), None, BY_IDENTITY),
        (Some(ALLOW), Some(ALLOW_OTHER), None, NO_BOUNDARY),
        (None, Some(ALLOW), None, NO_IDENTITY),
        (Some(ALLOW), None, Some(ALLOW), BY_IDENTITY),
        (Some(ALLOW), None, Some(ALLOW_OTHER), NO_SESSION),
        (None, None, Some(ALLOW), NO_IDENTITY),
        (
            Some(ALLOW),
            Some(ALLOW_OTHER),
            Some(ALLOW_OTHER),
            NO_BOUNDARY,
        ),
        (Some(ALLOW), Some(ALLOW), Some(ALLOW), BY_IDENTITY),
    ] {
        let case = Case {
            identity,
            boundary,
            session,
            ..Case::default()
        };
        assert_eq!(
            case.decide(SESSION),
            expected,
            "{identity:?} {boundary:?} {session:?}"
        );
    }
}

#[test]
fn a_deny_anywhere_wins_and_names_its_layer() {
    let both = format!("{ALLOW},{DENY}");
    let allow = identity(ALLOW);
    for (layer, expected) in [
        (
            "identity",
            "with an explicit deny in an identity-based policy",
        ),
        (
            "boundary",
            "with an explicit deny in a permissions boundary",
        ),
        ("session", "with an explicit deny in a session policy"),
        (
            "resource",
            "with an explicit deny in a resource-based policy",
        ),
        ("trust", "with an explicit deny in the role trust policy"),
        ("scp", "with an explicit deny in a service control policy"),
        ("rcp", "with an explicit deny in a resource control policy"),
        ("endpoint", "with an explicit deny in a VPC endpoint policy"),
    ] {
        let denying = identity(&both);
        let denying_resource = resource(
            r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
               {"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*"}"#,
        );
        let guardrail = |kind| {
            vec![Guardrail {
                kind,
                levels: vec![vec![denying.clone()]],
            }]
        };
        let guardrails = match layer {
            "scp" => guardrail(GuardrailKind::ServiceControl),
            "rcp" => guardrail(GuardrailKind::ResourceControl),
            "endpoint" => guardrail(GuardrailKind::VpcEndpoint),
            _ => Vec::new(),
        };
        let pick = |name: &str| if layer == name { &denying } else { &allow };
        let mut set = PolicySet {
            identity: slice::from_ref(pick("identity")),
            boundary: Some(pick("boundary")),
            session: Some(slice::from_ref(pick("session"))),
            guardrails: &guardrails,
            ..PolicySet::default()
        };
        if layer == "resource" || layer == "trust" {
            set.resource = slice::from_ref(&denying_resource);
        }
        if layer == "trust" {
            set.rules.resource_role = ResourceRole::Trust;
        }
        assert_eq!(get_object(SESSION, &set), expected);
    }
}

#[test]
fn a_deny_that_is_about_something_else_does_nothing() {
    let policies = [
        identity(ALLOW),
        identity(r#"{"Effect":"Deny","Action":"s3:Put*","Resource":"*"}"#),
        identity(r#"{"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::photos/b*"}"#),
        identity(
            r#"{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:username":"x"}}}"#,
        ),
    ];
    let set = PolicySet {
        identity: &policies,
        ..PolicySet::default()
    };
    assert_eq!(get_object(USER, &set), BY_IDENTITY);
}

#[test]
fn resource_policy_within_the_account() {
    const USER_ARN: &str = r#"{"AWS":"arn:aws:iam::123456789012:user/ana"}"#;
    const ROLE_ARN: &str = r#"{"AWS":"arn:aws:iam::123456789012:role/app"}"#;
    const SESSION_ARN: &str = r#"{"AWS":"arn:aws:sts::123456789012:assumed-role/app/one"}"#;
    const FEDERATED_ARN: &str = r#"{"AWS":"arn:aws:sts::123456789012:federated-user/guest"}"#;
    const ROOT_ARN: &str = r#"{"AWS":"arn:aws:iam::123456789012:root"}"#;
    const ID: &str = r#"{"AWS":"123456789012"}"#;
    const ALL: &str = r#""*""#;
    const NO: Option<&str> = None;
    const OTHER: Option<&str> = Some(ALLOW_OTHER);
    for (principal, grantee, identity, boundary, session, expected) in [
        // A user named by its ARN is limited by nothing but a Deny.
        (USER, USER_ARN, NO, NO, NO, BY_RESOURCE),
        (USER, USER_ARN, NO, OTHER, NO, BY_RESOURCE),
        (USER, ROLE_ARN, NO, NO, NO, NO_IDENTITY),
        (USER, ALL, NO, OTHER, NO, BY_RESOURCE),
        // The account only delegates.
        (USER, ROOT_ARN, NO, NO, NO, NO_IDENTITY),
        (USER, ID, NO, NO, NO, NO_IDENTITY),
        (USER, ID, Some(ALLOW), NO, NO, BY_IDENTITY),
        // A role named by its ARN is limited by boundary and session policies.
        (SESSION, ROLE_ARN, NO, NO, NO, BY_RESOURCE),
        (SESSION, ROLE_ARN, NO, OTHER, NO, NO_BOUNDARY),
        (SESSION, ROLE_ARN, NO, NO, OTHER, NO_SESSION),
        (SESSION, ROLE_ARN, NO, Some(ALLOW), Some(ALLOW), BY_RESOURCE),
        // The session itself is not.
        (SESSION, SESSION_ARN, NO, OTHER, OTHER, BY_RESOURCE),
        (SESSION, ALL, NO, OTHER, OTHER, BY_RESOURCE),
        // A federated user has its user's permissions, as far as session policies go.
        (FEDERATED_USER, FEDERATED_ARN, NO, OTHER, OTHER, BY_RESOURCE),
        (FEDERATED_USER, USER_ARN, NO, NO, Some(ALLOW), BY_RESOURCE),
        (FEDERATED_USER, USER_ARN, NO, NO, OTHER, NO_SESSION),
        (FEDERATED_USER, ID, Some(ALLOW), NO, NO, NO_SESSION),
        (
            FEDERATED_USER,
            ID,
            Some(ALLOW),
            NO,
            Some(ALLOW),
            BY_IDENTITY,
        ),
        // The root user needs no policy.
        (ROOT, USER_ARN, NO, NO, NO, "allowed by root user"),
    ] {
        let case = Case {
            identity,
            boundary,
            session,
            resource: Some(grantee),
            owner: Some(ACCOUNT),
            ..Case::default()
        };
        assert_eq!(
            case.decide(principal),
            expected,
            "{principal:?} {grantee} {identity:?} {boundary:?} {session:?}"
        );
    }
}

#[test]
fn across_accounts_both_sides_must_allow() {
    const USER_ARN: &str = r#"{"AWS":"arn:aws:iam::123456789012:user/ana"}"#;
    const ROOT_ARN: &str = r#"{"AWS":"arn:aws:iam::123456789012:root"}"#;
    for (principal, identity, boundary, grantee, expected) in [
        (USER, None, None, None, NO_IDENTITY),
        (USER, Some(ALLOW), None, None, NO_RESOURCE),
        (USER, None, None, Some(USER_ARN), NO_IDENTITY),
        (USER, None, None, Some(r#""*""#), NO_IDENTITY),
        (USER, Some(ALLOW), None, Some(USER_ARN), BY_IDENTITY),
        (USER, Some(ALLOW), None, Some(ROOT_ARN), BY_IDENTITY),
        (
            USER,
            Some(ALLOW),
            Some(ALLOW_OTHER),
            Some(USER_ARN),
            NO_BOUNDARY,
        ),
        (
            USER,
            Some(ALLOW),
            None,
            Some(r#"{"AWS":"444455556666"}"#),
            NO_RESOURCE,
        ),
        (ROOT, None, None, None, NO_RESOURCE),
        (ROOT, None, None, Some(ROOT_ARN), "allowed by root user"),
    ] {
        let case = Case {
            identity,
            boundary,
            resource: grantee,
            owner: Some(OTHER),
            ..Case::default()
        };
        assert_eq!(
            case.decide(principal),
            expected,
            "{principal:?} {identity:?} {grantee:?}"
        );
    }
}

#[test]
fn a_resource_policy_that_is_the_root_of_authorization() {
    const USER_ARN: &str = r#"{"AWS":"arn:aws:iam::123456789012:user/ana"}"#;
    const ROOT_ARN: &str = r#"{"AWS":"arn:aws:iam::123456789012:root"}"#;
    for (role, missing, granted) in [
        (ResourceRole::RootOfAuthorization, NO_RESOURCE, BY_RESOURCE),
        (
            ResourceRole::Trust,
            NO_TRUST,
            "allowed by role trust policy",
        ),
    ] {
        for (principal, identity, grantee, owner, expected) in [
            (USER, Some(ALLOW), None, ACCOUNT, missing),
            (ROOT, None, None, ACCOUNT, missing),
            (ROOT, None, Some(ROOT_ARN), ACCOUNT, granted),
            (USER, None, Some(USER_ARN), ACCOUNT, granted),
            (USER, None, Some(ROOT_ARN), ACCOUNT, NO_IDENTITY),
            (USER, Some(ALLOW), Some(ROOT_ARN), ACCOUNT, BY_IDENTITY),
            (USER, None, Some(USER_ARN), OTHER, NO_IDENTITY),
            (USER, Some(ALLOW), Some(USER_ARN), OTHER, BY_IDENTITY),
            (USER, Some(ALLOW), None, OTHER, missing),
            (
                SERVICE,
                None,
                Some(r#"{"Service":"lambda.amazonaws.com"}"#),
                ACCOUNT,
                granted,
            ),
            (
                SERVICE,
                None,
                Some(r#"{"Service":"ec2.amazonaws.com"}"#),
                ACCOUNT,
                missing,
            ),
        ] {
            let case = Case {
                identity,
                resource: grantee,
                owner: Some(owner),
                role,
                ..Case::default()
            };
            assert_eq!(
                case.decide(principal),
                expected,
                "{role:?} {principal:?} {grantee:?}"
            );
        }
    }
}

#[test]
fn principals_without_an_account_have_the_resource_policy_only() {
    let provider = Principal::Federated {
        provider: "accounts.google.com",
    };
    for (principal, grantee, expected) in [
        (Principal::Anonymous, None, NO_RESOURCE),
        (Principal::Anonymous, Some(r#""*""#), BY_RESOURCE),
        (Principal::Anonymous, Some(r#"{"AWS":"*"}"#), BY_RESOURCE),
        (
            Principal::Anonymous,
            Some(r#"{"AWS":"123456789012"}"#),
            NO_RESOURCE,
        ),
        (
            SERVICE,
            Some(r#"{"Service":"lambda.amazonaws.com"}"#),
            BY_RESOURCE,
        ),
        (
            SERVICE,
            Some(r#"{"AWS":"arn:aws:iam::123456789012:user/ana"}"#),
            NO_RESOURCE,
        ),
        (
            provider,
            Some(r#"{"Federated":"accounts.google.com"}"#),
            BY_RESOURCE,
        ),
        (
            provider,
            Some(r#"{"Federated":"www.amazon.com"}"#),
            NO_RESOURCE,
        ),
    ] {
        let case = Case {
            // These would be somebody else's.
            identity: Some(ALLOW),
            resource: grantee,
            owner: Some(ACCOUNT),
            ..Case::default()
        };
        assert_eq!(
            case.decide(principal),
            expected,
            "{principal:?} {grantee:?}"
        );
    }
}

#[test]
fn guardrails_must_allow_at_every_level() {
    let full = identity(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
    let allow_other = identity(ALLOW_OTHER);
    let bucket = resource(r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#);
    const NO_SCP: &str = "because no service control policy allows the s3:GetObject action";
    const NO_RCP: &str = "because no resource control policy allows the s3:GetObject action";
    for (kind, levels, principal, expected) in [
        (
            GuardrailKind::ServiceControl,
            vec![vec![&full]],
            USER,
            BY_RESOURCE,
        ),
        (
            GuardrailKind::ServiceControl,
            vec![vec![&full], vec![&allow_other]],
            USER,
            NO_SCP,
        ),
        (
            GuardrailKind::ServiceControl,
            vec![vec![&full], vec![]],
            USER,
            NO_SCP,
        ),
        (
            GuardrailKind::ServiceControl,
            vec![vec![&allow_other, &full]],
            USER,
            BY_RESOURCE,
        ),
        // Service control policies bind a member account's root user, and nobody outside the account.
        (
            GuardrailKind::ServiceControl,
            vec![vec![&allow_other]],
            ROOT,
            NO_SCP,
        ),
        (
            GuardrailKind::ServiceControl,
            vec![vec![&allow_other]],
            SERVICE,
            BY_RESOURCE,
        ),
        (
            GuardrailKind::ServiceControl,
            vec![vec![&allow_other]],
            Principal::Anonymous,
            BY_RESOURCE,
        ),
        (
            GuardrailKind::ResourceControl,
            vec![vec![&allow_other]],
            Principal::Anonymous,
            NO_RCP,
        ),
        (
            GuardrailKind::VpcEndpoint,
            vec![vec![&allow_other]],
            USER,
            "because no VPC endpoint policy allows the s3:GetObject action",
        ),
    ] {
        let guardrails = [Guardrail {
            kind,
            levels: levels
                .into_iter()
                .map(|level| level.into_iter().cloned().collect())
                .collect(),
        }];
        let set = PolicySet {
            resource: slice::from_ref(&bucket),
            guardrails: &guardrails,
            ..PolicySet::default()
        };
        assert_eq!(
            get_object(principal, &set),
            expected,
            "{kind:?} {principal:?}"
        );
    }
}

/// *Service control policies (SCPs)*, tasks and entities not restricted by SCPs; *Resource control policies (RCPs)*,
/// resources and entities not restricted by RCPs.
#[test]
fn guardrails_know_exemptions() {
    const MANAGEMENT: Exemptions = Exemptions {
        principal_manages: true,
        resource_manages: false,
        service_linked_role: false,
    };
    const RESOURCE: Exemptions = Exemptions {
        principal_manages: false,
        resource_manages: true,
        service_linked_role: false,
    };
    const LINKED: Exemptions = Exemptions {
        principal_manages: false,
        resource_manages: false,
        service_linked_role: true,
    };
    let denied = identity(r#"{"Effect":"Deny","Action":"*","Resource":"*"}"#);
    let own = identity(ALLOW);
    for (kind, exemptions, allowed) in [
        (GuardrailKind::ServiceControl, MANAGEMENT, true),
        (GuardrailKind::ServiceControl, RESOURCE, false),
        (GuardrailKind::ServiceControl, LINKED, true),
        (GuardrailKind::ResourceControl, MANAGEMENT, false),
        (GuardrailKind::ResourceControl, RESOURCE, true),
        (GuardrailKind::ResourceControl, LINKED, true),
        (GuardrailKind::VpcEndpoint, MANAGEMENT, false),
        (GuardrailKind::VpcEndpoint, RESOURCE, false),
        (GuardrailKind::VpcEndpoint, LINKED, false),
    ] {
        let guardrails = [Guardrail {
            kind,
            levels: vec![vec![denied.clone()]],
        }];
        let set = PolicySet {
            identity: slice::from_ref(&own),
            guardrails: &guardrails,
            rules: Rules {
                exemptions,
                ..Rules::default()
            },
            ..PolicySet::default()
        };
        assert_eq!(
            get_object(SESSION, &set) == BY_IDENTITY,
            allowed,
            "{kind:?} {exemptions:?}"
        );
    }
}

/// *Grants in AWS KMS*: a grant needs no leave of the key policy; across accounts the grantee's own account has to allow too.
#[test]
fn grants_count_as_the_policy_of_the_resource() {
    let to = |principal: &str| {
        resource(&format!(
            r#"{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"s3:Get*","Resource":"*"}}"#
        ))
    };
    const USER_ARN: &str = "arn:aws:iam::123456789012:user/ana";
    const ROLE_ARN: &str = "arn:aws:iam::123456789012:role/app";
    let policies = [resource(
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"*","Resource":"*"}"#,
    )];
    let (own, other) = (identity(ALLOW), identity(ALLOW_OTHER));
    for (principal, resource, grantee, identity, session, owner, expected) in [
        (
            USER,
            &[][..],
            USER_ARN,
            None,
            None,
            ACCOUNT,
            "allowed by grant",
        ),
        (
            USER,
            &policies,
            USER_ARN,
            None,
            None,
            ACCOUNT,
            "allowed by grant",
        ),
        (USER, &[], ROLE_ARN, Some(&own), None, ACCOUNT, NO_RESOURCE),
        (USER, &policies, ROLE_ARN, None, None, ACCOUNT, NO_IDENTITY),
        (
            USER,
            &policies,
            ROLE_ARN,
            Some(&own),
            None,
            ACCOUNT,
            BY_IDENTITY,
        ),
        (
            SESSION,
            &[],
            ROLE_ARN,
            None,
            None,
            ACCOUNT,
            "allowed by grant",
        ),
        (
            SESSION,
            &[],
            ROLE_ARN,
            None,
            Some(&other),
            ACCOUNT,
            NO_SESSION,
        ),
        (USER, &[], USER_ARN, None, None, OTHER, NO_IDENTITY),
        (USER, &[], USER_ARN, Some(&own), None, OTHER, BY_IDENTITY),
    ] {
        let grants = [to(grantee)];
        let set = PolicySet {
            identity: identity.map(slice::from_ref).unwrap_or_default(),
            session: session.map(slice::from_ref),
            resource,
            grants: &grants,
            rules: Rules {
                resource_role: ResourceRole::RootOfAuthorization,
                resource_account: Some(owner),
                ..Rules::default()
            },
            ..PolicySet::default()
        };
        assert_eq!(
            get_object(principal, &set),
            expected,
            "{principal:?} {grantee} {owner}"
        );
    }
}

/// *Permissions for GetFederationToken*: a session of the root user can do what its session policies allow.
#[test]
fn a_federated_root_user_has_what_its_session_policies_allow() {
    let principal = Principal::FederatedUser {
        arn: "arn:aws:sts::123456789012:federated-user/guest",
        user_arn: "arn:aws:iam::123456789012:root",
        account: ACCOUNT,
    };
    for (session, expected) in [
        (None, NO_SESSION),
        (Some(ALLOW_OTHER), NO_SESSION),
        (Some(ALLOW), "allowed by root user"),
    ] {
        let case = Case {
            session,
            ..Case::default()
        };
        assert_eq!(case.decide(principal), expected, "{session:?}");
    }
}

#[test]
fn root_is_bound_by_explicit_denies() {
    let bucket = resource(r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}"#);
    let set = PolicySet {
        resource: slice::from_ref(&bucket),
        ..PolicySet::default()
    };
    assert_eq!(
        get_object(ROOT, &set),
        "with an explicit deny in a resource-based policy"
    );
    assert_eq!(
        get_object(ROOT, &PolicySet::default()),
        "allowed by root user"
    );
}

/// *Troubleshoot access denied error messages*: a denial names the managed policy that denies.
#[test]
fn a_managed_policy_that_denies_is_named() {
    const ARN: &str = "arn:aws:iam::123456789012:policy/none";
    let mut denying = identity(DENY);
    denying.source = Source::managed(ARN, None);
    let set = PolicySet {
        identity: slice::from_ref(&denying),
        ..PolicySet::default()
    };
    assert_eq!(
        get_object(USER, &set),
        format!("with an explicit deny in an identity-based policy: {ARN}")
    );
}

#[test]
fn the_deciding_statements_are_named() {
    let policies = [
        identity(ALLOW_OTHER),
        identity(&format!("{ALLOW_OTHER},{ALLOW}")),
    ];
    let boundary = policy(PolicyKind::Boundary, ALLOW);
    let set = PolicySet {
        identity: &policies,
        boundary: Some(&boundary),
        ..PolicySet::default()
    };
    let context = Context::new();
    let request = Request::new(USER, "s3:GetObject", "arn:aws:s3:::b/1", &context);
    let evaluation = evaluate(&request, &set);
    let speakers: Vec<_> = evaluation
        .speakers()
        .map(|speaker| (speaker.layer, speaker.index))
        .collect();
    assert_eq!(
        speakers,
        [(crate::Layer::Identity, 1), (crate::Layer::Boundary, 0)]
    );
}

#[test]
fn actions_are_matched_without_regard_to_case() {
    let context = Context::new();
    for (element, pattern, action, expected) in [
        ("Action", "s3:getobject", "s3:GetObject", true),
        ("Action", "S3:GET*", "s3:GetObject", true),
        ("Action", "s3:*Object", "s3:GetObject", true),
        ("Action", "s3:*Object", "s3:GetObjectAcl", false),
        ("Action", "s3:Get?bject", "s3:GetObject", true),
        ("Action", "s3:Get", "s3:GetObject", false),
        ("Action", "s3-outposts:*", "s3:GetObject", false),
        ("Action", "*", "s3:GetObject", true),
        ("Action", "*:*", "s3:GetObject", true),
        ("NotAction", "iam:*", "s3:GetObject", true),
        ("NotAction", "s3:*", "s3:GetObject", false),
    ] {
        let policy = identity(&format!(
            r#"{{"Effect":"Allow","{element}":"{pattern}","Resource":"*"}}"#
        ));
        assert_eq!(
            allows(&policy, action, "arn:aws:s3:::b/1", &context),
            expected,
            "{element} {pattern} {action}"
        );
    }
}

#[test]
fn resources_are_matched_piece_by_piece() {
    let context = Context::new();
    for (element, pattern, resource, expected) in [
        ("Resource", "*", "arn:aws:s3:::b", true),
        ("Resource", "arn:aws:s3:::*", "arn:aws:s3:::b/a:b", true),
        ("Resource", "arn:aws:s3:::b", "arn:aws:s3:::B", false),
        ("Resource", "arn:aws:s3:::b/?", "arn:aws:s3:::b/é", true),
        ("Resource", "arn:aws:s3:::b/?", "arn:aws:s3:::b/", false),
        (
            "Resource",
            "arn:aws:sns:*:123456789012:t",
            "arn:aws:sns:us-east-1:123456789012:t",
            true,
        ),
        (
            "Resource",
            "arn:aws:sns:us-*-1:*:t",
            "arn:aws:sns:us-east-1:123456789012:t",
            true,
        ),
        (
            "Resource",
            "arn:aws:logs:*:*:log-group:*:log-stream:*",
            "arn:aws:logs:eu-west-1:1:log-group:g:log-stream:s",
            true,
        ),
        // A wildcard that ends a piece may run on beyond its colon; others stay within.
        (
            "Resource",
            "arn:aws:sns:*:alerts",
            "arn:aws:sns:us-east-1:123456789012:alerts",
            true,
        ),
        (
            "Resource",
            "arn:aws:sns:us-*:al?rts-*",
            "arn:aws:sns:us-east-1:123456789012:alerts-1",
            true,
        ),
        (
            "Resource",
            "arn:aws:sns:*-1:alerts",
            "arn:aws:sns:us-east-1:123456789012:alerts",
            false,
        ),
        (
            "Resource",
            "arn:aws:logs:*:123456789012:log-group:b",
            "arn:aws:logs:us-east-1:999999999999:log-group:a:123456789012:log-group:b",
            true,
        ),
        (
            "Resource",
            "arn:aws:logs:us-east-?:123456789012:log-group:b",
            "arn:aws:logs:us-east-1:999999999999:log-group:a:123456789012:log-group:b",
            false,
        ),
        (
            "NotResource",
            "arn:aws:sns:*:alerts",
            "arn:aws:sns:us-east-1:123456789012:alerts",
            false,
        ),
        // Left out pieces are wildcards.
        (
            "Resource",
            "arn:aws:sns",
            "arn:aws:sns:us-east-1:123456789012:t",
            true,
        ),
        (
            "Resource",
            "arn:aws:s3",
            "arn:aws:sns:us-east-1:123456789012:t",
            false,
        ),
        // An action without resources is asked for `*`.
        ("Resource", "*", "*", true),
        ("Resource", "arn:aws:s3:::*", "*", false),
        ("NotResource", "arn:aws:s3:::b/*", "arn:aws:s3:::c/1", true),
        ("NotResource", "arn:aws:s3:::b/*", "arn:aws:s3:::b/1", false),
    ] {
        let policy = identity(&format!(
            r#"{{"Effect":"Allow","Action":"*","{element}":"{pattern}"}}"#
        ));
        assert_eq!(
            allows(&policy, "s3:GetObject", resource, &context),
            expected,
            "{element} {pattern} {resource}"
        );
    }
}
