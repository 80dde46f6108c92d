//! Handing out temporary credentials.

use std::time::Duration;

use aws_smithy_types::DateTime;
use stockade_iam::sessions::SessionRequest;
use stockade_spec::{Caller, Error, RequestContext, Session};
use stockade_sts_api::shapes;

use crate::Sts;

/// Issues credentials that last so many seconds from the request on.
pub(crate) async fn credentials(
    sts: &Sts,
    context: &RequestContext,
    account: &str,
    caller: &Caller,
    session: &Session,
    seconds: i32,
) -> Result<shapes::Credentials, Error> {
    let issued = sts
        .iam
        .issue_session(SessionRequest {
            account,
            caller,
            session,
            now: context.now,
            duration: Duration::from_secs(u64::try_from(seconds).unwrap_or(0)),
        })
        .await?;
    Ok(shapes::Credentials {
        access_key_id: issued.access_key_id,
        secret_access_key: issued.secret_access_key,
        session_token: issued.session_token,
        expiration: DateTime::from_secs(issued.expires),
    })
}
