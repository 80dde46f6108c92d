//! Conditional requests ("Conditional requests", Amazon S3 User Guide; RFC 9110, section 13).

use aws_smithy_types::DateTime;
use stockade_spec::Error;

use crate::errors;
use crate::state::ObjectRecord;

/// The conditions of a read, or of a copy's source.
#[derive(Debug, Default)]
pub(crate) struct ReadConditions<'a> {
    pub(crate) if_match: Option<&'a str>,
    pub(crate) if_none_match: Option<&'a str>,
    pub(crate) if_modified_since: Option<&'a DateTime>,
    pub(crate) if_unmodified_since: Option<&'a DateTime>,
}

/// A condition that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failed {
    Match,
    UnmodifiedSince,
    NoneMatch,
    ModifiedSince,
}

impl ReadConditions<'_> {
    /// The first condition that does not hold, in the order of RFC 9110: a condition on the ETag
    /// makes the one on the date of no account.
    pub(crate) fn check(&self, etag: &str, modified: i64) -> Result<(), Failed> {
        match (self.if_match, self.if_unmodified_since) {
            (Some(tags), _) if !matches(tags, etag) => return Err(Failed::Match),
            (None, Some(since)) if modified > since.secs() => {
                return Err(Failed::UnmodifiedSince);
            }
            _ => {}
        }
        match (self.if_none_match, self.if_modified_since) {
            (Some(tags), _) if matches(tags, etag) => Err(Failed::NoneMatch),
            (None, Some(since)) if modified <= since.secs() => Err(Failed::ModifiedSince),
            _ => Ok(()),
        }
    }
}

impl Failed {
    /// The answer to a copy whose source does not meet the condition.
    pub(crate) fn of_copy_source(self) -> Error {
        errors::precondition_failed(match self {
            Self::Match => "x-amz-copy-source-If-Match",
            Self::UnmodifiedSince => "x-amz-copy-source-If-Unmodified-Since",
            Self::NoneMatch => "x-amz-copy-source-If-None-Match",
            Self::ModifiedSince => "x-amz-copy-source-If-Modified-Since",
        })
    }
}

/// Whether a list of ETags (quoted or not, or `*`) has this one.
fn matches(tags: &str, etag: &str) -> bool {
    tags.split(',').any(|tag| {
        let tag = tag.trim();
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        tag == "*" || tag.trim_matches('"') == etag
    })
}

/// The conditions of a write: on what it would replace.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WriteConditions<'a> {
    pub(crate) if_match: Option<&'a str>,
    pub(crate) if_none_match: Option<&'a str>,
}

impl WriteConditions<'_> {
    /// Refuses conditions that S3 does not have for writes.
    pub(crate) fn check_form(&self) -> Result<(), Error> {
        let refuse = |header: &'static str, why: String| {
            Err(errors::header_not_implemented(header).with_detail("additionalMessage", why))
        };
        let unknown = |header: &'static str| {
            let why = format!("We don't accept the provided value of {header} header for this API");
            refuse(header, why)
        };
        match (self.if_match, self.if_none_match) {
            (Some(_), Some(_)) => refuse(
                "If-Match,If-None-Match",
                "Multiple conditional request headers present in the request".to_owned(),
            ),
            (Some("*"), None) => unknown("If-Match"),
            (None, Some(value)) if value != "*" => unknown("If-None-Match"),
            _ => Ok(()),
        }
    }

    /// Checks against what is there now.
    pub(crate) fn check(&self, key: &str, current: Option<&ObjectRecord>) -> Result<(), Error> {
        if self.if_none_match.is_some() && current.is_some() {
            return Err(errors::precondition_failed("If-None-Match"));
        }
        let Some(tags) = self.if_match else {
            return Ok(());
        };
        match current {
            None => Err(errors::no_such_key(key)),
            Some(record) if !matches(tags, &record.etag) => {
                Err(errors::precondition_failed("If-Match"))
            }
            Some(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
