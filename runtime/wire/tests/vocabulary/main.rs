//! One description of shapes, recursion included, as a hand-written type with `static` schemas and
//! as schemas built at run time: through the same decoding and encoding, for every protocol, with
//! equal results. The expected bytes are written by hand from Smithy's protocol documents.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod described;
mod typed;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response};
use pretty_assertions::assert_eq;
use stockade_spec::Operation;
use stockade_spec::permission::{Class, Permissions, Source};
use stockade_wire::decode::{DecodeError, Request, read};
use stockade_wire::encode::respond;
use stockade_wire::{Dialect, Protocol, Query};

static NO_PERMISSIONS: Permissions = Permissions {
    class: Class::Open,
    source: Source::Name,
    captures: &[],
    requirements: &[],
    follow_ups: &[],
    answers: None,
};

const NAMESPACE: &str = "urn:example";

pub(crate) fn operation(wrapper: Option<&'static str>) -> Operation {
    Operation {
        name: "Echo",
        method: "POST",
        uri: "/{Bucket}",
        status: 201,
        input: &typed::NODE,
        output: &typed::NODE,
        result_wrapper: wrapper,
        streams_input: false,
        constraints: None,
        permissions: &NO_PERMISSIONS,
    }
}

/// A request to be echoed.
#[derive(Default)]
struct Sent<'t> {
    query: &'t str,
    headers: &'t [(&'t str, &'t str)],
    labels: &'t [(&'t str, &'t str)],
    body: &'t [u8],
}

/// What an echo gives: by the typed shapes and by the described ones.
type Echoed = Result<Response<Bytes>, DecodeError>;

fn echo(dialect: &Dialect<'_>, sent: &Sent<'_>) -> [Echoed; 2] {
    let mut headers = HeaderMap::new();
    for (name, value) in sent.headers {
        headers.append(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_str(value).unwrap(),
        );
    }
    let query = Query::parse(sent.query).unwrap();
    let labels: Vec<_> = sent
        .labels
        .iter()
        .map(|(n, v)| (*n, (*v).to_owned()))
        .collect();
    let request = Request {
        dialect,
        method: &Method::POST,
        labels: &labels,
        query: &query,
        form: None,
        headers: &headers,
        body: sent.body,
    };
    let rest = matches!(dialect.protocol, Protocol::RestJson | Protocol::RestXml);
    let wrapper = (dialect.protocol == Protocol::Query).then_some("EchoResult");
    let operation = operation(wrapper);
    let typed = if rest {
        read(&request, typed::Put::read)
            .map(|put| respond(dialect, &operation, &put.into_output(), "id"))
    } else {
        read(&request, typed::Node::read).map(|node| respond(dialect, &operation, &node, "id"))
    };
    let described = if rest {
        read(&request, described::read_put)
            .map(|put| described::respond_put(dialect, &operation, put))
    } else {
        read(&request, described::read_node)
            .map(|node| described::respond_node(dialect, &operation, &node))
    };
    [typed.map(Result::unwrap), described.map(Result::unwrap)]
}

/// Both give this body.
fn assert_body(dialect: &Dialect<'_>, sent: &Sent<'_>, expected: &[u8]) -> Response<Bytes> {
    let [typed, described] = echo(dialect, sent).map(Result::unwrap);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(text(typed.body()), text(expected), "typed");
    assert_eq!(text(described.body()), text(expected), "described");
    assert_eq!(&typed.body()[..], expected);
    assert_eq!(typed.headers(), described.headers());
    assert_eq!(typed.status(), described.status());
    typed
}

/// Both fail, alike.
fn assert_fails(dialect: &Dialect<'_>, sent: &Sent<'_>) -> DecodeError {
    let [typed, described] = echo(dialect, sent).map(Result::unwrap_err);
    assert_eq!(typed, described);
    typed
}

const JSON: &str = concat!(
    r#"{"Name":"root","Count":-3,"When":1515531081.123,"Data":"AAEC","Tags":{"a":"1"},"#,
    r#""Parts":["x","y & z"],"Child":{"Name":"child"},"#,
    r#""Kids":[{"Name":"k1","Kids":[{"Name":"k2"}]},{"Name":"k3"}]}"#
);

const XML: &str = concat!(
    "<Name>root</Name><Count>-3</Count><When>2018-01-09T20:51:21.123Z</When><Data>AAEC</Data>",
    "<Tags><entry><key>a</key><value>1</value></entry></Tags>",
    "<Parts><member>x</member><member>y &amp; z</member></Parts>",
    "<Child><Name>child</Name></Child>",
    "<Kids><member><Name>k1</Name><Kids><member><Name>k2</Name></member></Kids></member>",
    "<member><Name>k3</Name></member></Kids>",
);

