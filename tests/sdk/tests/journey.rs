//! LocalStack's IAM page as a program of the AWS SDK for Rust: the same steps, refusals included.

use aws_sdk_iam::error::ProvideErrorMetadata;
use aws_sdk_lambda::types::{FunctionCode, Runtime};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use stockade_sdk_journey::{Keys, Server};

const ROLE: &str = "arn:aws:iam::000000000000:role/lambda-role";

/// A zip archive with an empty `handler.py`: the file's header, the directory's entry, the directory's end. Of a file
/// without content, checksum and sizes are zero.
fn function_zip() -> Vec<u8> {
    let name = b"handler.py";
    let file = [&b"PK\x03\x04\x0a\0"[..], &[0; 20], &[10, 0, 0, 0], name].concat();
    let entry = [
        &b"PK\x01\x02\x0a\0\x0a\0"[..],
        &[0; 20],
        &[10, 0],
        &[0; 16],
        name,
    ]
    .concat();
    let lengths =
        [entry.len(), file.len()].map(|length| u32::try_from(length).expect("a short archive"));
    let end = [
        &b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..],
        &lengths.map(u32::to_le_bytes).concat(),
        &[0, 0],
    ]
    .concat();
    [file, entry, end].concat()
}

fn policy(actions: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":{actions},"Resource":"*"}}]}}"#
    )
}

async fn new_user(server: &Server, name: &str) -> Keys {
    let iam = server.iam(Keys::root());
    iam.create_user()
        .user_name(name)
        .send()
        .await
        .expect("a user");
    let key = iam
        .create_access_key()
        .user_name(name)
        .send()
        .await
        .expect("a key");
    let key = key.access_key().expect("the key itself");
    Keys::new(key.access_key_id(), key.secret_access_key())
}

#[tokio::test]
async fn root_is_who_the_page_says() {
    let server = Server::start(&[]).await;
    let identity = server
        .sts(Keys::root())
        .get_caller_identity()
        .send()
        .await
        .expect("an identity");
    assert_eq!(identity.user_id(), Some("AKIAIOSFODNN7EXAMPLE"));
    assert_eq!(identity.account(), Some("000000000000"));
    assert_eq!(identity.arn(), Some("arn:aws:iam::000000000000:root"));
}

