//! From an access key to a caller.
//!
//! Who calls is told in every mode; who is refused depends on it. Only hard enforcement refuses an
//! issued key that is gone, expired or signs wrongly; strict credentials refuse strangers' keys.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::SystemTime;

use stockade_authz::Mode;
use stockade_kit::access_key;
use stockade_kit::ids::is_account_id;
use stockade_spec::catalog::Auth;
use stockade_spec::directory::{Credential, Directory};
use stockade_spec::service::Session;
use stockade_spec::{Caller, Error};
use stockade_wire::sigv4::{self, Identity, KeyCache, Kind, Parts, SignatureError, SigningContext};
use stockade_wire::{Dialect, Protocol, headers, sigv2};

use crate::route::Host;

/// The account of whoever does not name one.
pub(crate) const DEFAULT_ACCOUNT: &str = "000000000000";

/// Tells callers by their access keys, and verifies signatures.
pub(crate) struct Authenticator {
    pub(crate) mode: Mode,
    pub(crate) strict: bool,
    pub(crate) directory: Arc<dyn Directory>,
    pub(crate) keys: KeyCache,
}

/// A caller, as the access key tells it.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) caller: Caller,
    pub(crate) account: String,
    pub(crate) access_key: Option<String>,
    pub(crate) session: Option<Arc<Session>>,
    pub(crate) verification: Verification,
}

/// What is left to verify of a caller's signature once the payload's hash is known.
#[derive(Debug, Default)]
pub(crate) struct Verification {
    /// What the signature has to be made with, where it has to be verified.
    credential: Option<Arc<Credential>>,
    /// A presigned URL, whose time is over sooner or later whoever signed it.
    presigned: bool,
}

impl Known {
    fn new(caller: Caller, account: impl Into<String>) -> Self {
        Self {
            caller,
            account: account.into(),
            access_key: None,
            session: None,
            verification: Verification::default(),
        }
    }
}

impl Verification {
    /// Whether the caller's signature has to be verified.
    pub(crate) fn is_due(&self) -> bool {
        self.credential.is_some()
    }
}

impl Authenticator {
    /// Who calls, by the access key alone. `auth` is how the model has the operation's callers
    /// authenticated.
    pub(crate) fn who(
        &self,
        parts: &Parts<'_>,
        identity: Option<&Identity<'_>>,
        auth: Auth,
        dialect: &Dialect<'_>,
        now: SystemTime,
    ) -> Result<Known, Error> {
        let enforce = self.mode == Mode::Enforce;
        let Some(identity) = identity else {
            if enforce && auth == Auth::SigV4 && !dialect.s3 {
                return Err(missing_token(dialect));
            }
            return Ok(Known::new(Caller::Anonymous, DEFAULT_ACCOUNT));
        };
        let key = identity.access_key;
        let mut known = match self.directory.credential(key) {
            Some(credential) => {
                if enforce && is_legacy(parts, dialect) {
                    return Err(SignatureError::Unsupported("AWS".to_owned()).into_error(dialect));
                }
                if enforce {
                    self.check(parts, key, &credential, dialect, now)?;
                }
                let mut known = Known::new(credential.caller.clone(), &*credential.account);
                known.session = credential.session.clone();
                known.verification.credential = enforce.then_some(credential);
                known
            }
            None if access_key::is_issued(key) => {
                if enforce {
                    return Err(unknown_key(key, dialect));
                }
                let account = access_key::account_of(key);
                Known::new(Caller::Root, account.as_deref().unwrap_or(DEFAULT_ACCOUNT))
            }
            None if self.strict => return Err(unknown_key(key, dialect)),
            None if is_account_id(key) => Known::new(Caller::Root, key),
            None => Known::new(Caller::Root, DEFAULT_ACCOUNT),
        };
        if enforce && !known.verification.is_due() && !sigv2::is_presigned(parts) {
            // A stranger's signature cannot be verified, but it has to be one.
            sigv4::parse(parts, dialect).map_err(|error| error.into_error(dialect))?;
        }
        known.access_key = Some(key.to_owned());
        known.verification.presigned =
            parts.query.has("X-Amz-Signature") || sigv2::is_presigned(parts);
        Ok(known)
    }

    /// Whether a key on record is still good, and its session token the right one.
    fn check(
        &self,
        parts: &Parts<'_>,
        key: &str,
        credential: &Credential,
        dialect: &Dialect<'_>,
        now: SystemTime,
    ) -> Result<(), Error> {
        if !credential.active {
            return Err(unknown_key(key, dialect));
        }
        let given = headers::text(parts.headers, "x-amz-security-token")
            .or_else(|| parts.query.get("X-Amz-Security-Token"));
        if credential.session_token.as_deref() != given {
            return Err(wrong_token(given, key, dialect));
        }
        if credential.expires.is_some_and(|expires| expires <= now) {
            return Err(expired(given, dialect));
        }
        Ok(())
    }