#[test]
fn json() {
    for protocol in [Protocol::AwsJson1_0, Protocol::AwsJson1_1] {
        let sent = Sent {
            body: JSON.as_bytes(),
            ..Sent::default()
        };
        let response = assert_body(&Dialect::new(protocol), &sent, JSON.as_bytes());
        let version = if protocol == Protocol::AwsJson1_0 {
            "1.0"
        } else {
            "1.1"
        };
        assert_eq!(
            response.headers()["content-type"],
            format!("application/x-amz-json-{version}")
        );
        assert_eq!(response.headers()["x-amzn-requestid"], "id");
        assert_eq!(response.status(), 200);
    }
}

#[test]
fn json_strictness() {
    let dialect = Dialect::new(Protocol::AwsJson1_1);
    let ignored = br#"{"Name":"n","Unknown":{"deep":[1,null]},"Count":null}"#;
    let sent = |body| Sent {
        body,
        ..Sent::default()
    };
    assert_body(&dialect, &sent(ignored), br#"{"Name":"n"}"#);
    for body in [
        &br#"{"Name":"a","Name":"b"}"#[..],
        br#"{"Name":"a","Child":{"Name":"a","Name":"b"}}"#,
        br#"{"Name":"a"}x"#,
        br#"{"Name":1}"#,
        br#"{"Name":"a","Count":2147483648}"#,
        br#"{"Name":"a","Parts":["x",]}"#,
        br#"["a"]"#,
        b"{\"Name\":\"\xff\"}",
        b"{",
    ] {
        let error = assert_fails(&dialect, &sent(body)).into_error(&dialect);
        assert_eq!(
            (&*error.code, error.status),
            ("SerializationException", 400)
        );
    }
    let deep = br#"{"Name":"a","Child":"#.repeat(200);
    assert_fails(&dialect, &sent(&deep));
    let missing = assert_fails(&dialect, &sent(b"")).into_error(&dialect);
    assert_eq!(missing.code, "ValidationException");
    assert_eq!(
        missing.message,
        "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member \
         must not be null"
    );
    let nested = assert_fails(&dialect, &sent(br#"{"Name":"a","Kids":[{"Name":"b"},{}]}"#));
    assert!(
        nested
            .into_error(&dialect)
            .message
            .contains("at 'kids.2.member.name'")
    );
}

#[test]
fn query() {
    let dialect = Dialect::new(Protocol::Query).with_xml_namespace(NAMESPACE);
    let body = b"Action=Echo&Version=1&Kids.member.10.Name=k3&Name=root&Count=-3\
        &When=2018-01-09T20%3A51%3A21.123Z&Data=AAEC&Tags.entry.1.key=a&Tags.entry.1.value=1\
        &Parts.member.2=y+%26+z&Parts.member.1=x&Child.Name=child\
        &Kids.member.2.Name=k1&Kids.member.2.Kids.member.1.Name=k2";
    let expected = format!(
        "<EchoResponse xmlns=\"urn:example\"><EchoResult>{XML}</EchoResult>\
         <ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></EchoResponse>"
    );
    let sent = Sent {
        body,
        ..Sent::default()
    };
    let response = assert_body(&dialect, &sent, expected.as_bytes());
    assert_eq!(response.headers()["content-type"], "text/xml");
}

#[test]
fn query_strictness() {
    let dialect = Dialect::new(Protocol::Query);
    let fails = |query: &str, body: &[u8]| {
        let sent = Sent {
            query,
            body,
            ..Sent::default()
        };
        assert_fails(&dialect, &sent).into_error(&dialect)
    };
    for body in [
        "Name=a&Name=b",
        "Name=a&Count=x",
        "Name=a&Count=%2B1",
        "Name=a&When=yesterday",
        "Name.x=a",
        "Name=a&Child=b",
        "Name=a&Parts.member.x=b",
        "Name=a&Parts.member.1=b&Parts.member.01=c",
        "Name=%FF",
        "Name=a&Tags.entry.1.key=b",
    ] {
        let error = fails("", body.as_bytes());
        assert_eq!(
            (&*error.code, error.status),
            ("MalformedInput", 400),
            "{body}"
        );
    }
    assert_eq!(fails("Name=a", b"Name=b").code, "MalformedInput");
    let deep = format!("Name=a&{}Name=b", "Child.".repeat(200));
    assert_eq!(
        fails("", deep.as_bytes()).message,
        "Structure nested too deeply"
    );
    assert_eq!(fails("", b"").code, "ValidationError");
    let nested = fails("", b"Name=a&Kids.member.1.Count=1");
    assert!(nested.message.contains("at 'kids.1.member.name'"));
}

#[test]
fn ec2() {
    let dialect = Dialect::new(Protocol::Ec2Query).with_xml_namespace(NAMESPACE);
    let body = b"Action=Echo&Name=root&Parts.2=y&Parts.1=x&Kids.1.Name=k1&Kids.1.Kids.3.Name=k2";
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <EchoResponse xmlns=\"urn:example\"><requestId>id</requestId><Name>root</Name>\
        <Parts><member>x</member><member>y</member></Parts><Kids><member><Name>k1</Name><Kids>\
        <member><Name>k2</Name></member></Kids></member></Kids></EchoResponse>";
    let sent = Sent {
        body,
        ..Sent::default()
    };
    assert_body(&dialect, &sent, expected.as_bytes());
}

#[test]
fn cbor() {
    // {"Name": "root", "Count": -3, "When": 1(1515531081.5), "Data": h'000102',
    //  "Tags": {"a": "1"}, "Parts": ["x"], "Child": {"Name": "child"}, "Kids": [{"Name": "k"}]}
    // with maps and lists of indefinite length, as RFC 8949 writes them.
    let mut body = vec![0xbf];
    body.extend(b"\x64Name\x64root\x65Count\x22\x64When\xc1\xfb");
    body.extend(1_515_531_081.5f64.to_be_bytes());
    body.extend(b"\x64Data\x43\x00\x01\x02\x64Tags\xbf\x61a\x611\xff\x65Parts\x9f\x61x\xff");
    body.extend(b"\x65Child\xbf\x64Name\x65child\xff\x64Kids\x9f\xbf\x64Name\x61k\xff\xff\xff");
    let dialect = Dialect::new(Protocol::RpcV2Cbor);
    let sent = Sent {
        body: &body,
        ..Sent::default()
    };
    let response = assert_body(&dialect, &sent, &body);
    assert_eq!(response.headers()["smithy-protocol"], "rpc-v2-cbor");
    assert_eq!(response.headers()["content-type"], "application/cbor");

    let twice = b"\xa2\x64Name\x61a\x64Name\x61b";
    assert_fails(
        &dialect,
        &Sent {
            body: twice,
            ..Sent::default()
        },
    );
    let trailing = b"\xa1\x64Name\x61a\x00";
    assert_fails(
        &dialect,
        &Sent {
            body: trailing,
            ..Sent::default()
        },
    );
}

const HEADERS: &[(&str, &str)] = &[
    ("x-level", "7"),
    ("x-date", "Tue, 09 Jan 2018 20:51:21 GMT"),
    ("x-meta-a", "1"),
    ("x-meta-b", "two"),
    ("x-list", "a, \"b,c\""),
];
const LABELS: &[(&str, &str)] = &[("Bucket", "b")];

fn assert_bound(response: &Response<Bytes>) {
    for (name, value) in HEADERS {
        assert_eq!(response.headers()[*name], *value);
    }
    assert_eq!(response.status(), 201);
}

#[test]
fn rest_json() {
    let dialect = Dialect::new(Protocol::RestJson);
    // Neither the path's bucket nor the header's level is the body's to change.
    let body = format!(r#"{{"Bucket":"evil","node":{JSON},"Level":9,"Marker":["x"]}}"#);
    let sent = Sent {
        query: "marker=m&marker=n",
        headers: HEADERS,
        labels: LABELS,
        body: body.as_bytes(),
    };
    let expected = format!(r#"{{"Echo":"b/m,n","node":{JSON}}}"#);
    assert_bound(&assert_body(&dialect, &sent, expected.as_bytes()));
    let bad = Sent {
        headers: &[("x-level", "seven")],
        labels: LABELS,
        ..Sent::default()
    };
    let error = assert_fails(&dialect, &bad).into_error(&dialect);
    assert_eq!((&*error.code, error.status), ("ValidationException", 400));
}

#[test]
fn rest_xml() {
    let dialect = Dialect::s3();
    let body = format!(
        "<?xml version=\"1.0\"?><Put xmlns=\"urn:any\"><Bucket>evil</Bucket><Level>9</Level>\
         <Unknown><x/></Unknown><Node>{XML}</Node></Put>"
    );
    let sent = |body| Sent {
        query: "marker=m&marker=n",
        headers: HEADERS,
        labels: LABELS,
        body,
    };
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <PutResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Echo>b/m,n</Echo>\
         <Node>{XML}</Node></PutResult>"
    );
    let response = assert_body(&dialect, &sent(body.as_bytes()), expected.as_bytes());
    assert_bound(&response);
    assert_eq!(response.headers()["content-type"], "application/xml");
    assert_eq!(response.headers()["x-amz-request-id"], "id");
    assert!(response.headers().contains_key("x-amz-id-2"));
    for body in [
        "<Put><Node><Name>a</Name></Node>",
        "<Put><Node><Name>a</Name></Other></Put>",
        "<Put><Node><Name>a</Name></Node></Put><x/>",
        "<Put><Node><Name>a</Name><Name>b</Name></Node></Put>",
        "<Put><Node><Count>x</Count><Name>a</Name></Node></Put>",
        "<Put><Node></Node></Put>",
        "<Put><Node><Name>&unknown;</Name></Node></Put>",
        "no xml",
    ] {
        let error = assert_fails(&dialect, &sent(body.as_bytes())).into_error(&dialect);
        assert_eq!(
            (&*error.code, error.status),
            ("MalformedXML", 400),
            "{body}"
        );
    }
    assert_fails(&dialect, &sent(b"<Put>\xff</Put>"));
}
