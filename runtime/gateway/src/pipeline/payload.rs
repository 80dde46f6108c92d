//! A request's body: left on the wire, streamed, or read and verified.

use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use http::HeaderMap;
use stockade_spec::Error;
use stockade_wire::Dialect;
use stockade_wire::sigv4::{self, DeclaredHash, Kind};

use super::asked::{Asked, text};
use crate::authenticate::Verification;
use crate::body::{self, Announced, Incoming, Received};
use crate::gateway::Gateway;
use crate::route::Route;

/// A body on the wire, or one that routing had to read.
pub(super) enum Unread<B> {
    Wire(B),
    Bytes(Bytes),
}

impl<B: Incoming> Unread<B> {
    pub(super) async fn collect(
        self,
        headers: &HeaderMap,
        dialect: &Dialect<'_>,
        operation: &str,
    ) -> Result<Bytes, Error> {
        match self {
            Self::Wire(body) => body::collect(Received(body), headers, dialect, operation).await,
            Self::Bytes(bytes) => Ok(bytes),
        }
    }
}

impl Gateway {
    /// Whether the body of an operation without code stays on the wire: nobody here reads it, and the signature, where it is
    /// verified, is over a hash that the headers tell.
    pub(super) fn passes_by(
        &self,
        asked: &Asked<'_>,
        route: &Route,
        verification: &Verification,
    ) -> bool {
        let tells_hash = || match sigv4::declared_hash(&asked.parts.headers) {
            Ok(DeclaredHash::Sha256(_)) => true,
            Ok(DeclaredHash::Unsigned) => route.operation.unsigned_payload,
            _ => false,
        };
        let streams = || {
            let described = self
                .services
                .described(route.service.id, route.operation.name);
            described.is_some_and(|(operation, _)| operation.streams_input())
        };
        !route.dialect.s3 && streams() && (!verification.is_due() || tells_hash())
    }

    /// The body in memory, once the signature over it is found right.
    pub(super) async fn verified<B: Incoming>(
        &self,
        asked: &Asked<'_>,
        route: &Route,
        verification: &Verification,
        body: Unread<B>,
    ) -> Result<Bytes, Error> {
        let (dialect, headers) = (&route.dialect, &asked.parts.headers);
        let name = route.operation.name;
        if dialect.s3 {
            let (announced, signing) = self.announced(asked, dialect, verification)?;
            if route.operation.checksum_required && !announced.has_checksum() {
                return Err(Error::new(
                    "InvalidRequest",
                    400,
                    "Missing required header for this request: Content-MD5",
                ));
            }
            return match body {
                Unread::Wire(body) => {
                    let body = announced.decode(body, signing);
                    body::collect(body, headers, dialect, name).await
                }
                Unread::Bytes(bytes) => {
                    let body = announced.decode(http_body_util::Full::new(bytes), signing);
                    body::collect(body, headers, dialect, name).await
                }
            };
        }
        let bytes = body.collect(headers, dialect, name).await?;
        self.authenticator
            .verify(verification, &asked.signed, dialect, asked.now, |_| {
                Ok(sigv4::body_hash(&bytes))
            })?;
        Ok(bytes)
    }

    /// The body as a stream, its head's signature found right; what is wrong with the rest fails
    /// the stream.
    pub(super) fn streamed<B: Incoming>(
        &self,
        asked: &Asked<'_>,
        route: &Route,
        verification: &Verification,
        body: Unread<B>,
    ) -> Result<ByteStream, Error> {
        asked.passage.stream();
        let (announced, signing) = self.announced(asked, &route.dialect, verification)?;
        Ok(match body {
            Unread::Wire(body) => body::stream(announced.decode(body, signing)),
            Unread::Bytes(bytes) => {
                body::stream(announced.decode(http_body_util::Full::new(bytes), signing))
            }
        })
    }

    /// Verifies a signature whose payload hash the headers declare, before the body is read.
    pub(crate) fn announced(
        &self,
        asked: &Asked<'_>,
        dialect: &Dialect<'_>,
        verification: &Verification,
    ) -> Result<(Announced, Option<sigv4::SigningContext>), Error> {
        let headers = &asked.parts.headers;
        let declared = sigv4::declared_hash(headers).map_err(|error| error.into_error(dialect))?;
        let signing =
            self.authenticator
                .verify(
                    verification,
                    &asked.signed,
                    dialect,
                    asked.now,
                    |kind| match (&declared, kind) {
                        (DeclaredHash::Absent, Kind::Query) => Ok("UNSIGNED-PAYLOAD".to_owned()),
                        (DeclaredHash::Absent, Kind::Header) => Err(Error::new(
                            "InvalidRequest",
                            400,
                            "Missing required header for this request: x-amz-content-sha256",
                        )),
                        _ => Ok(text(headers, "x-amz-content-sha256").unwrap_or_default()),
                    },
                )?;
        Ok((Announced::read(headers, &declared)?, signing))
    }
}
