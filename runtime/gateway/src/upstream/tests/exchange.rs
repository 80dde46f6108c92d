//! What passes, and how: the message, its framing, and what becomes of it when a side goes away.

use pretty_assertions::assert_eq;
use stockade_authz::Mode;

use super::support::{Bench, unsigned};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

fn put(key: &str, lines: &[&str]) -> String {
    unsigned("test", "s3", &format!("PUT {key}"), lines)
}

fn list_tables(lines: &[&str]) -> String {
    let mut all = vec![
        "x-amz-target: DynamoDB_20120810.ListTables",
        "content-type: application/x-amz-json-1.0",
        "content-length: 2",
    ];
    all.extend(lines);
    unsigned("111122223333", "dynamodb", "POST /", &all) + "{}"
}

#[tokio::test]
async fn a_request_passes_as_it_came() {
    let bench = Bench::objects().await;
    let request = put(
        "/photos//a%2fb%20c+d/./%7E?x-id=PutObject&a=&&b=%c3%a9&",
        &[
            "x-amz-meta-a: one, two",
            "x-amz-meta-b: x",
            "x-amz-meta-b: y",
            "content-length: 5",
        ],
    );
    let passed = bench.pass(request.clone() + "\0\r\n\u{e9}").await;
    assert_eq!(
        passed.line,
        "PUT /photos//a%2fb%20c+d/./%7E?x-id=PutObject&a=&&b=%c3%a9& HTTP/1.1"
    );
    assert_eq!(passed.body, "\0\r\n\u{e9}".as_bytes());
    for line in request.lines().skip(1).filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(": ").unwrap();
        assert!(
            passed
                .headers
                .contains(&(name.to_owned(), value.to_owned())),
            "{line} is not in {passed:?}"
        );
    }
}

#[tokio::test]
async fn hosts_survive() {
    let bench = Bench::objects().await;
    let request = put("/key", &["content-length: 0"]);
    let request = request.replace("host: localhost", "host: photos.s3.localhost:4566");
    let passed = bench.pass(request).await;
    assert_eq!(passed.header("host"), Some("photos.s3.localhost:4566"));
    assert_eq!(passed.line, "PUT /key HTTP/1.1");
}

#[tokio::test]
async fn what_belongs_to_the_connection_ends_here() {
    let bench = Bench::plain().await;
    let mut client = bench
        .client(list_tables(&[
            "connection: keep-alive, x-hop",
            "x-hop: 1",
            "keep-alive: timeout=5",
            "proxy-connection: keep-alive",
            "te: gzip",
            "upgrade: h2c",
            "x-end: 1",
        ]))
        .await;
    let mut upstream = bench.accept().await;
    let passed = upstream.message().await;
    for name in [
        "connection",
        "x-hop",
        "keep-alive",
        "proxy-connection",
        "te",
        "upgrade",
    ] {
        assert_eq!(passed.header(name), None, "{name}");
    }
    assert_eq!(passed.header("x-end"), Some("1"));
    upstream
        .write(
            "HTTP/1.1 200 OK\r\nconnection: close, x-hop\r\nx-hop: 1\r\nkeep-alive: max=1\r\n\
             x-end: 1\r\ncontent-length: 2\r\n\r\n{}",
        )
        .await;
    let answer = client.message().await;
    for name in ["connection", "x-hop", "keep-alive"] {
        assert_eq!(answer.header(name), None, "{name}");
    }
    assert_eq!(answer.header("x-end"), Some("1"));
    assert_eq!(answer.text(), "{}");
}

#[tokio::test]
async fn an_answer_passes_as_it_came_and_tells_where_it_is_from() {
    let bench = Bench::plain().await;
    let mut client = bench.client(list_tables(&[])).await;
    let mut upstream = bench.accept().await;
    upstream.message().await;
    upstream
        .write(
            "HTTP/1.1 418 Short And Stout\r\nx-amzn-requestid: theirs\r\nset-cookie: a\r\n\
             set-cookie: b\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\ncontent-length: 3\r\n\r\n\0\r\n",
        )
        .await;
    let answer = client.message().await;
    assert_eq!(answer.line, "HTTP/1.1 418 Short And Stout");
    assert_eq!(answer.header("x-amzn-requestid"), Some("theirs"));
    assert_eq!(answer.header("date"), Some("Thu, 01 Jan 1970 00:00:00 GMT"));
    assert_eq!(answer.header("x-stockade-upstream"), Some(&*bench.url()));
    assert!(answer.header("x-stockade-request-id").is_some());
    let cookies = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie");
    assert_eq!(cookies.count(), 2);
    assert_eq!(answer.body, b"\0\r\n");
}

