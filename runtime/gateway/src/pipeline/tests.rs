use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use aws_smithy_types::byte_stream::ByteStream;
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderValue, StatusCode};
use http_body_util::{BodyExt, Full};
use pretty_assertions::assert_eq;
use stockade_authz::render::error::Style;
use stockade_catalog::CATALOG;
use stockade_spec::operation::Operation;
use stockade_spec::permission::{Class, Permissions, Requirement, Source};
use stockade_spec::resolve::{Arguments, Resolved, ResourceFacts, Scope, StateKeys};
use stockade_spec::service::BoxFuture;
use stockade_spec::{Denied, Service, Structure, Unit};

use super::*;
use crate::testing::Users;
use crate::upstream::Upstreams;
use crate::{Config, Parties};

const fn operation(name: &'static str, permissions: &'static Permissions) -> Operation {
    Operation {
        name,
        method: "POST",
        uri: "/",
        status: 200,
        input: Unit::SCHEMA,
        output: Unit::SCHEMA,
        result_wrapper: None,
        streams_input: false,
        constraints: None,
        permissions,
    }
}

const fn permissions(class: Class, requirements: &'static [Requirement]) -> Permissions {
    Permissions {
        class,
        source: Source::Name,
        captures: &[],
        requirements,
        follow_ups: &[],
        answers: None,
    }
}

static OPERATIONS: &[Operation] = &[
    operation("GetCallerIdentity", &permissions(Class::Open, &[])),
    operation("GetSessionToken", &permissions(Class::Requirements, &[])),
];

/// STS in name: one operation answers nothing, the other panics.
struct Sts;

impl Service for Sts {
    fn id(&self) -> &'static str {
        "sts"
    }

    fn operations(&self) -> &'static [Operation] {
        OPERATIONS
    }

    fn read(
        &self,
        _: usize,
        _: &mut dyn ShapeDeserializer,
        _: Option<ByteStream>,
    ) -> Result<Box<dyn AnyShape>, SerdeError> {
        Ok(Box::new(Unit))
    }

    fn handle<'a>(
        &'a self,
        operation: usize,
        _: &'a RequestContext,
        input: Box<dyn AnyShape>,
        _: Denied,
    ) -> BoxFuture<'a, Result<Box<dyn AnyShape>, Error>> {
        Box::pin(async move {
            assert_eq!(operation, 0, "a defect");
            Ok(input)
        })
    }

    fn resolve(&self, _: u16, _: &Scope<'_>, _: &Arguments<'_>) -> Resolved {
        Resolved::Unknown("nothing is resolved here".into())
    }

    fn admit(&self, _: usize, _: &RequestContext) -> Result<(), Error> {
        Ok(())
    }

    fn facts(&self, _: &str, _: &str, _: &Scope<'_>) -> ResourceFacts {
        ResourceFacts::default()
    }

    fn state_keys(&self, _: &str, _: &str, _: &Scope<'_>) -> StateKeys {
        StateKeys::default()
    }
}

fn gateway(mode: Mode, style: Style) -> Gateway {
    Gateway::new(
        Config {
            mode,
            style,
            strict_credentials: false,
        },
        Parties {
            catalog: &CATALOG,
            services: vec![Arc::new(Sts)],
            directory: Arc::new(Users("000000000000")),
            organizations: None,
            reset: Arc::new(|| Box::pin(async { Ok(()) })),
            upstreams: Upstreams::default(),
        },
    )
}

