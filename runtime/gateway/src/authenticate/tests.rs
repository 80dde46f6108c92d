use std::time::{Duration, UNIX_EPOCH};

use http::{HeaderMap, Method};
use pretty_assertions::assert_eq;
use stockade_kit::access_key::Kind as KeyKind;
use stockade_spec::directory::Profile;
use stockade_wire::Query;

use super::*;

const NOW: u64 = 1_440_938_160;

/// A directory of one key.
struct One {
    key: String,
    credential: Arc<Credential>,
}

impl Directory for One {
    fn credential(&self, access_key: &str) -> Option<Arc<Credential>> {
        (access_key == self.key).then(|| Arc::clone(&self.credential))
    }

    fn profile(&self, _: &str, _: &Caller) -> Option<Profile> {
        None
    }

    fn managed_policy(&self, _: &str) -> Option<Arc<str>> {
        None
    }

    fn revision(&self) -> u64 {
        0
    }
}

fn user() -> Caller {
    Caller::User {
        arn: "arn:aws:iam::123456789012:user/ada".into(),
        id: "AIDAEXAMPLE".into(),
        name: "ada".into(),
    }
}

fn credential() -> Credential {
    Credential {
        secret: "secret".into(),
        session_token: None,
        caller: user(),
        account: "123456789012".into(),
        session: None,
        expires: None,
        active: true,
    }
}

fn issued(kind: KeyKind) -> String {
    access_key::encode("123456789012", kind, &mut rand::rng()).unwrap()
}

struct Case<'a> {
    mode: Mode,
    strict: bool,
    credential: Credential,
    key: &'a str,
    token: Option<&'a str>,
    dialect: Dialect<'static>,
    query: &'a str,
}

impl<'a> Case<'a> {
    fn new(mode: Mode, key: &'a str) -> Self {
        Self {
            mode,
            strict: false,
            credential: credential(),
            key,
            token: None,
            dialect: Dialect::new(Protocol::Query),
            query: "",
        }
    }

    /// Who calls with `key`, where the directory has `known`.
    fn who(self, known: &str) -> String {
        let authenticator = Authenticator {
            mode: self.mode,
            strict: self.strict,
            directory: Arc::new(One {
                key: known.to_owned(),
                credential: Arc::new(self.credential),
            }),
            keys: KeyCache::default(),
        };
        let mut headers = HeaderMap::new();
        if let Some(token) = self.token {
            headers.insert("x-amz-security-token", token.parse().unwrap());
        }
        let parts = Parts {
            method: &Method::POST,
            path: "/",
            query: &Query::parse(self.query).unwrap(),
            headers: &headers,
        };
        let identity = Identity {
            access_key: self.key,
            region: "us-east-1",
            service: "iam",
        };
        let identity = (!self.key.is_empty()).then_some(&identity);
        let now = UNIX_EPOCH + Duration::from_secs(NOW);
        match authenticator.who(&parts, identity, Auth::SigV4, &self.dialect, now) {
            Ok(known) => format!(
                "{}{}",
                stockade_authz::principal_name(&known.caller, "aws", &known.account),
                if known.verification.is_due() {
                    " verified"
                } else {
                    ""
                }
            ),
            Err(error) => format!("{} {}", error.status, error.code),
        }
    }
}

#[test]
fn strangers_are_root() {
    for mode in [Mode::Off, Mode::Soft, Mode::Enforce] {
        for (key, account) in [
            ("test", "000000000000"),
            ("111122223333", "111122223333"),
            ("AKIAIOSFODNN7EXAMPLE", "000000000000"),
        ] {
            let who = Case::new(mode, key).who("");
            assert_eq!(
                who,
                format!("arn:aws:iam::{account}:root"),
                "{key} {mode:?}"
            );
        }
    }
}

#[test]
fn strict_credentials_refuse_strangers() {
    let refused = |dialect| {
        Case {
            strict: true,
            dialect,
            ..Case::new(Mode::Off, "test")
        }
        .who("")
    };
    assert_eq!(
        refused(Dialect::new(Protocol::Query)),
        "403 InvalidClientTokenId"
    );
    assert_eq!(
        refused(Dialect::new(Protocol::AwsJson1_0)),
        "400 UnrecognizedClientException"
    );
    assert_eq!(refused(Dialect::s3()), "403 InvalidAccessKeyId");
}

