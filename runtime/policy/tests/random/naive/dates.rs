//! Moments as seconds since 1970, counted year by year and month by month.

/// Reads `yyyy-mm-dd`, `yyyy-mm-ddThh:mm:ssZ` or `…+hh:mm`, or seconds.
pub(super) fn seconds(text: &str) -> i64 {
    if let Ok(seconds) = text.parse() {
        return seconds;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<i64>().unwrap_or_default();
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let mut days = day - 1;
    for past in 1970..year {
        days += if is_leap(past) { 366 } else { 365 };
    }
    for past in 1..month {
        days += days_of(past, year);
    }
    let mut seconds = days * 86_400;
    if text.len() > 10 {
        seconds += number(11, 13) * 3_600 + number(14, 16) * 60 + number(17, 19);
    }
    if text.len() > 20 {
        let zone = number(20, 22) * 3_600 + number(23, 25) * 60;
        seconds -= if &text[19..20] == "-" { -zone } else { zone };
    }
    seconds
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_of(month: i64, year: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}
