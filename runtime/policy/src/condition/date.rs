//! Dates of `Date…`: the W3C forms of ISO 8601, and seconds since 1970.

/// A moment: seconds since 1970-01-01T00:00:00Z, and what is left in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant {
    seconds: i64,
    nanos: u32,
}

impl Instant {
    /// Reads `2026-11-24T10:20:30.5Z`, a shorter form of it (a missing part is the start of the period, a missing zone is
    /// UTC), or an integer of seconds. Four digits are a year.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_year = text.len() == 4;
        if !is_year && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            let seconds = text.parse().ok()?;
            return Some(Self { seconds, nanos: 0 });
        }
        let (date, time) = match text.split_once(['T', 't']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let days = days_of(date)?;
        let (seconds, nanos) = match time {
            Some(time) => time_of_day(time)?,
            None => (0, 0),
        };
        let seconds = days * 86_400 + seconds;
        Some(Self { seconds, nanos })
    }
}

/// A number without sign of as many digits.
fn number(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<i64> {
    if !lengths.contains(&text.len()) {
        return None;
    }
    text.bytes().try_fold(0, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + i64::from(byte - b'0'))
    })
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
fn days_of(date: &str) -> Option<i64> {
    let mut fields = date.split('-');
    let year = number(fields.next()?, 1..=9)?;
    let month = fields.next().map_or(Some(1), |text| number(text, 1..=2))?;
    let day = fields.next().map_or(Some(1), |text| number(text, 1..=2))?;
    if fields.next().is_some() || !(1..=12).contains(&month) {
        return None;
    }
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let month_days = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=month_days).contains(&day) {
        return None;
    }
    // Years counted from March put the leap day at the end of the year.
    let (y, m) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let before_year = 365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400);
    let before_month = (153 * m + 2) / 5;
    Some(before_year + before_month + day - 1 - 719_468)
}

/// Seconds and nanoseconds from midnight UTC to `hh[:mm[:ss[.fraction]]][zone]`.
fn time_of_day(time: &str) -> Option<(i64, u32)> {
    let (clock, offset) = split_zone(time)?;
    if clock.is_empty() {
        return Some((-offset, 0));
    }
    let mut fields = clock.split(':');
    let hour = number(fields.next()?, 1..=2)?;
    let minute = fields.next().map_or(Some(0), |text| number(text, 1..=2))?;
    let (second, nanos) = match fields.next() {
        Some(seconds) => {
            let (whole, fraction) = seconds.split_once(['.', ',']).unwrap_or((seconds, "0"));
            (number(whole, 1..=2)?, nanos_of(fraction)?)
        }
        None => (0, 0),
    };
    if fields.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some((hour * 3_600 + minute * 60 + second - offset, nanos))
}

fn nanos_of(fraction: &str) -> Option<u32> {
    if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
    Some(digits.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}

/// Splits the zone off and gives its distance from UTC in seconds.
fn split_zone(time: &str) -> Option<(&str, i64)> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let Some(at) = time.find(['+', '-']) else {
        return Some((time, 0));
    };
    let (clock, zone) = time.split_at(at);
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = match zone[1..].split_once(':') {
        Some((hours, minutes)) => (number(hours, 2..=2)?, number(minutes, 2..=2)?),
        None if zone.len() == 5 => (
            number(zone.get(1..3)?, 2..=2)?,
            number(zone.get(3..)?, 2..=2)?,
        ),
        None => (number(&zone[1..], 2..=2)?, 0),
    };
    if hours > 23 || minutes > 59 {
        return None;
    }
    Some((clock, sign * (hours * 3_600 + minutes * 60)))
}
