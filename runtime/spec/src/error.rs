//! The error a caller of an operation gets.

use std::borrow::Cow;
use std::fmt;

use crate::shape::AnyShape;

/// An error answer: AWS's code, HTTP status and message. Each protocol writes it in its own
/// envelope.
pub struct Error {
    /// AWS's error code, for example `NoSuchEntity`.
    pub code: Cow<'static, str>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// AWS's sentence.
    pub message: String,
    /// Members beside the message that the model knows (boxed: errors are rare and small).
    pub shape: Option<Box<dyn AnyShape>>,
    /// Members beside the message without a modelled shape at hand, such as S3's `<BucketName>`.
    pub details: Vec<(&'static str, String)>,
    /// Response headers, such as S3's `x-amz-bucket-region`.
    pub headers: Vec<(&'static str, String)>,
}

impl Error {
    /// An error with a code, an HTTP status and a message.
    pub fn new(
        code: impl Into<Cow<'static, str>>,
        status: u16,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            status,
            message: message.into(),
            shape: None,
            details: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// The answer of an operation that is routed and authorized but has no handler.
    pub fn not_implemented(service: &str, operation: &str) -> Self {
        Self::new(
            "NotImplemented",
            501,
            format!("Stockade does not implement {service}:{operation} yet."),
        )
    }

    /// Whether this is the answer of an operation without a handler, and not of one that knows no
    /// answer to some of its parameters.
    pub fn is_not_implemented(&self, service: &str, operation: &str) -> bool {
        self.status == 501 && self.message == Self::not_implemented(service, operation).message
    }

    /// AWS's answer when a service fails for reasons of its own.
    pub fn internal() -> Self {
        Self::new(
            "InternalFailure",
            500,
            "The request processing has failed because of an unknown error, exception or failure.",
        )
    }

    /// Adds an element that stands beside the message.
    #[must_use]
    pub fn with_detail(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }

    /// Adds a response header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds the modelled error shape, whose members are written beside the message.
    #[must_use]
    pub fn with_shape(mut self, shape: impl AnyShape + 'static) -> Self {
        self.shape = Some(Box::new(shape));
        self
    }

    /// Whether the caller is at fault (a status below 500).
    pub fn is_senders_fault(&self) -> bool {
        self.status < 500
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("code", &self.code)
            .field("status", &self.status)
            .field("message", &self.message)
            .field("details", &self.details)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.status, self.message)
    }
}

impl std::error::Error for Error {}