#[test]
fn a_key_on_record_is_its_user() {
    let key = issued(KeyKind::LongTerm);
    let arn = "arn:aws:iam::123456789012:user/ada";
    assert_eq!(Case::new(Mode::Off, &key).who(&key), arn);
    assert_eq!(Case::new(Mode::Soft, &key).who(&key), arn);
    assert_eq!(
        Case::new(Mode::Enforce, &key).who(&key),
        format!("{arn} verified")
    );
}

#[test]
fn an_issued_key_that_is_gone_is_refused_under_enforcement_alone() {
    let key = issued(KeyKind::LongTerm);
    assert_eq!(
        Case::new(Mode::Enforce, &key).who(""),
        "403 InvalidClientTokenId"
    );
    let root = "arn:aws:iam::123456789012:root";
    assert_eq!(Case::new(Mode::Off, &key).who(""), root);
    assert_eq!(Case::new(Mode::Soft, &key).who(""), root);
}

#[test]
fn inactive_and_expired_keys_are_refused_under_enforcement_alone() {
    let key = issued(KeyKind::Temporary);
    let arn = "arn:aws:iam::123456789012:user/ada";
    let inactive = |mode| Case {
        credential: Credential {
            active: false,
            ..credential()
        },
        ..Case::new(mode, &key)
    };
    assert_eq!(inactive(Mode::Off).who(&key), arn);
    assert_eq!(
        inactive(Mode::Enforce).who(&key),
        "403 InvalidClientTokenId"
    );
    let expired = |mode, dialect| Case {
        credential: Credential {
            session_token: Some("token".into()),
            expires: Some(UNIX_EPOCH + Duration::from_secs(NOW)),
            ..credential()
        },
        token: Some("token"),
        dialect,
        ..Case::new(mode, &key)
    };
    let query = Dialect::new(Protocol::Query);
    assert_eq!(expired(Mode::Soft, query).who(&key), arn);
    assert_eq!(expired(Mode::Enforce, query).who(&key), "403 ExpiredToken");
    assert_eq!(
        expired(Mode::Enforce, Dialect::s3()).who(&key),
        "400 ExpiredToken"
    );
    assert_eq!(
        expired(Mode::Enforce, Dialect::new(Protocol::AwsJson1_1)).who(&key),
        "400 ExpiredTokenException"
    );
}

#[test]
fn temporary_credentials_need_their_token() {
    let key = issued(KeyKind::Temporary);
    let case = |token, dialect| Case {
        credential: Credential {
            session_token: Some("token".into()),
            ..credential()
        },
        token,
        dialect,
        ..Case::new(Mode::Enforce, &key)
    };
    let query = Dialect::new(Protocol::Query);
    assert_eq!(
        case(Some("token"), query).who(&key),
        "arn:aws:iam::123456789012:user/ada verified"
    );
    assert_eq!(case(None, query).who(&key), "403 InvalidClientTokenId");
    assert_eq!(
        case(Some("other"), query).who(&key),
        "403 InvalidClientTokenId"
    );
    assert_eq!(
        case(Some("other"), Dialect::s3()).who(&key),
        "400 InvalidToken"
    );
}

#[test]
fn the_unsigned_are_nobody() {
    assert_eq!(Case::new(Mode::Off, "").who(""), "anonymous");
    assert_eq!(
        Case::new(Mode::Enforce, "").who(""),
        "403 MissingAuthenticationToken"
    );
    let s3 = Case {
        dialect: Dialect::s3(),
        ..Case::new(Mode::Enforce, "")
    };
    assert_eq!(s3.who(""), "anonymous");
}

#[test]
fn version_2_is_refused_for_keys_on_record_but_in_presigned_urls_of_s3() {
    let key = issued(KeyKind::LongTerm);
    let case = |mode, key, dialect| Case {
        dialect,
        query: "AWSAccessKeyId=k&Signature=s&Expires=1440938161",
        ..Case::new(mode, key)
    };
    let query = Dialect::new(Protocol::Query);
    assert_eq!(
        case(Mode::Enforce, &key, query).who(&key),
        "400 IncompleteSignature"
    );
    assert_eq!(
        case(Mode::Enforce, &key, Dialect::s3()).who(&key),
        "arn:aws:iam::123456789012:user/ada verified"
    );
    assert_eq!(
        case(Mode::Enforce, "test", query).who(&key),
        "arn:aws:iam::000000000000:root"
    );
}