#[tokio::test]
async fn chunks_and_trailers_pass_both_ways() {
    let bench = Bench::objects().await;
    let request = put(
        "/photos/key",
        &[
            "transfer-encoding: chunked",
            "trailer: x-sum",
            "te: trailers",
        ],
    );
    let mut client = bench
        .client(request + "3\r\nabc\r\n0\r\nx-sum: 1\r\n\r\n")
        .await;
    let mut upstream = bench.accept().await;
    let passed = upstream.message().await;
    assert_eq!(passed.header("transfer-encoding"), Some("chunked"));
    assert_eq!(passed.header("content-length"), None);
    assert_eq!(passed.header("te"), Some("trailers"));
    assert_eq!(passed.text(), "3\r\nabc\r\n0\r\nx-sum: 1\r\n\r\n");
    upstream
        .write(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n\
             2\r\nde\r\n0\r\nx-sum: 2\r\n\r\n",
        )
        .await;
    assert_eq!(
        client.message().await.text(),
        "2\r\nde\r\n0\r\nx-sum: 2\r\n\r\n"
    );
}

#[tokio::test]
async fn what_was_read_to_decide_passes_in_its_own_framing() {
    let bench = Bench::objects().await;
    let request = unsigned(
        "test",
        "s3",
        "PUT /photos?accelerate",
        &["transfer-encoding: chunked", "trailer: x-sum"],
    );
    let passed = bench
        .pass(request + "3\r\n{} \r\n0\r\nx-sum: 1\r\n\r\n")
        .await;
    assert_eq!(passed.text(), "3\r\n{} \r\n0\r\nx-sum: 1\r\n\r\n");
}

#[tokio::test]
async fn aws_chunks_keep_their_framing_and_signatures() {
    let bench = Bench::objects().await;
    let body = format!(
        "3;chunk-signature={zeros}\r\nabc\r\n0;chunk-signature={zeros}\r\n\r\n",
        zeros = "0".repeat(64)
    );
    for line in ["PUT /photos/key", "PUT /photos?accelerate"] {
        let request = unsigned(
            "test",
            "s3",
            line,
            &[
                "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                "content-encoding: aws-chunked",
                "x-amz-decoded-content-length: 3",
                &format!("content-length: {}", body.len()),
            ],
        );
        let passed = bench.pass(request + &body).await;
        assert_eq!(passed.text(), body, "{line}");
        assert_eq!(passed.header("content-encoding"), Some("aws-chunked"));
    }
}

#[tokio::test]
async fn bodies_stream_both_ways() {
    let bench = Bench::objects().await;
    let mut client = bench
        .client(put("/photos/key", &["content-length: 8"]))
        .await;
    client.write("four").await;
    let mut upstream = bench.accept().await;
    upstream.head().await;
    // The last frame of a body waits for its end only where it is verified.
    assert_eq!(upstream.read(4).await, b"four");
    client.write("more").await;
    assert_eq!(upstream.read(4).await, b"more");
    upstream
        .write("HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nfour")
        .await;
    client.head().await;
    assert_eq!(client.read(4).await, b"four");
    upstream.write("more").await;
    assert_eq!(client.read(4).await, b"more");
}

#[tokio::test]
async fn an_upstream_may_answer_before_it_has_read() {
    let bench = Bench::objects().await;
    let mut client = bench
        .client(put("/photos/key", &["content-length: 8"]))
        .await;
    let mut upstream = bench.accept().await;
    upstream.head().await;
    upstream
        .write("HTTP/1.1 507 Insufficient Storage\r\ncontent-length: 2\r\n\r\nno")
        .await;
    let answer = client.message().await;
    assert_eq!(answer.line, "HTTP/1.1 507 Insufficient Storage");
    assert_eq!(answer.text(), "no");
}

