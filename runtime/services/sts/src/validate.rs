//! What the model demands of members, as "AWS Security Token Service API Reference" lists it.

use stockade_kit::validate::{Constraint, Violations};
use stockade_spec::Error;
use stockade_sts_api::shapes;

use crate::error;

const ARN: Constraint = Constraint {
    min: Some(20),
    max: Some(2048),
    pattern: Some(
        r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+",
    ),
    ..Constraint::NONE
};
pub(crate) const ACCESS_KEY_ID: Constraint = word(16, 128, r"[\w]*");
pub(crate) const EXTERNAL_ID: Constraint = word(2, 1224, r"[\w+=,.@:\/-]*");
/// Names of sessions, and source identities.
pub(crate) const SESSION_NAME: Constraint = word(2, 64, r"[\w+=,.@-]*");
pub(crate) const FEDERATED_NAME: Constraint = word(2, 32, r"[\w+=,.@-]*");
const SERIAL_NUMBER: Constraint = word(9, 256, r"[\w+=/:,.@-]*");
const TOKEN_CODE: Constraint = word(6, 6, r"[\d]*");
const DOCUMENT: Constraint = Constraint {
    min: Some(1),
    pattern: Some(r"[\u0009\u000A\u000D\u0020-\u00FF]+"),
    ..Constraint::NONE
};
/// Longest inline session policy of a federated user, in characters.
const MAX_FEDERATED_DOCUMENT: i64 = 2048;
/// Most managed session policies.
const MAX_POLICY_ARNS: i64 = 10;
/// Most session tags.
const MAX_TAGS: i64 = 50;
const TAG_KEY: Constraint = word(1, 128, r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+");
const TAG_VALUE: Constraint = word(0, 256, r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*");

const fn word(min: i64, max: i64, pattern: &'static str) -> Constraint {
    Constraint {
        min: Some(min),
        max: Some(max),
        pattern: Some(pattern),
        ..Constraint::NONE
    }
}

/// Violations of one input, gathered member by member.
#[derive(Default)]
pub(crate) struct Checks(Violations);

impl Checks {
    pub(crate) fn text(mut self, path: &str, value: Option<&str>, demand: &Constraint) -> Self {
        self.0.text(path, value, demand);
        self
    }

    pub(crate) fn arn(self, path: &str, value: &str) -> Self {
        self.text(path, Some(value), &ARN)
    }

    pub(crate) fn duration(mut self, seconds: Option<i32>, max: i64) -> Self {
        let demand = Constraint {
            min: Some(900),
            max: Some(max),
            ..Constraint::NONE
        };
        self.0
            .number("durationSeconds", seconds.map(i64::from), &demand);
        self
    }

    pub(crate) fn mfa(self, serial: Option<&str>, code: Option<&str>) -> Self {
        self.text("serialNumber", serial, &SERIAL_NUMBER)
            .text("tokenCode", code, &TOKEN_CODE)
    }

    pub(crate) fn policies(
        mut self,
        document: Option<&str>,
        arns: &[shapes::PolicyDescriptorType],
    ) -> Self {
        self.0.text("policy", document, &DOCUMENT);
        let shown: Vec<&str> = arns.iter().filter_map(|arn| arn.arn.as_deref()).collect();
        self.0.length(
            "policyArns",
            Some(arns.len()),
            &format_args!("[{}]", shown.join(", ")),
            &Constraint {
                max: Some(MAX_POLICY_ARNS),
                ..Constraint::NONE
            },
        );
        for (place, arn) in (1..).zip(arns) {
            let path = format!("policyArns.{place}.member.arn");
            self.0.text(&path, arn.arn.as_deref(), &ARN);
        }
        self
    }

    pub(crate) fn federated_policy(mut self, document: Option<&str>) -> Self {
        let demand = Constraint {
            max: Some(MAX_FEDERATED_DOCUMENT),
            ..Constraint::NONE
        };
        self.0.text("policy", document, &demand);
        self
    }

    pub(crate) fn tags(mut self, tags: &[shapes::Tag]) -> Self {
        let shown: Vec<&str> = tags.iter().map(|tag| tag.key.as_str()).collect();
        self.0.length(
            "tags",
            Some(tags.len()),
            &format_args!("[{}]", shown.join(", ")),
            &Constraint {
                max: Some(MAX_TAGS),
                ..Constraint::NONE
            },
        );
        for (place, tag) in (1..).zip(tags) {
            let key = format!("tags.{place}.member.key");
            let value = format!("tags.{place}.member.value");
            self.0.text(&key, Some(&tag.key), &TAG_KEY);
            self.0.text(&value, Some(&tag.value), &TAG_VALUE);
        }
        self
    }

    pub(crate) fn finish(self) -> Result<(), Error> {
        self.0.finish().map_err(error::validation)
    }
}

/// Refuses a one time pass code, as there are no devices; none is fine.
pub(crate) fn mfa(serial: Option<&str>, code: Option<&str>) -> Result<(), Error> {
    match (serial, code) {
        (None, None) => Ok(()),
        (Some(_), Some(_)) => Err(error::access_denied(
            "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
        )),
        _ => Err(error::access_denied(
            "MultiFactorAuthentication failed, must provide both MFA serial number and one time \
             pass code.",
        )),
    }
}
