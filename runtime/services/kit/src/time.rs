//! Time: a clock that is passed in, and the ways AWS writes an instant.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use aws_smithy_types::{DateTime, date_time::Format};

/// What tells the time: the machine, or a test.
///
/// ```
/// use stockade_kit::time::{Clock, iso8601};
///
/// let clock = Clock::fixed(1_440_938_160);
/// assert_eq!(iso8601(&clock.now()), "2015-08-30T12:36:00Z");
/// clock.advance(60);
/// assert_eq!(clock.now_secs(), 1_440_938_220);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Milliseconds since the epoch, shared by clones; `None` asks the machine.
    fixed: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn real() -> Self {
        Self { fixed: None }
    }

    /// A clock that stands at this second since the epoch until it is moved.
    #[must_use]
    pub fn fixed(epoch_secs: i64) -> Self {
        Self {
            fixed: Some(Arc::new(AtomicI64::new(epoch_secs.saturating_mul(1000)))),
        }
    }

    /// Moves a fixed clock, and its clones, by seconds; the machine's clock stays as it is.
    pub fn advance(&self, secs: i64) {
        if let Some(fixed) = &self.fixed {
            fixed.fetch_add(secs.saturating_mul(1000), Ordering::Relaxed);
        }
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub fn now_millis(&self) -> i64 {
        match &self.fixed {
            Some(fixed) => fixed.load(Ordering::Relaxed),
            // A machine set before 1970 counts as 1970.
            None => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| {
                    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
                }),
        }
    }

    /// Whole seconds since the epoch.
    #[must_use]
    pub fn now_secs(&self) -> i64 {
        self.now_millis().div_euclid(1000)
    }

    /// Now, to the second: the precision that IAM and STS keep.
    #[must_use]
    pub fn now(&self) -> DateTime {
        DateTime::from_secs(self.now_secs())
    }

    /// Now, to the millisecond.
    #[must_use]
    pub fn now_precise(&self) -> DateTime {
        DateTime::from_millis(self.now_millis())
    }
}

/// Whole seconds since the epoch: the precision that records keep. Before the epoch, zero.
#[must_use]
pub fn epoch_seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

/// The years that four digits can write, in seconds since the epoch: 0000-01-01 to 9999-12-31.
const WRITABLE_SECS: (i64, i64) = (-62_167_219_200, 253_402_300_799);

fn writable(time: &DateTime) -> DateTime {
    DateTime::from_secs(time.secs().clamp(WRITABLE_SECS.0, WRITABLE_SECS.1))
}

/// `2015-08-30T12:36:00Z`. Beyond the year 9999, its last second.
#[must_use]
pub fn iso8601(time: &DateTime) -> String {
    writable(time).fmt(Format::DateTime).unwrap_or_default()
}

/// `2015-08-30T12:36:00.000Z`.
#[must_use]
pub fn iso8601_millis(time: &DateTime) -> String {
    let mut text = iso8601(time);
    text.pop();
    text.push_str(&format!(".{:03}Z", time.subsec_nanos() / 1_000_000));
    text
}

/// `2015-08-30T12:36:00.000+0000`, as Lambda writes `LastModified`.
#[must_use]
pub fn iso8601_millis_offset(time: &DateTime) -> String {
    let mut text = iso8601_millis(time);
    text.pop();
    text.push_str("+0000");
    text
}

/// `Sun, 30 Aug 2015 12:36:00 GMT`, for HTTP headers.
#[must_use]
pub fn http_date(time: &DateTime) -> String {
    writable(time).fmt(Format::HttpDate).unwrap_or_default()
}

/// Reads an ISO 8601 time, with `Z` or an offset.
#[must_use]
pub fn parse_iso8601(text: &str) -> Option<DateTime> {
    DateTime::from_str(text, Format::DateTimeWithOffset).ok()
}

/// Reads an HTTP date (RFC 9110, its preferred form).
#[must_use]
pub fn parse_http_date(text: &str) -> Option<DateTime> {
    DateTime::from_str(text, Format::HttpDate).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECS: i64 = 1_440_938_160;

    #[test]
    fn instants_are_written_as_aws_does() {
        let time = DateTime::from_millis(SECS * 1000 + 7);
        assert_eq!(iso8601(&time), "2015-08-30T12:36:00Z");
        assert_eq!(iso8601_millis(&time), "2015-08-30T12:36:00.007Z");
        assert_eq!(iso8601_millis_offset(&time), "2015-08-30T12:36:00.007+0000");
        assert_eq!(http_date(&time), "Sun, 30 Aug 2015 12:36:00 GMT");
    }

    #[test]
    fn instants_are_read_back() {
        let time = DateTime::from_secs(SECS);
        assert_eq!(parse_iso8601("2015-08-30T12:36:00Z"), Some(time));
        assert_eq!(parse_iso8601("2015-08-30T14:36:00+02:00"), Some(time));
        assert_eq!(parse_http_date("Sun, 30 Aug 2015 12:36:00 GMT"), Some(time));
        assert_eq!(parse_iso8601("yesterday"), None);
        assert_eq!(parse_http_date("2015-08-30T12:36:00Z"), None);
    }

    #[test]
    fn absurd_instants_do_not_panic() {
        assert_eq!(
            iso8601(&DateTime::from_secs(i64::MAX)),
            "9999-12-31T23:59:59Z"
        );
        assert!(!iso8601_millis(&DateTime::from_secs(i64::MIN)).is_empty());
        Clock::fixed(i64::MAX).advance(1);
    }

    #[test]
    fn clones_of_a_fixed_clock_move_together() {
        let clock = Clock::fixed(SECS);
        clock.clone().advance(5);
        assert_eq!(clock.now(), DateTime::from_secs(SECS + 5));
    }

    #[test]
    fn the_machine_is_past_2025() {
        assert!(Clock::real().now_secs() > 1_735_689_600);
    }
}
