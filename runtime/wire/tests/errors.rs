//! Error envelopes, byte for byte.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use http::StatusCode;
use pretty_assertions::assert_eq;
use stockade_spec::Error;
use stockade_spec::constraint::{Kind, Refusal, Refusals, Violations};
use stockade_wire::{Dialect, Protocol, errors};

fn body(dialect: &Dialect<'_>, error: &Error) -> String {
    let response = errors::respond(dialect, error, "id", false);
    assert_eq!(response.status(), error.status);
    String::from_utf8(response.into_body().to_vec()).unwrap()
}

#[test]
fn query_errors() {
    let dialect = Dialect::new(Protocol::Query)
        .with_xml_namespace("https://iam.amazonaws.com/doc/2010-05-08/");
    let error = Error::new("NoSuchEntity", 404, "The user <a> & \"b\" cannot be found.");
    assert_eq!(
        body(&dialect, &error),
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error>\
         <Type>Sender</Type><Code>NoSuchEntity</Code>\
         <Message>The user &lt;a&gt; &amp; &quot;b&quot; cannot be found.</Message></Error>\
         <RequestId>id</RequestId></ErrorResponse>"
    );
    assert!(body(&dialect, &Error::internal()).contains("<Type>Receiver</Type>"));
}

#[test]
fn ec2_errors() {
    let error = Error::new("UnauthorizedOperation", 403, "No.");
    assert_eq!(
        body(&Dialect::new(Protocol::Ec2Query), &error),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error>\
         <Code>UnauthorizedOperation</Code><Message>No.</Message></Error></Errors>\
         <RequestID>id</RequestID></Response>"
    );
}

#[test]
fn s3_errors() {
    let error = Error::new("NoSuchBucket", 404, "The specified bucket does not exist")
        .with_detail("BucketName", "b");
    let text = body(&Dialect::s3(), &error);
    let (start, host) = text.split_once("<HostId>").unwrap();
    assert_eq!(
        start,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchBucket</Code>\
         <Message>The specified bucket does not exist</Message><BucketName>b</BucketName>\
         <RequestId>id</RequestId>"
    );
    let response = errors::respond(&Dialect::s3(), &error, "id", true);
    assert!(response.body().is_empty());
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let id_2 = response.headers()["x-amz-id-2"].to_str().unwrap();
    assert_eq!(host, format!("{id_2}</HostId></Error>"));
}

/// A service whose own error tells the reason of a violation (AWS Organizations).
#[test]
fn violations_have_a_reason() {
    const NONE: Refusal = Refusal {
        reason: "NONE",
        sentence: "None.",
    };
    static REFUSALS: Refusals = Refusals {
        code: "InvalidInputException",
        member: "Reason",
        missing: NONE,
        too_short: NONE,
        too_long: Refusal {
            reason: "MAX_LENGTH_EXCEEDED",
            sentence: "Too long.",
        },
        too_small: NONE,
        too_great: NONE,
        pattern: NONE,
        values: NONE,
        element: NONE,
    };
    static OWN: Refusal = Refusal {
        reason: "ODD",
        sentence: "No.",
    };
    let violations = |refusal| Violations {
        message: "All that is wrong".to_owned(),
        first: Kind::TooLong,
        refusal,
    };
    let mut dialect = Dialect::new(Protocol::AwsJson1_1);
    let error = errors::violation(&dialect, violations(None));
    assert_eq!(
        body(&dialect, &error),
        r#"{"__type":"ValidationException","message":"All that is wrong"}"#
    );
    dialect.refusals = Some(&REFUSALS);
    let error = errors::violation(&dialect, violations(None));
    assert_eq!(
        body(&dialect, &error),
        r#"{"__type":"InvalidInputException","message":"Too long.","Reason":"MAX_LENGTH_EXCEEDED"}"#
    );
    let error = errors::violation(&dialect, violations(Some(&OWN)));
    assert_eq!(
        body(&dialect, &error),
        r#"{"__type":"InvalidInputException","message":"No.","Reason":"ODD"}"#
    );
}

#[test]
fn other_rest_xml_errors_are_wrapped() {
    let error = Error::new("NoSuchHostedZone", 404, "No.");
    assert_eq!(
        body(
            &Dialect::new(Protocol::RestXml).with_xml_namespace("urn:r"),
            &error
        ),
        "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"urn:r\"><Error><Type>Sender</Type>\
         <Code>NoSuchHostedZone</Code><Message>No.</Message></Error>\
         <RequestId>id</RequestId></ErrorResponse>"
    );
}

#[test]
fn json_errors() {
    let error = Error::new("ResourceNotFoundException", 400, "Gone \"away\"");
    let mut dialect = Dialect::new(Protocol::AwsJson1_0);
    assert_eq!(
        body(&dialect, &error),
        r#"{"__type":"ResourceNotFoundException","message":"Gone \"away\""}"#
    );
    dialect.query_compatible = true;
    let response = errors::respond(&dialect, &error, "id", false);
    assert_eq!(
        response.headers()["x-amzn-query-error"],
        "ResourceNotFoundException;Sender"
    );
    let rest = Dialect::new(Protocol::RestJson);
    let denied = Error::new("AccessDeniedException", 403, "No.");
    let response = errors::respond(&rest, &denied, "id", false);
    assert_eq!(
        response.headers()["x-amzn-errortype"],
        "AccessDeniedException"
    );
    assert_eq!(body(&rest, &denied), r#"{"Message":"No."}"#);
}

#[test]
fn cbor_errors() {
    let error = Error::new("Gone", 400, "No.");
    let response = errors::respond(&Dialect::new(Protocol::RpcV2Cbor), &error, "id", false);
    assert_eq!(
        &response.body()[..],
        b"\xbf\x66__type\x64Gone\x67message\x63No.\xff"
    );
    assert_eq!(response.headers()["content-type"], "application/cbor");
}

#[test]
fn messages_cannot_break_out_of_headers() {
    let error = Error::new("Code\r\nX: y", 400, "No.").with_header("x-h", "a\r\nb: c");
    let response = errors::respond(&Dialect::new(Protocol::RestJson), &error, "i\nd", false);
    assert_eq!(response.headers()["x-h"], "ab: c");
    assert_eq!(response.headers()["x-amzn-errortype"], "CodeX: y");
    assert_eq!(response.headers()["x-amzn-requestid"], "id");
}
