//! When transfers may begin and end: with calendar months, in UTC ("Transfer billing management to external
//! accounts", "Sending invitations", "Withdrawing transfers", AWS Billing User Guide).

use stockade_organizations_api::shapes::InvalidInputExceptionReason as Reason;
use stockade_spec::Error;
use time::{Date, OffsetDateTime, Time};

use crate::errors;

const DAY: i64 = 24 * 3600;

/// The date of a second since the epoch; the epoch's for what no calendar has.
fn date(second: i64) -> Date {
    OffsetDateTime::from_unix_timestamp(second)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .date()
}

/// The first second of the month that is this many after that of a date.
fn first_second(of: Date, months: u8) -> i64 {
    let mut first = of.replace_day(1).unwrap_or(of);
    for _ in 0..months {
        let days = first.month().length(first.year());
        first = first.saturating_add(time::Duration::days(days.into()));
    }
    first
        .with_time(Time::MIDNIGHT)
        .assume_utc()
        .unix_timestamp()
}

fn refuse<T>(reason: Reason, sentence: &str) -> Result<T, Error> {
    Err(errors::invalid(reason, sentence))
}

/// Until when an invitation to what starts then may be accepted.
pub(super) fn expiry(start: i64) -> i64 {
    start - DAY
}

/// Checks that something may start then: with the next month or the one behind it, and not before an
/// invitation could be accepted.
pub(super) fn check_start(start: i64, now: i64) -> Result<(), Error> {
    if start.rem_euclid(DAY) != 0 {
        return refuse(
            Reason::StartDateNotBeginningOfDay,
            "You provided an invalid start date. The start date must be the beginning of the day (00:00:00.000).",
        );
    }
    if date(start).day() != 1 {
        return refuse(
            Reason::StartDateNotBeginningOfMonth,
            "You provided an invalid start date. The start date must be the first day of the month.",
        );
    }
    if now >= expiry(start) {
        return refuse(
            Reason::StartDateTooEarly,
            "You provided an invalid start date. The start date is too early.",
        );
    }
    if start > first_second(date(now), 2) {
        return refuse(
            Reason::StartDateTooLate,
            "You provided an invalid start date. The start date is too late.",
        );
    }
    Ok(())
}

/// The last second of a transfer that is withdrawn now: the one asked for, or the first that may be. It ends with the
/// present month or the next one, and not before its first month is over.
pub(super) fn end(asked: Option<i64>, start: i64, now: i64) -> Result<i64, Error> {
    let soonest = first_second(date(now.max(start)), 1) - 1;
    let latest = soonest.max(first_second(date(now), 2) - 1);
    let Some(end) = asked else {
        return Ok(soonest);
    };
    if end + 1 != first_second(date(end), 1) {
        return refuse(
            Reason::EndDateNotEndOfMonth,
            "You provided an invalid end date. The end date must be the end of the last day of the month \
             (23.59.59.999).",
        );
    }
    if end < soonest {
        return refuse(
            Reason::EndDateTooEarly,
            "You provided an invalid end date. The end date is too early.",
        );
    }
    if end > latest {
        return refuse(
            Reason::EndDateTooLate,
            "You provided an invalid end date. The end date is too late.",
        );
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    /// In the middle of November 2025.
    const NOW: i64 = datetime!(2025-11-18 23:08:20 UTC).unix_timestamp();
    const JANUARY: i64 = datetime!(2026-01-01 00:00 UTC).unix_timestamp();

    /// "InviteOrganizationToTransferResponsibility", example.
    #[test]
    fn invitations_expire_a_day_before_the_start() {
        assert_eq!(JANUARY, 1_767_225_600);
        assert_eq!(expiry(JANUARY), 1_767_139_200);
    }

    #[test]
    fn transfers_start_with_the_next_two_months() {
        let december = datetime!(2025-12-01 00:00 UTC).unix_timestamp();
        assert!(check_start(december, NOW).is_ok());
        assert!(check_start(JANUARY, NOW).is_ok());
        for (start, now, sentence) in [
            (JANUARY + 1, NOW, "beginning of the day"),
            (JANUARY + DAY, NOW, "first day of the month"),
            (
                datetime!(2025-11-01 00:00 UTC).unix_timestamp(),
                NOW,
                "too early",
            ),
            (december, expiry(december), "too early"),
            (
                datetime!(2026-02-01 00:00 UTC).unix_timestamp(),
                NOW,
                "too late",
            ),
        ] {
            let error = check_start(start, now).unwrap_err();
            assert!(error.message.contains(sentence), "{error}");
        }
        assert!(check_start(december, expiry(december) - 1).is_ok());
    }

    /// "TerminateResponsibilityTransfer", example: the end of January 2026.
    #[test]
    fn transfers_end_with_a_month() {
        let january = 1_769_903_999;
        let now = datetime!(2026-01-20 12:00 UTC).unix_timestamp();
        let february = datetime!(2026-02-28 23:59:59 UTC).unix_timestamp();
        assert_eq!(end(None, JANUARY, now).unwrap(), january);
        assert_eq!(end(Some(january), JANUARY, now).unwrap(), january);
        assert_eq!(end(Some(february), JANUARY, now).unwrap(), february);
        // What has not begun runs for its first month.
        assert_eq!(end(None, JANUARY, NOW).unwrap(), january);
        for (asked, sentence) in [
            (january - 1, "end of the last day"),
            (JANUARY - 1, "too early"),
            (
                datetime!(2026-03-31 23:59:59 UTC).unix_timestamp(),
                "too late",
            ),
        ] {
            let error = end(Some(asked), JANUARY, now).unwrap_err();
            assert!(error.message.contains(sentence), "{error}");
        }
    }
}