#[tokio::test]
async fn answers_without_a_body_keep_their_headers() {
    let bench = Bench::objects().await;
    for (line, answer, length) in [
        (
            "HEAD /photos/key",
            "200 OK\r\ncontent-length: 17",
            Some("17"),
        ),
        ("DELETE /photos/key", "204 No Content", None),
        ("GET /photos/key", "304 Not Modified\r\netag: \"x\"", None),
    ] {
        let mut client = bench.client(unsigned("test", "s3", line, &[])).await;
        let mut upstream = bench.accept().await;
        let passed = upstream.head().await;
        assert_eq!(passed.header("content-length"), None, "{line}");
        assert_eq!(passed.header("transfer-encoding"), None, "{line}");
        upstream.write(format!("HTTP/1.1 {answer}\r\n\r\n")).await;
        let got = client.head().await;
        assert_eq!(got.header("content-length"), length, "{line}");
        assert_eq!(got.header("transfer-encoding"), None, "{line}");
        if answer.contains("etag") {
            assert_eq!(got.header("etag"), Some("\"x\""));
        }
        // The connection is still in step.
        client
            .write(unsigned("test", "s3", "GET /photos/key", &[]))
            .await;
        upstream.head().await;
        upstream.write(OK).await;
        assert_eq!(client.message().await.line, "HTTP/1.1 200 OK");
    }
}

#[tokio::test]
async fn clients_that_wait_to_be_told_are_told() {
    let bench = Bench::objects().await;
    let mut client = bench
        .client(put(
            "/photos/key",
            &["content-length: 4", "expect: 100-continue"],
        ))
        .await;
    assert_eq!(client.head().await.line, "HTTP/1.1 100 Continue");
    client.write("body").await;
    let mut upstream = bench.accept().await;
    let passed = upstream.message().await;
    assert_eq!(passed.header("expect"), Some("100-continue"));
    assert_eq!(passed.text(), "body");
    upstream.write("HTTP/1.1 100 Continue\r\n\r\n").await;
    upstream.write(OK).await;
    assert_eq!(client.message().await.line, "HTTP/1.1 200 OK");
}

#[tokio::test]
async fn a_client_that_leaves_ends_the_upstreams_request() {
    let bench = Bench::plain().await;
    let client = bench.client(list_tables(&[])).await;
    let mut upstream = bench.accept().await;
    upstream.message().await;
    drop(client);
    assert_eq!(upstream.rest().await, b"");
}

#[tokio::test]
async fn a_client_that_leaves_ends_the_upstreams_answer() {
    let bench = Bench::plain().await;
    let mut client = bench.client(list_tables(&[])).await;
    let mut upstream = bench.accept().await;
    upstream.message().await;
    upstream
        .write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")
        .await;
    client.head().await;
    drop(client);
    assert_eq!(upstream.rest().await, b"");
}

#[tokio::test]
async fn half_an_answer_is_not_a_whole_one() {
    let bench = Bench::plain().await;
    let mut client = bench.client(list_tables(&[])).await;
    let mut upstream = bench.accept().await;
    upstream.message().await;
    upstream
        .write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")
        .await;
    drop(upstream);
    assert_eq!(client.head().await.header("content-length"), Some("9"));
    assert_eq!(client.rest().await, b"half");
}

#[tokio::test]
async fn an_upstream_that_is_gone_is_told_apart() {
    let bench = Bench::plain().await;
    let url = bench.url();
    let mut client = bench.client("").await;
    let _gateway = bench.close();
    client.write(list_tables(&[])).await;
    let answer = client.message().await;
    assert_eq!(answer.line, "HTTP/1.1 502 Bad Gateway");
    assert_eq!(answer.header("x-stockade-upstream"), Some(&*url));
    let body: serde_json::Value = serde_json::from_str(answer.text()).unwrap();
    assert_eq!(body["__type"], "UpstreamUnavailable");
    let message = body["message"].as_str().unwrap();
    for part in [&*url, "UPSTREAM", "dynamodb", "cannot be reached"] {
        assert!(message.contains(part), "{message}");
    }
}

#[tokio::test]
async fn an_upstream_that_breaks_off_is_told_apart() {
    let bench = Bench::plain().await;
    let mut client = bench.client(list_tables(&[])).await;
    let mut upstream = bench.accept().await;
    upstream.message().await;
    drop(upstream);
    let answer = client.message().await;
    assert_eq!(answer.line, "HTTP/1.1 502 Bad Gateway");
    assert!(
        answer.text().contains("broke off before it answered"),
        "{answer:?}"
    );
}

