use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use http::{HeaderMap, HeaderValue, Method};
use pretty_assertions::assert_eq;

use super::*;
use crate::{Dialect, Protocol};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const SIGNED_AT: u64 = 1_440_938_160;

/// A request as a server sees it.
struct Sent {
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
}

impl Sent {
    fn new(method: Method, path: &str, query: &str, headers: &[(&str, &str)]) -> Self {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(
                http::HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        Self {
            method,
            path: path.to_owned(),
            query: query.to_owned(),
            headers: map,
        }
    }

    /// Signs as an SDK does.
    fn signed(mut self, service: &str, body: &[u8], presign: Option<u64>) -> Self {
        let identity =
            Credentials::new("AKIDEXAMPLE", SECRET, Some("token".into()), None, "test").into();
        let mut settings = SigningSettings::default();
        if service == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
        if let Some(seconds) = presign {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(Duration::from_secs(seconds));
        }
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name(service)
            .time(UNIX_EPOCH + Duration::from_secs(SIGNED_AT))
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let uri = format!("https://example.amazonaws.com{}?{}", self.path, self.query);
        let headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        let body = if presign.is_some() && service == "s3" {
            SignableBody::UnsignedPayload
        } else {
            SignableBody::Bytes(body)
        };
        let request =
            SignableRequest::new(self.method.as_str(), &uri, headers.into_iter(), body).unwrap();
        let (instructions, _) = sign(request, &params).unwrap().into_parts();
        let mut request = http::Request::builder().uri(&uri).body(()).unwrap();
        instructions.apply_to_request_http1x(&mut request);
        for (name, value) in request.headers() {
            self.headers.insert(name, value.clone());
        }
        self.query = request.uri().query().unwrap_or_default().to_owned();
        self
    }

    fn verify(&self, dialect: &Dialect<'_>, hash: &str, at: u64) -> Result<(), SignatureError> {
        let query = Query::parse(&self.query).unwrap();
        let parts = Parts {
            method: &self.method,
            path: &self.path,
            query: &query,
            headers: &self.headers,
        };
        let presented = parse(&parts, dialect)?.expect("signed");
        assert_eq!(identify(&parts).unwrap().access_key, presented.access_key);
        assert_eq!(presented.session_token, Some("token"));
        let now = UNIX_EPOCH + Duration::from_secs(at);
        let keys = KeyCache::default();
        verify(&presented, SECRET, &parts, hash, now, dialect, &keys).map(drop)
    }
}

const HOST: (&str, &str) = ("host", "example.amazonaws.com");

fn query_dialect() -> Dialect<'static> {
    Dialect::new(Protocol::Query)
}

#[test]
fn what_an_sdk_signs_verifies() {
    let body = b"Action=GetCallerIdentity&Version=2011-06-15";
    let headers = [
        HOST,
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-b", " a   b "),
    ];
    for (path, query) in [
        ("/", ""),
        ("/a/../b//c/", "b=2&a=1&a=0"),
        (
            "/2015-03-31/functions/arn%3Aaws%3Alambda/invocations",
            "Qualifier=%24LATEST&x=%20y",
        ),
    ] {
        let sent = Sent::new(Method::POST, path, query, &headers).signed("sts", body, None);
        sent.verify(&query_dialect(), &body_hash(body), SIGNED_AT)
            .unwrap();
        let other = sent.verify(&query_dialect(), &body_hash(b"other"), SIGNED_AT);
        assert!(matches!(other, Err(SignatureError::Mismatch { .. })));
    }
}

#[test]
fn s3_paths_are_taken_as_they_are() {
    for path in [
        "/bucket//a/../b%20c",
        "/bucket/%E2%82%AC",
        "/bucket/a%2Bb%3Dc",
    ] {
        let sent = Sent::new(Method::GET, path, "uploads&prefix=a%2Fb", &[HOST]);
        let sent = sent.signed("s3", b"", None);
        sent.verify(&Dialect::s3(), &body_hash(b""), SIGNED_AT)
            .unwrap();
    }
}

