//! Requests signed anew, and bodies that are verified on their way.

use aws_sigv4::http_request::SignableBody;
use pretty_assertions::assert_eq;
use stockade_authz::Mode;
use stockade_wire::sigv4::body_hash;

use super::support::{Bench, signed, unsigned};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

#[tokio::test]
async fn the_account_can_be_the_key() {
    let bench = Bench::start(Mode::Off, "URL", "account").await;
    let request = unsigned(
        "user-ada",
        "dynamodb",
        "POST /",
        &[
            "x-amz-target: DynamoDB_20120810.ListTables",
            "x-amz-security-token: theirs",
            "content-length: 2",
        ],
    );
    let passed = bench.pass(request + "{}").await;
    let signature = passed.header("authorization").unwrap();
    assert!(
        signature.contains("Credential=444455556666/"),
        "{signature}"
    );
    assert!(
        signature.contains("/eu-west-1/dynamodb/aws4_request"),
        "{signature}"
    );
    assert_eq!(passed.header("x-amz-security-token"), None);
    passed.verify("test", &body_hash(b"{}"), false);
}

#[tokio::test]
async fn declared_hashes_are_signed_again() {
    let bench = Bench::start(Mode::Off, "s3=URL", "s3=minio:minio123").await;
    let hash = body_hash(b"body");
    for declared in [UNSIGNED, &hash] {
        let request = unsigned(
            "test",
            "s3",
            "PUT /photos/a%20b",
            &[
                &format!("x-amz-content-sha256: {declared}"),
                "content-length: 4",
            ],
        );
        let passed = bench.pass(request + "body").await;
        assert!(
            passed
                .header("authorization")
                .unwrap()
                .contains("Credential=minio/")
        );
        assert_eq!(passed.header("x-amz-content-sha256"), Some(declared));
        passed.verify("minio123", declared, true);
    }
}

#[tokio::test]
async fn presigned_urls_become_signed_headers() {
    let bench = Bench::start(Mode::Enforce, "s3=URL", "minio:minio123").await;
    let target = ("PUT", "/photos/key?x-id=PutObject&x-amz-meta-a=b%20c");
    let request = signed(
        "user-ada",
        "s3",
        target,
        &[],
        SignableBody::UnsignedPayload,
        true,
    );
    let head = request
        .head
        .replace("\r\n\r\n", "\r\ncontent-length: 4\r\n\r\n");
    let passed = bench.pass(head + "body").await;
    assert_eq!(passed.line, "PUT /photos/key?x-id=PutObject HTTP/1.1");
    assert_eq!(passed.header("x-amz-meta-a"), Some("b c"));
    assert_eq!(passed.text(), "body");
    passed.verify("minio123", UNSIGNED, true);
}

#[tokio::test]
async fn old_presigned_urls_too() {
    let bench = Bench::start(Mode::Off, "s3=URL", "minio:minio123").await;
    let request = "GET /photos/key?AWSAccessKeyId=test&Expires=99999999999&Signature=x HTTP/1.1\r\n\
                   host: localhost\r\n\r\n";
    let passed = bench.pass(request).await;
    assert_eq!(passed.line, "GET /photos/key HTTP/1.1");
    passed.verify("minio123", UNSIGNED, true);
}

#[tokio::test]
async fn what_needs_no_signature_gets_none() {
    let bench = Bench::start(Mode::Off, "URL", "account").await;
    let request = "POST / HTTP/1.1\r\nhost: localhost\r\n\
                   x-amz-target: AWSCognitoIdentityProviderService.SignUp\r\n\
                   content-type: application/x-amz-json-1.1\r\ncontent-length: 2\r\n\r\n{}";
    let passed = bench.pass(request).await;
    assert_eq!(passed.header("authorization"), None);
    assert_eq!(passed.header("x-stockade-principal"), Some("anonymous"));
}

const STREAMING: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";

/// A signed streaming upload's head, `length` bytes on the wire, 6 of them data.
fn streaming(trailer: bool, length: usize) -> super::support::Signed {
    let length = format!("content-length: {length}");
    let mut headers = vec![
        "content-encoding: gzip,aws-chunked",
        "x-amz-decoded-content-length: 6",
        &length,
    ];
    if trailer {
        headers.push("x-amz-trailer: x-amz-checksum-crc32");
    }
    let body = if trailer {
        SignableBody::StreamingSignedPayloadTrailer
    } else {
        SignableBody::Precomputed(STREAMING.to_owned())
    };
    signed(
        "user-ada",
        "s3",
        ("PUT", "/photos/key"),
        &headers,
        body,
        false,
    )
}