    /// Verifies the signature of a caller that [`Authenticator::who`] told, where it has to be.
    /// `payload_hash` is asked for only then. The chunks of a signed body are verified with what
    /// comes back.
    pub(crate) fn verify(
        &self,
        verification: &Verification,
        parts: &Parts<'_>,
        dialect: &Dialect<'_>,
        now: SystemTime,
        payload_hash: impl FnOnce(Kind) -> Result<String, Error>,
    ) -> Result<Option<SigningContext>, Error> {
        if !verification.is_due() && !verification.presigned {
            return Ok(None);
        }
        let refuse = |error: SignatureError| error.into_error(dialect);
        if verification.presigned && sigv2::is_presigned(parts) {
            return match &verification.credential {
                Some(credential) => {
                    let host = parts.headers.get(http::header::HOST);
                    let host = Host::of(host.and_then(|host| host.to_str().ok()));
                    sigv2::verify(parts, host.bucket(), &credential.secret, now)
                }
                None => sigv2::check_time(parts, now),
            }
            .map(|()| None);
        }
        let Some(credential) = &verification.credential else {
            // A stranger's signature cannot be verified, but its time can be told.
            let Ok(Some(presented)) = sigv4::parse(parts, dialect) else {
                return Ok(None);
            };
            let checked = sigv4::verify(&presented, "", parts, "", now, dialect, &self.keys);
            return match checked {
                Err(error @ SignatureError::PresignExpired { .. }) => Err(refuse(error)),
                _ => Ok(None),
            };
        };
        let presented = sigv4::parse(parts, dialect)
            .map_err(refuse)?
            .ok_or_else(|| missing_token(dialect))?;
        let hash = payload_hash(presented.kind)?;
        sigv4::verify(
            &presented,
            &credential.secret,
            parts,
            &hash,
            now,
            dialect,
            &self.keys,
        )
        .map(Some)
        .map_err(refuse)
    }
}

/// Signature Version 2 where AWS no longer takes it: anywhere but in S3's presigned URLs.
fn is_legacy(parts: &Parts<'_>, dialect: &Dialect<'_>) -> bool {
    match parts.headers.get(http::header::AUTHORIZATION) {
        Some(header) => header.as_bytes().starts_with(b"AWS "),
        None => sigv2::is_presigned(parts) && !dialect.s3,
    }
}

/// A key that is not, or no longer, anybody's.
fn unknown_key(key: &str, dialect: &Dialect<'_>) -> Error {
    let text = "The security token included in the request is invalid.";
    match dialect.protocol {
        _ if dialect.s3 => Error::new(
            "InvalidAccessKeyId",
            403,
            "The AWS Access Key Id you provided does not exist in our records.",
        )
        .with_detail("AWSAccessKeyId", key),
        Protocol::Ec2Query => Error::new(
            "AuthFailure",
            401,
            "AWS was not able to validate the provided access credentials",
        ),
        Protocol::Query | Protocol::RestXml => Error::new("InvalidClientTokenId", 403, text),
        Protocol::RestJson => Error::new("UnrecognizedClientException", 403, text),
        Protocol::AwsJson1_0 | Protocol::AwsJson1_1 | Protocol::RpcV2Cbor => {
            Error::new("UnrecognizedClientException", 400, text)
        }
    }
}

/// A session token that is not the key's: missing, another, or one too many.
fn wrong_token(given: Option<&str>, key: &str, dialect: &Dialect<'_>) -> Error {
    match given {
        Some(token) if dialect.s3 => Error::new(
            "InvalidToken",
            400,
            "The provided token is malformed or otherwise invalid.",
        )
        .with_detail("Token-0", token),
        _ => unknown_key(key, dialect),
    }
}

/// Temporary credentials after their time.
fn expired(token: Option<&str>, dialect: &Dialect<'_>) -> Error {
    let text = "The security token included in the request is expired";
    match dialect.protocol {
        _ if dialect.s3 => Error::new("ExpiredToken", 400, "The provided token has expired.")
            .with_detail("Token-0", token.unwrap_or_default()),
        Protocol::Ec2Query => Error::new("RequestExpired", 400, "Request has expired."),
        Protocol::Query | Protocol::RestXml => Error::new("ExpiredToken", 403, text),
        Protocol::RestJson => Error::new("ExpiredTokenException", 403, text),
        Protocol::AwsJson1_0 | Protocol::AwsJson1_1 | Protocol::RpcV2Cbor => {
            Error::new("ExpiredTokenException", 400, text)
        }
    }
}

/// An unsigned request for an operation that needs a signature.
fn missing_token(dialect: &Dialect<'_>) -> Error {
    match dialect.protocol {
        Protocol::Query | Protocol::Ec2Query | Protocol::RestXml => Error::new(
            "MissingAuthenticationToken",
            403,
            "Request is missing Authentication Token",
        ),
        Protocol::RestJson => Error::new(
            "MissingAuthenticationTokenException",
            403,
            "Missing Authentication Token",
        ),
        Protocol::AwsJson1_0 | Protocol::AwsJson1_1 | Protocol::RpcV2Cbor => Error::new(
            "MissingAuthenticationTokenException",
            400,
            "Missing Authentication Token",
        ),
    }
}