#[test]
fn presigned_urls_hold_until_they_expire() {
    let sent = Sent::new(Method::GET, "/bucket/key", "", &[HOST]).signed("s3", b"", Some(60));
    let verify = |at| sent.verify(&Dialect::s3(), "UNSIGNED-PAYLOAD", at);
    verify(SIGNED_AT).unwrap();
    verify(SIGNED_AT + 60).unwrap();
    let late = verify(SIGNED_AT + 61)
        .unwrap_err()
        .into_error(&Dialect::s3());
    assert_eq!((late.status, &*late.message), (403, "Request has expired"));
    assert_eq!(verify(SIGNED_AT - 1000), Err(SignatureError::NotYetValid));
}

#[test]
fn clocks_may_differ_by_fifteen_minutes() {
    let sent = Sent::new(Method::POST, "/", "", &[HOST]).signed("sts", b"", None);
    let verify = |at| sent.verify(&query_dialect(), &body_hash(b""), at);
    verify(SIGNED_AT + 900).unwrap();
    verify(SIGNED_AT - 900).unwrap();
    let late = verify(SIGNED_AT + 1500)
        .unwrap_err()
        .into_error(&query_dialect());
    assert_eq!(late.code, "SignatureDoesNotMatch");
    assert_eq!(
        late.message,
        "Signature expired: 20150830T123600Z is now earlier than 20150830T124600Z \
         (20150830T130100Z - 15 min.)"
    );
    let early = verify(SIGNED_AT - 1500)
        .unwrap_err()
        .into_error(&query_dialect());
    assert_eq!(
        early.message,
        "Signature not yet current: 20150830T123600Z is still later than 20150830T122600Z \
         (20150830T121100Z + 15 min.)"
    );
    let s3 = Sent::new(Method::GET, "/", "", &[HOST]).signed("s3", b"", None);
    let skewed = s3.verify(&Dialect::s3(), &body_hash(b""), SIGNED_AT + 1500);
    let skewed = skewed.unwrap_err().into_error(&Dialect::s3());
    assert_eq!(
        (&*skewed.code, skewed.status),
        ("RequestTimeTooSkewed", 403)
    );
}

#[test]
fn s3_wants_its_headers_signed() {
    let mut sent = Sent::new(Method::GET, "/", "", &[HOST]).signed("s3", b"", None);
    sent.headers
        .insert("x-amz-acl", HeaderValue::from_static("public-read"));
    assert_eq!(
        sent.verify(&Dialect::s3(), &body_hash(b""), SIGNED_AT),
        Err(SignatureError::NotSigned(vec!["x-amz-acl".to_owned()]))
    );
}

fn parse_error(
    headers: &[(&str, &str)],
    query: &str,
    dialect: &Dialect<'_>,
) -> stockade_spec::Error {
    let sent = Sent::new(Method::GET, "/", query, headers);
    let query = Query::parse(&sent.query).unwrap();
    let parts = Parts {
        method: &sent.method,
        path: "/",
        query: &query,
        headers: &sent.headers,
    };
    parse(&parts, dialect).unwrap_err().into_error(dialect)
}

#[test]
fn malformed_signatures_get_awss_sentences() {
    let scope = "Credential=AKID/20150830/us-east-1/iam/aws4_request";
    let error = parse_error(
        &[("authorization", "AWS4-HMAC-SHA256 SignedHeaders=host")],
        "",
        &query_dialect(),
    );
    assert_eq!((&*error.code, error.status), ("IncompleteSignature", 400));
    assert!(error.message.starts_with(
        "Authorization header requires 'Credential' parameter. Authorization header requires \
         'Signature' parameter. Authorization header requires existence of either a 'X-Amz-Date' \
         or a 'Date' header. "
    ));
    let error = parse_error(
        &[
            (
                "authorization",
                &format!("AWS4-HMAC-SHA256 {scope},SignedHeaders=host,Signature=a"),
            ),
            ("x-amz-date", "20150831T000000Z"),
        ],
        "",
        &query_dialect(),
    );
    assert_eq!(error.code, "SignatureDoesNotMatch");
    let error = parse_error(
        &[("authorization", "AWS4-HMAC-SHA256 nonsense")],
        "",
        &Dialect::s3(),
    );
    assert_eq!(error.code, "AuthorizationHeaderMalformed");
    let error = parse_error(&[("authorization", "AWS AKID:c2ln")], "", &Dialect::s3());
    assert_eq!(error.code, "InvalidRequest");
    let error = parse_error(&[], "X-Amz-Algorithm=AWS4-HMAC-SHA256", &Dialect::s3());
    assert_eq!(
        (&*error.code, error.status),
        ("AuthorizationQueryParametersError", 400)
    );
    for (expires, text) in [
        ("x", "X-Amz-Expires should be a number"),
        ("-1", "X-Amz-Expires must be non-negative"),
        (
            "604801",
            "X-Amz-Expires must be less than a week (in seconds); that is, the given \
             X-Amz-Expires must be less than 604800 seconds",
        ),
    ] {
        let query = format!(
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-{scope}&X-Amz-Date=20150830T123600Z\
             &X-Amz-SignedHeaders=host&X-Amz-Signature=a&X-Amz-Expires={expires}"
        );
        assert_eq!(parse_error(&[], &query, &Dialect::s3()).message, text);
    }
    let ecdsa = "AWS4-ECDSA-P256-SHA256 Credential=AKID/20150830/s3/aws4_request";
    let error = parse_error(&[("authorization", ecdsa)], "", &query_dialect());
    assert_eq!(
        error.message,
        "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'."
    );
}

