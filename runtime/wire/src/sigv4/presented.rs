//! Reading signatures from requests.

use std::borrow::Cow;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName};
use memchr::{memchr2, memmem};
use sha2::{Digest, Sha256};

use super::{DeclaredHash, Identity, Kind, MAX_EXPIRES, Parts, Presented, SignatureError, clock};
use crate::Dialect;
use crate::headers::ascii;
use crate::pieces::{split, split_once};

const AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");
const CONTENT_SHA256: HeaderName = HeaderName::from_static("x-amz-content-sha256");

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const CREDENTIAL: &str = "Credential=";
const TERMINATOR: &str = "aws4_request";
/// How many headers a signature may cover.
const MAX_SIGNED_HEADERS: usize = 256;

const EXPECTING: &str = "expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";

/// Tells who a request says it comes from, however malformed the rest of its signature is.
/// `None` for an unsigned request. Signature Version 2 tells no region and no service.
pub fn identify<'a>(parts: &Parts<'a>) -> Option<Identity<'a>> {
    if let Some(header) = authorization(parts.headers) {
        if let Some((algorithm, credential)) = before_credential(header) {
            let end = memchr2(b',', b' ', credential.as_bytes()).unwrap_or(credential.len());
            let ecdsa = algorithm.trim_end() != ALGORITHM && algorithm.contains("ECDSA");
            return Some(scope_of(&credential[..end], ecdsa));
        }
        let (access_key, _) = header.strip_prefix("AWS ")?.split_once(':')?;
        return Some(Identity {
            access_key,
            ..Identity::default()
        });
    }
    if let Some(credential) = parts.query.get("X-Amz-Credential") {
        let ecdsa = parts
            .query
            .get("X-Amz-Algorithm")
            .is_some_and(|algorithm| algorithm.contains("ECDSA"));
        return Some(scope_of(credential, ecdsa));
    }
    let access_key = parts.query.get("AWSAccessKeyId")?;
    Some(Identity {
        access_key,
        ..Identity::default()
    })
}

/// What stands before a header's credential, and what follows from it on.
fn before_credential(header: &str) -> Option<(&str, &str)> {
    // Most clients write it first; only in what others write is it searched for.
    let usual = header
        .strip_prefix(ALGORITHM)
        .and_then(|rest| rest.strip_prefix(' '));
    if let Some(credential) = usual.and_then(|rest| rest.strip_prefix(CREDENTIAL)) {
        return Some((ALGORITHM, credential));
    }
    let at = memmem::find(header.as_bytes(), CREDENTIAL.as_bytes())?;
    Some((&header[..at], &header[at + CREDENTIAL.len()..]))
}

/// The parts of a credential, as far as they are there. The asymmetric variant names no region.
fn scope_of(credential: &str, ecdsa: bool) -> Identity<'_> {
    let mut pieces = split(credential, b'/');
    let access_key = pieces.next().unwrap_or_default();
    pieces.next();
    let region = if ecdsa {
        ""
    } else {
        pieces.next().unwrap_or_default()
    };
    let service = pieces.next().unwrap_or_default();
    Identity {
        access_key,
        region,
        service,
    }
}

fn authorization(headers: &HeaderMap) -> Option<&str> {
    ascii(headers.get(AUTHORIZATION)?)
}

/// Reads a request's signature; `None` for an unsigned request.
pub fn parse<'a>(
    parts: &Parts<'a>,
    dialect: &Dialect<'_>,
) -> Result<Option<Presented<'a>>, SignatureError> {
    let query = parts.query;
    let in_query = query.has("X-Amz-Algorithm") || query.has("X-Amz-Signature");
    let Some(header) = parts.headers.get(AUTHORIZATION) else {
        if in_query {
            return from_query(parts, dialect).map(Some);
        }
        if query.has("AWSAccessKeyId") && query.has("Signature") {
            return Err(SignatureError::Unsupported("AWS".to_owned()));
        }
        return Ok(None);
    };
    if in_query {
        let text = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, \
                    Signature query string parameter or the Authorization header should be \
                    specified";
        return Err(SignatureError::IncompleteQuery(text.to_owned()));
    }
    let Some(header) = ascii(header) else {
        return Err(SignatureError::Incomplete(
            "The authorization header is malformed; it is not ASCII.".to_owned(),
        ));
    };
    let (algorithm, rest) = split_once(header, b' ').unwrap_or((header, ""));
    if algorithm == "Bearer" {
        return Ok(None);
    }
    if algorithm != ALGORITHM {
        return Err(SignatureError::Unsupported(algorithm.to_owned()));
    }
    from_header(header, rest, parts, dialect).map(Some)
}