#[tokio::test]
async fn a_bucket_is_denied_until_a_policy_allows_it() {
    let server = Server::start(&["--enforce-iam"]).await;
    let keys = new_user(&server, "test").await;
    let identity = server
        .sts(keys.clone())
        .get_caller_identity()
        .send()
        .await
        .expect("an identity");
    assert_eq!(identity.arn(), Some("arn:aws:iam::000000000000:user/test"));

    let s3 = server.s3(keys);
    let refused = s3
        .create_bucket()
        .bucket("mybucket")
        .send()
        .await
        .expect_err("nothing allows it");
    assert_eq!(
        refused
            .raw_response()
            .map(|response| response.status().as_u16()),
        Some(403)
    );
    assert_eq!(refused.code(), Some("AccessDenied"));
    assert_eq!(
        refused.message(),
        Some(
            "User: arn:aws:iam::000000000000:user/test is not authorized to perform: s3:CreateBucket on resource: \
             \"arn:aws:s3:::mybucket\" because no identity-based policy allows the s3:CreateBucket action"
        )
    );

    let iam = server.iam(Keys::root());
    let created = iam
        .create_policy()
        .policy_name("p1")
        .policy_document(policy(r#""s3:CreateBucket""#))
        .send()
        .await;
    let arn = created
        .expect("a policy")
        .policy()
        .and_then(|policy| policy.arn().map(str::to_owned))
        .expect("its ARN");
    assert_eq!(arn, "arn:aws:iam::000000000000:policy/p1");
    iam.attach_user_policy()
        .user_name("test")
        .policy_arn(arn)
        .send()
        .await
        .expect("an attachment");
    s3.create_bucket()
        .bucket("mybucket")
        .send()
        .await
        .expect("a bucket");
}

#[tokio::test]
async fn a_function_needs_its_role_passed() {
    let server = Server::start(&["--enforce-iam"]).await;
    let keys = new_user(&server, "test-user").await;
    let iam = server.iam(Keys::root());
    let allow = |actions| {
        let document = policy(actions);
        iam.put_user_policy()
            .user_name("test-user")
            .policy_name("policy1")
            .policy_document(document)
            .send()
    };
    let create = || {
        server
            .lambda(keys.clone())
            .create_function()
            .function_name("test-function")
            .role(ROLE)
            .runtime(Runtime::Python38)
            .handler("handler.handler")
            .code(
                FunctionCode::builder()
                    .zip_file(function_zip().into())
                    .build(),
            )
            .send()
    };

    allow(r#""lambda:CreateFunction""#)
        .await
        .expect("the first policy");
    let refused = create().await.expect_err("iam:PassRole is missing");
    assert_eq!(
        refused
            .raw_response()
            .map(|response| response.status().as_u16()),
        Some(403)
    );
    assert_eq!(refused.code(), Some("AccessDeniedException"));
    assert_eq!(
        refused.message(),
        Some(
            "User: arn:aws:iam::000000000000:user/test-user is not authorized to perform: iam:PassRole on resource: \
             arn:aws:iam::000000000000:role/lambda-role because no identity-based policy allows the iam:PassRole \
             action"
        )
    );

    allow(r#"["lambda:CreateFunction","iam:PassRole"]"#)
        .await
        .expect("the second policy");
    let function = create().await.expect("a function");
    assert_eq!(
        function.function_arn(),
        Some("arn:aws:lambda:us-east-1:000000000000:function:test-function")
    );
    assert_eq!(function.runtime(), Some(&Runtime::Python38));
}

#[tokio::test]
async fn objects_come_back_as_they_went() {
    let server = Server::start(&["--enforce-iam"]).await;
    let keys = new_user(&server, "alice").await;
    let allow_s3 = policy(r#""s3:*""#);
    server
        .iam(Keys::root())
        .put_user_policy()
        .user_name("alice")
        .policy_name("s3")
        .policy_document(allow_s3)
        .send()
        .await
        .expect("a policy");
    let s3 = server.s3(keys);
    s3.create_bucket()
        .bucket("shelf")
        .send()
        .await
        .expect("a bucket");

    // The SDK sends a body with a checksum behind it, and checks the one that comes back.
    let body = vec![7_u8; 100_000];
    let put = s3
        .put_object()
        .bucket("shelf")
        .key("a b/ä")
        .body(ByteStream::from(body.clone()));
    put.send().await.expect("an object");
    let got = s3
        .get_object()
        .bucket("shelf")
        .key("a b/ä")
        .send()
        .await
        .expect("the object");
    assert_eq!(got.content_length(), Some(100_000));
    let received = got.body.collect().await.expect("its body").into_bytes();
    assert_eq!(received.as_ref(), body);

    let upload = s3
        .create_multipart_upload()
        .bucket("shelf")
        .key("large")
        .send()
        .await
        .expect("an upload");
    let id = upload.upload_id().expect("its id");
    let mut parts = CompletedMultipartUpload::builder();
    for number in 1..=2 {
        let body = vec![u8::try_from(number).expect("a small number"); 5 * 1024 * 1024];
        let part = s3
            .upload_part()
            .bucket("shelf")
            .key("large")
            .upload_id(id)
            .part_number(number);
        let part = part
            .body(ByteStream::from(body))
            .send()
            .await
            .expect("a part");
        let tag = part.e_tag().expect("its tag");
        let checksum = part.checksum_crc32().map(str::to_owned);
        let part = CompletedPart::builder()
            .part_number(number)
            .e_tag(tag)
            .set_checksum_crc32(checksum)
            .build();
        parts = parts.parts(part);
    }
    let complete = s3
        .complete_multipart_upload()
        .bucket("shelf")
        .key("large")
        .upload_id(id);
    complete
        .multipart_upload(parts.build())
        .send()
        .await
        .expect("one object");

    let listed = s3
        .list_objects_v2()
        .bucket("shelf")
        .send()
        .await
        .expect("a listing");
    let keys: Vec<_> = listed
        .contents()
        .iter()
        .filter_map(|object| object.key())
        .collect();
    assert_eq!(keys, ["a b/ä", "large"]);

    let missing = s3
        .get_object()
        .bucket("shelf")
        .key("ghost")
        .send()
        .await
        .expect_err("nothing there");
    assert_eq!(missing.code(), Some("NoSuchKey"));
}

#[tokio::test]
async fn a_session_is_its_roles() {
    let server = Server::start(&["--enforce-iam"]).await;
    let keys = new_user(&server, "alice").await;
    let iam = server.iam(Keys::root());
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",
        "Principal":{"AWS":"arn:aws:iam::000000000000:user/alice"}}]}"#;
    let role = iam
        .create_role()
        .role_name("visitor")
        .assume_role_policy_document(trust)
        .send()
        .await;
    let role = role
        .expect("a role")
        .role()
        .map(|role| role.arn().to_owned())
        .expect("its ARN");

    let assumed = server
        .sts(keys)
        .assume_role()
        .role_arn(role)
        .role_session_name("tour")
        .send()
        .await;
    let assumed = assumed.expect("a session");
    let credentials = assumed.credentials().expect("its keys");
    let session = Keys {
        token: Some(credentials.session_token().to_owned()),
        ..Keys::new(credentials.access_key_id(), credentials.secret_access_key())
    };
    let identity = server
        .sts(session.clone())
        .get_caller_identity()
        .send()
        .await
        .expect("an identity");
    assert_eq!(
        identity.arn(),
        Some("arn:aws:sts::000000000000:assumed-role/visitor/tour")
    );
    let refused = server
        .s3(session)
        .list_buckets()
        .send()
        .await
        .expect_err("the role has no policy");
    assert_eq!(refused.code(), Some("AccessDenied"));
}
