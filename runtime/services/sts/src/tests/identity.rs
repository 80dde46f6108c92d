use stockade_spec::{Caller, RequestContext};
use stockade_sts_api::shapes;

use super::{ACCOUNT, Fixture, alice, context, refusal, refused};

async fn identity(context: &RequestContext) -> [Option<String>; 3] {
    let input = shapes::GetCallerIdentityRequest {};
    let sts = Fixture::new().sts;
    let answer = sts.get_caller_identity(context, input).await.unwrap();
    [answer.user_id, answer.account, answer.arn]
}

fn said(id: &str, account: &str, arn: &str) -> [Option<String>; 3] {
    [id, account, arn].map(|text| Some(text.to_owned()))
}

#[tokio::test]
async fn everybody_is_told_who_they_are() {
    let default = RequestContext {
        account: "000000000000".to_owned(),
        ..context(Caller::Root)
    };
    assert_eq!(
        identity(&default).await,
        said(
            "AKIAIOSFODNN7EXAMPLE",
            "000000000000",
            "arn:aws:iam::000000000000:root"
        )
    );
    assert_eq!(
        identity(&context(Caller::Root)).await,
        said(ACCOUNT, ACCOUNT, "arn:aws:iam::123456789012:root")
    );
    assert_eq!(
        identity(&context(alice())).await,
        said(
            "AIDACKCEVSQ6C2EXAMPLE",
            ACCOUNT,
            "arn:aws:iam::123456789012:user/alice"
        )
    );
    let session = Caller::AssumedRole {
        role_arn: "arn:aws:iam::123456789012:role/ops/deploy".to_owned(),
        session_arn: "arn:aws:sts::123456789012:assumed-role/deploy/ci".to_owned(),
        id: "AROA123EXAMPLE123:ci".to_owned(),
    };
    assert_eq!(
        identity(&context(session)).await,
        said(
            "AROA123EXAMPLE123:ci",
            ACCOUNT,
            "arn:aws:sts::123456789012:assumed-role/deploy/ci"
        )
    );
}

#[tokio::test]
async fn nobody_is_asked_for_credentials() {
    let input = shapes::GetCallerIdentityRequest {};
    let sts = Fixture::new().sts;
    let anonymous = context(Caller::Anonymous);
    let answer = sts.get_caller_identity(&anonymous, input);
    assert_eq!(
        refusal(answer.await),
        refused(
            "MissingAuthenticationToken",
            403,
            "Request is missing Authentication Token"
        )
    );
}

#[tokio::test]
async fn a_key_tells_its_account_by_its_form() {
    let sts = Fixture::new().sts;
    let ask = async |id: &str| {
        let input = shapes::GetAccessKeyInfoRequest {
            access_key_id: id.to_owned(),
        };
        sts.get_access_key_info(&context(alice()), input).await
    };
    // A published pair of key and account: "A short note on AWS KEY ID".
    let answer = ask("ASIAQNZGKIQY56JQ7WML").await.unwrap();
    assert_eq!(answer.account.as_deref(), Some("029608264753"));
    assert_eq!(
        refusal(ask("AKIAIOSFODNN7EXAMPLE").await).0,
        "ValidationError"
    );
    assert_eq!(
        refusal(ask("AKIA").await),
        refused(
            "ValidationError",
            400,
            "1 validation error detected: Value 'AKIA' at 'accessKeyId' failed to satisfy \
             constraint: Member must have length greater than or equal to 16"
        )
    );
}
