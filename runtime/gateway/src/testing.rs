//! Who calls in tests.

use std::sync::Arc;

use stockade_spec::Caller;
use stockade_spec::directory::{AttachedPolicy, Credential, Directory, Profile};

/// The users of an account. The key of one is `user-` and its name, the secret is `secret`; the one who is called `all` may
/// do everything, the others nothing.
pub(crate) struct Users(pub(crate) &'static str);

impl Directory for Users {
    fn credential(&self, access_key: &str) -> Option<Arc<Credential>> {
        let name = access_key.strip_prefix("user-")?;
        Some(Arc::new(Credential {
            secret: "secret".into(),
            session_token: None,
            caller: Caller::User {
                arn: format!("arn:aws:iam::{}:user/{name}", self.0),
                id: "AIDAEXAMPLE".into(),
                name: name.into(),
            },
            account: self.0.into(),
            session: None,
            expires: None,
            active: true,
        }))
    }

    fn profile(&self, _: &str, caller: &Caller) -> Option<Profile> {
        let all = AttachedPolicy {
            document: r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#
                .into(),
            name: "all".into(),
            managed: false,
            attached_to: format!("arn:aws:iam::{}:user/all", self.0),
        };
        let may = caller.arn().is_some_and(|arn| arn.ends_with("/all"));
        Some(Profile {
            policies: may.then_some(all).into_iter().collect(),
            ..Profile::default()
        })
    }

    fn managed_policy(&self, _: &str) -> Option<Arc<str>> {
        None
    }

    fn revision(&self) -> u64 {
        0
    }
}