fn from_header<'a>(
    header: &str,
    rest: &'a str,
    parts: &Parts<'a>,
    dialect: &Dialect<'_>,
) -> Result<Presented<'a>, SignatureError> {
    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    for pair in split(rest, b',') {
        let pair = pair.trim_ascii();
        if pair.is_empty() {
            continue;
        }
        let Some((name, value)) = split_once(pair, b'=') else {
            return Err(SignatureError::Incomplete(if dialect.s3 {
                three_components()
            } else {
                format!(
                    "'{pair}' not a valid key=value pair (missing equal-sign) in Authorization \
                     header (hashed with SHA-256 and encoded with Base64): '{}'.",
                    hashed(header)
                )
            }));
        };
        match name {
            "Credential" => credential = Some(value),
            "SignedHeaders" => signed_headers = Some(value),
            "Signature" => signature = Some(value),
            _ => {}
        }
    }
    let date = parts
        .headers
        .get(AMZ_DATE)
        .and_then(ascii)
        .map(Cow::Borrowed)
        .or_else(|| http_date(parts.headers));
    let (Some(credential), Some(signed_headers), Some(signature)) =
        (credential, signed_headers, signature)
    else {
        if dialect.s3 {
            return Err(SignatureError::Incomplete(three_components()));
        }
        let mut text = String::new();
        for (name, value) in [
            ("Credential", credential),
            ("Signature", signature),
            ("SignedHeaders", signed_headers),
        ] {
            if value.is_none() {
                text.push_str(&format!(
                    "Authorization header requires '{name}' parameter. "
                ));
            }
        }
        if date.is_none() {
            text.push_str(NO_DATE);
            text.push(' ');
        }
        text.push_str(&format!(
            "(Hashed with SHA-256 and encoded with Base64) Authorization={}",
            hashed(header)
        ));
        return Err(SignatureError::Incomplete(text));
    };
    let Some(timestamp) = date else {
        return Err(if dialect.s3 {
            SignatureError::NoDate
        } else {
            SignatureError::Incomplete(format!(
                "{NO_DATE} (Hashed with SHA-256 and encoded with Base64) Authorization={}",
                hashed(header)
            ))
        });
    };
    let session_token = parts.headers.get(SECURITY_TOKEN).and_then(ascii);
    assemble(
        Kind::Header,
        [credential, signed_headers, signature],
        timestamp,
        dialect,
    )
    .map(|presented| Presented {
        session_token,
        ..presented
    })
}

const NO_DATE: &str =
    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";

fn three_components() -> String {
    "The authorization header is malformed; the authorization header requires three components: \
     Credential, SignedHeaders, and Signature."
        .to_owned()
}

/// The `Date` header, in the signature's form.
fn http_date(headers: &HeaderMap) -> Option<Cow<'_, str>> {
    let text = ascii(headers.get(http::header::DATE)?)?;
    if clock::parse(text).is_some() {
        return Some(text.into());
    }
    let format = aws_smithy_types::date_time::Format::HttpDate;
    let date = aws_smithy_types::DateTime::from_str(text, format).ok()?;
    Some(clock::basic(date.secs()).into())
}

fn hashed(header: &str) -> String {
    aws_smithy_types::base64::encode(Sha256::digest(header.as_bytes()))
}

fn from_query<'a>(
    parts: &Parts<'a>,
    dialect: &Dialect<'_>,
) -> Result<Presented<'a>, SignatureError> {
    let query = parts.query;
    if let Some(algorithm) = query.get("X-Amz-Algorithm")
        && algorithm != ALGORITHM
    {
        return Err(if algorithm.starts_with("AWS4-ECDSA") || !dialect.s3 {
            SignatureError::Unsupported(algorithm.to_owned())
        } else {
            SignatureError::IncompleteQuery(
                "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\""
                    .to_owned(),
            )
        });
    }
    let names = [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
        "X-Amz-Date",
    ];
    let missing: Vec<_> = names.iter().filter(|name| !query.has(name)).collect();
    let expires = query.get("X-Amz-Expires");
    if !missing.is_empty() || (dialect.s3 && expires.is_none()) {
        return Err(SignatureError::IncompleteQuery(if dialect.s3 {
            "Query-string authentication version 4 requires the X-Amz-Algorithm, \
             X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and \
             X-Amz-Expires parameters."
                .to_owned()
        } else {
            missing
                .iter()
                .map(|name| format!("AWS query-string parameters must include '{name}'."))
                .collect::<Vec<_>>()
                .join(" ")
                + " Re-examine the query-string parameters."
        }));
    }
    // The same parameter twice: which one was signed is anyone's guess.
    if names.iter().any(|name| query.all(name).nth(1).is_some()) {
        return Err(SignatureError::IncompleteQuery(
            "A query-string authentication parameter comes more than once.".to_owned(),
        ));
    }
    let value = |name| query.get(name).unwrap_or_default();
    let presented = assemble(
        Kind::Query,
        [
            value("X-Amz-Credential"),
            value("X-Amz-SignedHeaders"),
            value("X-Amz-Signature"),
        ],
        value("X-Amz-Date").into(),
        dialect,
    )?;
    Ok(Presented {
        expires: expires.map(parse_expires).transpose()?,
        session_token: query.get("X-Amz-Security-Token"),
        ..presented
    })
}

