use std::collections::VecDeque;
use std::convert::Infallible;

use hmac::Mac;
use http_body_util::BodyExt;
use pretty_assertions::assert_eq;
use sha2::Digest;

use super::*;

/// A body that arrives in given pieces.
pub(crate) struct Pieces(pub(crate) VecDeque<Bytes>);

impl Pieces {
    pub(crate) fn of(bytes: &[u8], size: usize) -> Self {
        Self(bytes.chunks(size).map(Bytes::copy_from_slice).collect())
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|bytes| Ok(Frame::data(bytes))))
    }
}

async fn decode(
    bytes: &[u8],
    size: usize,
    framing: Framing,
) -> Result<(Bytes, Option<HeaderMap>), BodyError> {
    let collected = ChunkedBody::new(Pieces::of(bytes, size), framing)
        .collect()
        .await?;
    let trailers = collected.trailers().cloned();
    Ok((collected.to_bytes(), trailers))
}

fn plain(decoded_length: u64) -> Framing {
    Framing {
        decoded_length: Some(decoded_length),
        trailer: true,
        signing: None,
    }
}

const UNSIGNED: &[u8] =
    b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n";

#[tokio::test]
async fn pieces_may_break_anywhere() {
    for size in 1..=UNSIGNED.len() {
        let (data, trailers) = decode(UNSIGNED, size, plain(11)).await.unwrap();
        assert_eq!(&data[..], b"hello world");
        assert_eq!(trailers.unwrap()["x-amz-checksum-crc32"], "DUoRhQ==");
    }
}

#[tokio::test]
async fn truncation_and_wrong_lengths_are_incomplete() {
    // All but the last line break, which some clients leave out.
    for length in 0..UNSIGNED.len() - 2 {
        let result = decode(&UNSIGNED[..length], 7, plain(11)).await;
        let last_chunk = UNSIGNED.windows(3).position(|w| w == b"0\r\n").unwrap() + 3;
        if length != last_chunk {
            assert_eq!(result, Err(BodyError::Incomplete), "{length}");
        }
    }
    for length in [10, 12] {
        assert_eq!(
            decode(UNSIGNED, 7, plain(length)).await,
            Err(BodyError::Incomplete)
        );
    }
}

#[tokio::test]
async fn nonsense_is_malformed() {
    for bytes in [
        &b"x\r\n"[..],
        b"\r\n",
        b"+5\r\nhello\r\n",
        b"5\r\nhelloX\r\n0\r\n\r\n",
        b"ffffffffffffffffff\r\n",
        b"0\r\n\r\nmore",
    ] {
        let result = decode(bytes, 4, Framing::default()).await;
        assert_eq!(result, Err(BodyError::Malformed), "{bytes:?}");
    }
    let endless = vec![b'1'; MAX_LINE + 1];
    let result = decode(&endless, 1000, Framing::default()).await;
    assert_eq!(result, Err(BodyError::Malformed));
}

fn step(key: &[u8], message: &str) -> [u8; 32] {
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().into()
}

/// The example of "Signature calculations for the authorization header: transferring payload in
/// multiple chunks", Amazon S3 API Reference: 66,560 times the letter a, in chunks of 64 KB and 1 KB.
fn documented() -> (Vec<u8>, SigningContext) {
    let secret = "AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let key = step(secret.as_bytes(), "20130524");
    let key = step(&key, "us-east-1");
    let key = step(&key, "s3");
    let key = step(&key, "aws4_request");
    let context = SigningContext {
        key,
        timestamp: "20130524T000000Z".to_owned(),
        scope: "20130524/us-east-1/s3/aws4_request".to_owned(),
        seed: "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9".to_owned(),
    };
    let mut body = Vec::new();
    for (size, signature) in [
        (
            65_536,
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        ),
        (
            1_024,
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        ),
        (
            0,
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
        ),
    ] {
        body.extend(format!("{size:x};chunk-signature={signature}\r\n").bytes());
        body.extend(std::iter::repeat_n(b'a', size));
        body.extend(b"\r\n");
    }
    (body, context)
}

#[tokio::test]
async fn the_documented_chunks_verify() {
    let (body, context) = documented();
    let framing = Framing {
        decoded_length: Some(66_560),
        signing: Some(context),
        trailer: false,
    };
    let (data, _) = decode(&body, 10_000, framing.clone()).await.unwrap();
    assert_eq!(data.len(), 66_560);

    let mut forged = body.clone();
    forged[70_000 - 4_000] ^= 1;
    let result = decode(&forged, 10_000, framing.clone()).await;
    assert_eq!(result, Err(BodyError::SignatureMismatch));

    let unsigned = b"1\r\na\r\n0\r\n\r\n";
    let result = decode(
        unsigned,
        100,
        Framing {
            decoded_length: None,
            ..framing
        },
    )
    .await;
    assert_eq!(result, Err(BodyError::SignatureMismatch));
}

#[tokio::test]
async fn signed_trailers() {
    let context = documented().1;
    let sign = |previous: &str, algorithm: &str, rest: &str| {
        let text = format!(
            "{algorithm}\n{}\n{}\n{previous}\n{rest}",
            context.timestamp, context.scope
        );
        crate::sigv4::hex(&step(&context.key, &text))
    };
    let hash = |bytes: &[u8]| crate::sigv4::hex(&sha2::Sha256::digest(bytes));
    let empty = hash(b"");
    let payload = "AWS4-HMAC-SHA256-PAYLOAD";
    let first = sign(&context.seed, payload, &format!("{empty}\n{}", hash(b"a")));
    let last = sign(&first, payload, &format!("{empty}\n{empty}"));
    let trailer = "x-amz-checksum-crc32:6Le+Qw==";
    let signature = sign(
        &last,
        "AWS4-HMAC-SHA256-TRAILER",
        &hash(format!("{trailer}\n").as_bytes()),
    );
    let body = |signature: &str| {
        format!(
            "1;chunk-signature={first}\r\na\r\n0;chunk-signature={last}\r\n{trailer}\r\n\
             x-amz-trailer-signature:{signature}\r\n\r\n"
        )
    };
    let framing = Framing {
        decoded_length: Some(1),
        signing: Some(context.clone()),
        trailer: true,
    };
    let (data, trailers) = decode(body(&signature).as_bytes(), 9, framing.clone())
        .await
        .unwrap();
    assert_eq!(&data[..], b"a");
    assert_eq!(trailers.unwrap().len(), 1);
    let forged = decode(body(&first).as_bytes(), 9, framing).await;
    assert_eq!(forged, Err(BodyError::SignatureMismatch));
}

#[test]
fn body_errors_are_found_through_their_wrappers() {
    let wrapped = std::io::Error::other(BodyError::Incomplete);
    assert_eq!(BodyError::find(&wrapped), Some(&BodyError::Incomplete));
    assert_eq!(BodyError::Incomplete.to_error().code, "IncompleteBody");
}