#[tokio::test]
async fn what_leads_back_here_ends() {
    let bench = Bench::plain().await;
    let mut client = bench.client(list_tables(&[])).await;
    let mut upstream = bench.accept().await;
    let passed = upstream.message().await;
    // The upstream is this gateway once more.
    let via = format!("via: {}", passed.header("via").unwrap());
    let mut again = bench.client(list_tables(&[&via])).await;
    let answer = again.message().await;
    assert_eq!(answer.line, "HTTP/1.1 502 Bad Gateway");
    assert!(answer.text().contains("leads back"), "{answer:?}");
    upstream.write(OK).await;
    client.message().await;
}

#[tokio::test]
async fn what_has_a_handler_stays() {
    let bench = Bench::plain().await;
    let mut client = bench.client(unsigned("test", "s3", "GET /", &[])).await;
    assert_eq!(client.message().await.header("x-stockade-upstream"), None);
    // Of the same service, what its handler does not know.
    let passed = bench
        .pass(put("/photos/key", &["content-length: 2"]) + "{}")
        .await;
    assert_eq!(passed.text(), "{}");
}

#[tokio::test]
async fn all_of_a_named_service_is_there() {
    let bench = Bench::objects().await;
    let passed = bench.pass(unsigned("test", "s3", "GET /", &[])).await;
    assert_eq!(passed.line, "GET / HTTP/1.1");
    // Others have no upstream.
    let mut client = bench.client(list_tables(&[])).await;
    assert_eq!(client.message().await.line, "HTTP/1.1 501 Not Implemented");
}

#[tokio::test]
async fn health_tells_upstreams_apart() {
    let bench = Bench::start(Mode::Off, "s3=http://localhost:1 URL", "").await;
    let request = "GET /_stockade/health HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let mut client = bench.client(request).await;
    let answer = client.message().await;
    let body: serde_json::Value = serde_json::from_str(answer.text()).unwrap();
    assert_eq!(body["services"]["s3"], "forwarded");
    let upstreams = &body["upstreams"];
    assert_eq!(upstreams[0]["url"], "http://localhost:1");
    assert_eq!(upstreams[0]["services"], serde_json::json!(["s3"]));
    assert_eq!(upstreams[0]["others"], false);
    assert_eq!(upstreams[0]["reachable"], false);
    assert!(upstreams[0]["error"].is_string());
    assert_eq!(upstreams[1]["url"], bench.url());
    assert_eq!(upstreams[1]["others"], true);
    assert_eq!(upstreams[1]["reachable"], true);
}

/// An object of AWS Elemental MediaStore's, which has no code here.
const SEGMENT: &str = "PUT /canal/segment.ts";

#[tokio::test]
async fn a_body_that_nobody_here_reads_streams() {
    let bench = Bench::plain().await;
    let head = unsigned("test", "mediastore", SEGMENT, &["content-length: 8"]);
    let mut client = bench.client(head).await;
    client.write("four").await;
    let mut upstream = bench.accept().await;
    upstream.head().await;
    assert_eq!(upstream.read(4).await, b"four");
    client.write("more").await;
    assert_eq!(upstream.read(4).await, b"more");
    upstream.write(OK).await;
    assert_eq!(client.message().await.line, "HTTP/1.1 200 OK");
}

#[tokio::test]
async fn such_a_body_is_verified_on_its_way_where_its_hash_is_declared() {
    use aws_sigv4::http_request::SignableBody;
    use sha2::{Digest, Sha256};

    // The operation is open to the user, so that all turns on the body.
    let bench = Bench::start(Mode::Enforce, "URL", "").await;
    let hash = hex::encode(Sha256::digest(b"fourmore"));
    let lines = [
        &*format!("x-amz-content-sha256: {hash}"),
        "content-length: 8",
    ];
    let body = SignableBody::Precomputed(hash.clone());
    let signed = super::support::signed(
        "user-all",
        "mediastore",
        ("PUT", "/canal/segment.ts"),
        &lines,
        body,
        false,
    );
    let passed = bench.pass(signed.head.clone() + "fourmore").await;
    assert_eq!(passed.body, b"fourmore");
    let answer = bench.break_off(signed.head + "forgedxx").await;
    assert!(answer.line.starts_with("HTTP/1.1 4"), "{answer:?}");
}