fn parse_expires(text: &str) -> Result<u32, SignatureError> {
    let error = |text: &str| Err(SignatureError::IncompleteQuery(text.to_owned()));
    match text.parse::<i64>() {
        Err(_) => error("X-Amz-Expires should be a number"),
        Ok(seconds) if seconds < 0 => error("X-Amz-Expires must be non-negative"),
        Ok(seconds) if seconds > i64::from(MAX_EXPIRES) => error(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given \
             X-Amz-Expires must be less than 604800 seconds",
        ),
        Ok(seconds) => Ok(u32::try_from(seconds).unwrap_or(MAX_EXPIRES)),
    }
}

fn assemble<'a>(
    kind: Kind,
    [credential, signed_headers, signature]: [&'a str; 3],
    timestamp: Cow<'a, str>,
    dialect: &Dialect<'_>,
) -> Result<Presented<'a>, SignatureError> {
    let incomplete = |text: String| match kind {
        Kind::Header => SignatureError::Incomplete(text),
        Kind::Query => SignatureError::IncompleteQuery(text),
    };
    // An access key holds no slash; four more parts follow it.
    let mut pieces = split(credential, b'/');
    let mut piece = || pieces.next();
    let (Some(access_key), Some(date), Some(region), Some(service), Some(terminator), None) =
        (piece(), piece(), piece(), piece(), piece(), piece())
    else {
        return Err(incomplete(match (dialect.s3, kind) {
            (true, Kind::Header) => format!(
                "The authorization header is malformed; the Credential is mal-formed; {EXPECTING}"
            ),
            (true, Kind::Query) => format!(
                "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; \
                 {EXPECTING}"
            ),
            (false, _) => format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term, got '{credential}'"
            ),
        }));
    };
    if terminator != TERMINATOR {
        return Err(if dialect.s3 {
            incomplete(format!(
                "The authorization header is malformed; incorrect terminal \"{terminator}\". This \
                 endpoint uses \"{TERMINATOR}\"."
            ))
        } else {
            SignatureError::Scope(format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not \
                 '{terminator}'."
            ))
        });
    }
    let Some(signed_at) = clock::parse(&timestamp) else {
        return Err(match (dialect.s3, kind) {
            (true, Kind::Query) => incomplete(
                "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"".to_owned(),
            ),
            (true, Kind::Header) => SignatureError::NoDate,
            (false, _) => incomplete(format!(
                "Date must be in ISO-8601 'basic format'. Got '{timestamp}'. See \
                 http://en.wikipedia.org/wiki/ISO_8601"
            )),
        });
    };
    if timestamp.get(..8) != Some(date) {
        return Err(if dialect.s3 {
            incomplete(format!(
                "The authorization header is malformed; Invalid credential date \"{date}\". This \
                 date is not the same as X-Amz-Date: \"{}\".",
                timestamp.get(..8).unwrap_or_default()
            ))
        } else {
            SignatureError::Scope(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date \
                 from HTTP: '{date}' != '{}', from '{timestamp}'.",
                timestamp.get(..8).unwrap_or_default()
            ))
        });
    }
    if signed_headers.bytes().filter(|byte| *byte == b';').count() >= MAX_SIGNED_HEADERS {
        return Err(incomplete("Too many signed headers.".to_owned()));
    }
    Ok(Presented {
        kind,
        credential,
        access_key,
        scope: &credential[access_key.len() + 1..],
        date,
        region,
        service,
        signed_headers: if signed_headers.bytes().any(|byte| byte.is_ascii_uppercase()) {
            signed_headers.to_ascii_lowercase().into()
        } else {
            signed_headers.into()
        },
        signature,
        timestamp,
        signed_at,
        expires: None,
        session_token: None,
    })
}

/// Reads the `x-amz-content-sha256` header.
pub fn declared_hash(headers: &HeaderMap) -> Result<DeclaredHash, SignatureError> {
    let Some(value) = headers.get(CONTENT_SHA256) else {
        return Ok(DeclaredHash::Absent);
    };
    let value = ascii(value).unwrap_or_default();
    Ok(match value {
        "UNSIGNED-PAYLOAD" => DeclaredHash::Unsigned,
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => DeclaredHash::StreamingUnsigned,
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => DeclaredHash::StreamingSigned { trailer: false },
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => {
            DeclaredHash::StreamingSigned { trailer: true }
        }
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"
        | "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER" => {
            return Err(SignatureError::Unsupported(value.to_owned()));
        }
        hash if hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            DeclaredHash::Sha256(hash.to_ascii_lowercase())
        }
        other => return Err(SignatureError::InvalidHash(other.to_owned())),
    })
}