#[test]
fn identities_are_told_from_broken_signatures() {
    for (header, query, expected) in [
        ("AWS4-HMAC-SHA256 Credential=AKID/x", "", ("AKID", "", "")),
        (
            "AWS4-ECDSA-P256-SHA256 Credential=AKID/20150830/s3/aws4_request, SignedHeaders=h",
            "",
            ("AKID", "", "s3"),
        ),
        ("AWS AKID:c2ln", "", ("AKID", "", "")),
        ("", "AWSAccessKeyId=AKID&Signature=x", ("AKID", "", "")),
        (
            "",
            "X-Amz-Credential=AKID%2Fd%2Fr%2Fs%2Fa",
            ("AKID", "r", "s"),
        ),
    ] {
        let mut headers = HeaderMap::new();
        if !header.is_empty() {
            headers.insert("authorization", HeaderValue::from_static(header));
        }
        let query = Query::parse(query).unwrap();
        let parts = Parts {
            method: &Method::GET,
            path: "/",
            query: &query,
            headers: &headers,
        };
        let identity = identify(&parts).unwrap();
        assert_eq!(
            (identity.access_key, identity.region, identity.service),
            expected
        );
    }
}

#[test]
fn declared_hashes() {
    let declared = |value: &'static str| {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-content-sha256", HeaderValue::from_static(value));
        declared_hash(&headers)
    };
    assert_eq!(declared("UNSIGNED-PAYLOAD"), Ok(DeclaredHash::Unsigned));
    assert_eq!(
        declared("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
        Ok(DeclaredHash::StreamingSigned { trailer: true })
    );
    assert_eq!(
        declared("nonsense"),
        Err(SignatureError::InvalidHash("nonsense".to_owned()))
    );
    assert_eq!(declared_hash(&HeaderMap::new()), Ok(DeclaredHash::Absent));
}

/// Prints what verifying one `GetCallerIdentity` costs; run by name and in release.
#[test]
#[ignore = "a measurement, not a check"]
fn measure_verification() {
    let body = b"Action=GetCallerIdentity&Version=2011-06-15";
    let headers = [HOST, ("content-type", "application/x-www-form-urlencoded")];
    let sent = Sent::new(Method::POST, "/", "", &headers).signed("sts", body, None);
    let query = Query::parse(&sent.query).unwrap();
    let parts = Parts {
        method: &sent.method,
        path: &sent.path,
        query: &query,
        headers: &sent.headers,
    };
    let keys = KeyCache::default();
    let now = UNIX_EPOCH + Duration::from_secs(SIGNED_AT);
    let start = SystemTime::now();
    let rounds = 50_000;
    for _ in 0..rounds {
        let dialect = query_dialect();
        let presented = parse(&parts, &dialect).unwrap().unwrap();
        verify(
            &presented,
            SECRET,
            &parts,
            &body_hash(body),
            now,
            &dialect,
            &keys,
        )
        .unwrap();
    }
    println!("{:?} each", start.elapsed().unwrap() / rounds);
}