/// The wire length of two chunks of three bytes and the last one.
const CHUNKS: usize = 2 * (1 + 17 + 64 + 2 + 3 + 2) + (1 + 17 + 64 + 2);

#[tokio::test]
async fn signed_chunks_pass_as_they_came_while_they_are_verified() {
    let bench = Bench::start(Mode::Enforce, "s3=URL", "").await;
    let mut request = streaming(false, CHUNKS + 2);
    let mut body = request.chunk(b"abc");
    body.extend(request.chunk(b"def"));
    body.extend(request.chunk(b""));
    body.extend(b"\r\n");
    assert_eq!(body.len(), CHUNKS + 2);
    let passed = bench.pass([request.head.as_bytes(), &body].concat()).await;
    assert_eq!(passed.body, body);
}

#[tokio::test]
async fn a_forged_chunk_never_arrives_whole() {
    for signing in ["", "minio:minio123"] {
        let bench = Bench::start(Mode::Enforce, "s3=URL", signing).await;
        let mut request = streaming(false, CHUNKS + 2);
        let mut body = request.chunk(b"abc");
        body.extend(request.chunk(b"def"));
        body.extend(request.chunk(b""));
        body.extend(b"\r\n");
        let place = body.windows(3).position(|data| data == b"def").unwrap();
        body[place] = b'x';
        let request = [request.head.as_bytes(), &body].concat();
        let answer = bench.break_off(request).await;
        assert_eq!(answer.line, "HTTP/1.1 403 Forbidden");
        assert!(
            answer.text().contains("<Code>SignatureDoesNotMatch</Code>"),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn a_body_of_another_hash_never_arrives_whole() {
    let bench = Bench::start(Mode::Enforce, "s3=URL", "").await;
    for sent in ["BODY", ""] {
        let length = format!("content-length: {}", sent.len());
        let request = signed(
            "user-ada",
            "s3",
            ("PUT", "/photos/key"),
            &[&length],
            SignableBody::Bytes(b"body"),
            false,
        );
        let request = request.head + sent;
        let answer = if sent.is_empty() {
            bench.client(request).await.message().await
        } else {
            bench.break_off(request).await
        };
        assert_eq!(answer.line, "HTTP/1.1 400 Bad Request");
        assert!(
            answer.text().contains("XAmzContentSHA256Mismatch"),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn signed_chunks_lose_their_signatures_under_a_new_one() {
    let bench = Bench::start(Mode::Enforce, "s3=URL", "minio:minio123").await;
    let mut request = streaming(false, CHUNKS + 2);
    let mut body = request.chunk(b"abc");
    body.extend(request.chunk(b"def"));
    body.extend(request.chunk(b""));
    body.extend(b"\r\n");
    let passed = bench.pass([request.head.as_bytes(), &body].concat()).await;
    assert_eq!(passed.text(), "abcdef");
    assert_eq!(passed.header("content-length"), Some("6"));
    assert_eq!(passed.header("content-encoding"), Some("gzip"));
    assert_eq!(passed.header("x-amz-decoded-content-length"), None);
    passed.verify("minio123", UNSIGNED, true);
}

#[tokio::test]
async fn trailers_survive_a_new_signature() {
    let bench = Bench::start(Mode::Enforce, "s3=URL", "minio:minio123").await;
    // The CRC-32 of "abcdef" is 4b8e39ef.
    let (name, value) = ("x-amz-checksum-crc32", "S4457w==");
    let mut request = streaming(true, 0);
    let mut body = request.chunk(b"abc");
    body.extend(request.chunk(b"def"));
    body.extend(request.chunk(b""));
    body.extend(request.trailer(name, value));
    let length = format!("content-length: {}\r\n", body.len());
    let head = request.head.replace("content-length: 0\r\n", &length);
    let mut client = bench.client([head.as_bytes(), &body].concat()).await;
    let mut upstream = bench.accept().await;
    let passed = upstream.message().await;
    let framed = passed.unchunked();
    assert!(
        framed.ends_with(b"\r\n0\r\nx-amz-checksum-crc32:S4457w==\r\n\r\n"),
        "{}",
        String::from_utf8_lossy(&framed)
    );
    assert!(!framed.windows(9).any(|window| window == b"signature"));
    let hash = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    assert_eq!(passed.header("x-amz-content-sha256"), Some(hash));
    assert_eq!(passed.header("x-amz-decoded-content-length"), Some("6"));
    passed.verify("minio123", hash, true);
    upstream.write(OK).await;
    assert_eq!(client.message().await.line, "HTTP/1.1 200 OK");
}