async fn ask(gateway: &Gateway, mut request: Request<Full<Bytes>>) -> (StatusCode, String) {
    request
        .headers_mut()
        .insert(HOST, HeaderValue::from_static("localhost"));
    request
        .headers_mut()
        .insert("x-amz-date", HeaderValue::from_static("20150830T123600Z"));
    let response = gateway.answer(request, None).await;
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn signed(key: &str, service: &str) -> String {
    let zeros = "0".repeat(64);
    format!(
        "AWS4-HMAC-SHA256 Credential={key}/20150830/us-east-1/{service}/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature={zeros}"
    )
}

fn query(key: &str, action: &str) -> Request<Full<Bytes>> {
    Request::post("/")
        .header("authorization", signed(key, "sts"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("Action={action}&Version=2011-06-15").into())
        .unwrap()
}

fn json(key: &str) -> Request<Full<Bytes>> {
    Request::post("/")
        .header("authorization", signed(key, "dynamodb"))
        .header("x-amz-target", "DynamoDB_20120810.ListTables")
        .header("content-type", "application/x-amz-json-1.0")
        .body("{}".into())
        .unwrap()
}

#[tokio::test]
async fn what_has_no_handler_is_named() {
    let gateway = gateway(Mode::Off, Style::Aws);
    let (status, body) = ask(&gateway, json("test")).await;
    assert_eq!(status, 501);
    assert!(body.contains("dynamodb:ListTables"), "{body}");
    let (status, body) = ask(&gateway, query("test", "AssumeRoot")).await;
    assert_eq!(status, 501);
    assert!(body.contains("sts:AssumeRoot"), "{body}");
    let (status, _) = ask(&gateway, query("test", "GetCallerIdentity")).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_panic_is_an_answer() {
    let gateway = gateway(Mode::Off, Style::Aws);
    let (status, body) = ask(&gateway, query("test", "GetSessionToken")).await;
    assert_eq!(status, 500);
    assert!(body.contains("<Code>InternalFailure</Code>"), "{body}");
}

#[tokio::test]
async fn without_a_template_only_root_passes() {
    let enforcing = gateway(Mode::Enforce, Style::Aws);
    assert_eq!(ask(&enforcing, json("test")).await.0, 501);
    let soft = gateway(Mode::Soft, Style::Localstack);
    assert_eq!(ask(&soft, json("user-ada")).await.0, 501);
    let kept = ask(
        &soft,
        Request::get("/_stockade/decisions?denied&principal=arn:aws:iam::000000000000:user/ada")
            .body(Full::default())
            .unwrap(),
    )
    .await
    .1;
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(kept["decisions"].as_array().map(Vec::len), Some(1));
    assert_eq!(kept["decisions"][0]["operation"], "ListTables");
    assert_eq!(kept["decisions"][0]["blocked"], false);
}

#[tokio::test]
async fn what_is_no_signature_is_refused_even_to_strangers() {
    let mut half = query("test", "GetCallerIdentity");
    half.headers_mut().insert(
        "authorization",
        HeaderValue::from_static(
            "AWS4-HMAC-SHA256 Credential=test/20150830/us-east-1/sts/aws4_request",
        ),
    );
    let (status, body) = ask(&gateway(Mode::Enforce, Style::Aws), half).await;
    assert_eq!(status, 400);
    assert!(body.contains("<Code>IncompleteSignature</Code>"), "{body}");
}

#[tokio::test]
async fn a_bad_signature_is_refused_under_enforcement_alone() {
    let (status, body) = ask(
        &gateway(Mode::Enforce, Style::Aws),
        query("user-ada", "GetCallerIdentity"),
    )
    .await;
    assert_eq!(status, 403);
    assert!(body.contains("SignatureDoesNotMatch"), "{body}");
    for mode in [Mode::Off, Mode::Soft] {
        let gateway = gateway(mode, Style::Aws);
        let (status, _) = ask(&gateway, query("user-ada", "GetCallerIdentity")).await;
        assert_eq!(status, 200, "{mode:?}");
    }
}

#[tokio::test]
async fn declared_bodies_have_a_limit() {
    let gateway = gateway(Mode::Off, Style::Aws);
    let mut request = query("test", "GetCallerIdentity");
    let length = (crate::limits::MAX_BODY + 1).to_string();
    request
        .headers_mut()
        .insert(CONTENT_LENGTH, length.parse().unwrap());
    let (status, body) = ask(&gateway, request).await;
    assert_eq!(status, 413);
    assert!(body.contains("RequestEntityTooLarge"), "{body}");
}

#[tokio::test]
async fn endpoints_answer_and_resets_need_a_post() {
    let gateway = gateway(Mode::Off, Style::Aws);
    let request = |method: &str, path: &str| {
        Request::builder()
            .method(method)
            .uri(path)
            .body(Full::default())
            .unwrap()
    };
    let health = ask(&gateway, request("GET", "/_localstack/health")).await;
    assert_eq!(health.0, 200);
    assert!(health.1.contains(r#""services":{"sts":"available"}"#));
    for path in [
        "/_localstack/state/reset",
        "/_stockade/reset",
        "/moto-api/reset",
    ] {
        assert_eq!(ask(&gateway, request("POST", path)).await.0, 200, "{path}");
        assert_eq!(ask(&gateway, request("GET", path)).await.0, 404, "{path}");
    }
}

#[test]
fn regions_have_partitions() {
    for (region, wanted) in [
        ("us-east-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-isob-east-1", "aws-iso-b"),
    ] {
        assert_eq!(partition(region), wanted);
    }
}
