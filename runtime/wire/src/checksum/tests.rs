use http_body_util::{BodyExt, Full};
use pretty_assertions::assert_eq;

use super::*;

/// The check values of "123456789" (Catalogue of parametrised CRC algorithms; RFC 1321; FIPS 180-4).
const CHECKS: [(Algorithm, &str); 6] = [
    (Algorithm::Crc32, "cbf43926"),
    (Algorithm::Crc32c, "e3069283"),
    (Algorithm::Crc64Nvme, "ae8b14860a799888"),
    (Algorithm::Sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
    (
        Algorithm::Sha256,
        "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
    ),
    (Algorithm::Md5, "25f9e794323b453885f5181f1b624d0b"),
];

#[test]
fn check_values() {
    for (algorithm, expected) in CHECKS {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(b"1234");
        hasher.update(b"56789");
        let sum = hasher.finish();
        assert_eq!(hex(&sum), expected, "{algorithm:?}");
        assert_eq!(sum.len(), algorithm.length());
        assert_eq!(Algorithm::of_header(algorithm.header()), Some(algorithm));
    }
}

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.insert(*name, HeaderValue::from_static(value));
    }
    headers
}

async fn read(expected: Expected) -> Result<Vec<(Algorithm, Bytes)>, BodyError> {
    let body = Full::new(Bytes::from_static(b"123456789"))
        .map_err(|never| BodyError::Connection(never.to_string()));
    let body = VerifiedBody::new(body, expected, &[Algorithm::Md5]);
    let computed = body.computed();
    body.collect().await?;
    Ok(computed.get().cloned().unwrap())
}

#[tokio::test]
async fn bodies_are_verified_at_their_end() {
    let right = Expected::from_headers(&headers(&[("x-amz-checksum-crc32", "y/Q5Jg==")])).unwrap();
    let computed = read(right).await.unwrap();
    let names: Vec<_> = computed.iter().map(|(algorithm, _)| *algorithm).collect();
    assert_eq!(names, [Algorithm::Crc32, Algorithm::Md5]);

    let wrong = Expected::from_headers(&headers(&[("x-amz-checksum-crc32", "AAAAAA==")])).unwrap();
    let error = read(wrong).await.unwrap_err().to_error();
    assert_eq!(
        (&*error.code, &*error.message),
        (
            "BadDigest",
            "The CRC32 you specified did not match the calculated checksum."
        )
    );
    let hash = Expected::default().with_sha256("0".repeat(64));
    let error = read(hash).await.unwrap_err().to_error();
    assert_eq!(error.code, "XAmzContentSHA256Mismatch");

    let absent = Expected {
        trailer: Some(Algorithm::Crc32),
        ..Expected::default()
    };
    assert_eq!(read(absent).await, Err(BodyError::MalformedTrailer));
}

#[test]
fn headers_that_are_no_checksums() {
    let error = |pairs: &[(&'static str, &'static str)]| {
        let error = Expected::from_headers(&headers(pairs)).unwrap_err();
        (error.code.into_owned(), error.message)
    };
    assert_eq!(
        error(&[("x-amz-checksum-crc32", "AA==")]),
        (
            "InvalidRequest".to_owned(),
            "Value for x-amz-checksum-crc32 header is invalid.".to_owned()
        )
    );
    assert_eq!(error(&[("content-md5", "?")]).0, "InvalidDigest");
    assert_eq!(error(&[("x-amz-trailer", "x-evil")]).0, "InvalidRequest");
}

/// A reader such as `ByteStream` takes trailers for the end, and polls no further.
#[tokio::test]
async fn trailers_are_verified_as_they_come() {
    let read_to_trailers = async |value: &'static str| {
        let trailers = headers(&[("x-amz-checksum-crc32", value)]);
        let body = Full::new(Bytes::from_static(b"123456789"))
            .map_err(|never| BodyError::Connection(never.to_string()))
            .with_trailers(std::future::ready(Some(Ok(trailers))));
        let expected = Expected {
            trailer: Some(Algorithm::Crc32),
            ..Expected::default()
        };
        let mut body = VerifiedBody::new(body, expected, &[]);
        let data = body.frame().await.unwrap();
        assert!(data.unwrap().is_data());
        body.frame().await.unwrap().map(|frame| frame.is_trailers())
    };
    assert_eq!(read_to_trailers("y/Q5Jg==").await, Ok(true));
    assert_eq!(
        read_to_trailers("AAAAAA==").await,
        Err(BodyError::BadDigest {
            header: "x-amz-checksum-crc32"
        })
    );
}
