//! Behaviour of the operations, called as the server calls them.

mod assume_role;
mod identity;
mod tokens;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use stockade_iam::Iam;
use stockade_iam_api::{Iam as _, shapes as iam_shapes};
use stockade_kit::validate;
use stockade_spec::directory::{Credential, Directory};
use stockade_spec::{Caller, Error, RequestContext};
use stockade_store::Store;
use stockade_sts_api::{OPERATIONS, Sts as _, shapes};

use crate::{Sts, error};

const ACCOUNT: &str = "123456789012";
const NOW: u64 = 1_700_000_000;
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}}"#;
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

/// STS over an IAM with nothing in it.
struct Fixture {
    iam: Iam,
    sts: Served,
}

/// STS as the gateway calls it: the model's constraints come before the handlers.
struct Served(Sts);

macro_rules! served {
    ($($operation:literal $method:ident: $input:ident -> $output:ident;)*) => {
        impl Served {
            $(
                async fn $method(
                    &self,
                    context: &RequestContext,
                    input: shapes::$input,
                ) -> Result<shapes::$output, Error> {
                    let operation = OPERATIONS.iter().find(|known| known.name == $operation);
                    if let Some(constraints) = operation.unwrap().constraints {
                        validate::check(constraints, &input)
                            .map_err(|violations| error::validation(violations.message))?;
                    }
                    self.0.$method(context, input).await
                }
            )*
        }
    };
}

served! {
    "AssumeRole" assume_role: AssumeRoleRequest -> AssumeRoleResponse;
    "GetAccessKeyInfo" get_access_key_info: GetAccessKeyInfoRequest -> GetAccessKeyInfoResponse;
    "GetCallerIdentity" get_caller_identity:
        GetCallerIdentityRequest -> GetCallerIdentityResponse;
    "GetFederationToken" get_federation_token:
        GetFederationTokenRequest -> GetFederationTokenResponse;
    "GetSessionToken" get_session_token: GetSessionTokenRequest -> GetSessionTokenResponse;
}

impl Fixture {
    fn new() -> Self {
        let iam = Iam::new(Store::in_memory());
        let sts = Served(Sts::new(iam.clone()));
        Self { iam, sts }
    }

    /// Makes a role in an account; answers its id.
    async fn role(&self, account: &str, name: &str, max_session: Option<i32>) -> String {
        let input = iam_shapes::CreateRoleRequest {
            role_name: name.to_owned(),
            path: Some("/ops/".to_owned()),
            assume_role_policy_document: TRUST.to_owned(),
            max_session_duration: max_session,
            tags: Some(vec![iam_shapes::Tag {
                key: "stage".to_owned(),
                value: "prod".to_owned(),
            }]),
            ..Default::default()
        };
        let context = RequestContext {
            account: account.to_owned(),
            ..context(Caller::Root)
        };
        let created = self.iam.create_role(&context, input).await.unwrap();
        created.role.role_id
    }

    /// The context of a request with these credentials.
    fn context_of(&self, credentials: Option<shapes::Credentials>) -> RequestContext {
        let credential = self.credential(credentials);
        RequestContext {
            account: credential.account.clone(),
            session: credential.session.clone(),
            ..context(credential.caller.clone())
        }
    }

    fn credential(&self, credentials: Option<shapes::Credentials>) -> Arc<Credential> {
        let id = credentials.unwrap().access_key_id;
        self.iam.credential(&id).unwrap()
    }
}

fn context(caller: Caller) -> RequestContext {
    RequestContext {
        caller,
        account: ACCOUNT.to_owned(),
        region: "us-east-1".to_owned(),
        partition: "aws",
        access_key: None,
        session: None,
        request_id: "request".to_owned(),
        now: at(NOW),
        origin: "http://localhost:4566".to_owned(),
    }
}

fn alice() -> Caller {
    Caller::User {
        arn: format!("arn:aws:iam::{ACCOUNT}:user/alice"),
        id: "AIDACKCEVSQ6C2EXAMPLE".to_owned(),
        name: "alice".to_owned(),
    }
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn tag(key: &str, value: &str) -> shapes::Tag {
    shapes::Tag {
        key: key.to_owned(),
        value: value.to_owned(),
    }
}

fn arns(arns: &[&str]) -> Option<Vec<shapes::PolicyDescriptorType>> {
    let descriptor = |arn: &&str| shapes::PolicyDescriptorType {
        arn: Some((*arn).to_owned()),
    };
    Some(arns.iter().map(descriptor).collect())
}

/// Code, status and message of a refusal.
fn refusal<T>(answer: Result<T, Error>) -> (String, u16, String) {
    match answer {
        Ok(_) => panic!("not refused"),
        Err(error) => (error.code.into_owned(), error.status, error.message),
    }
}

fn refused(code: &str, status: u16, message: &str) -> (String, u16, String) {
    (code.to_owned(), status, message.to_owned())
}
