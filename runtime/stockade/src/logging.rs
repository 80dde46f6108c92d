//! The log: readable text, or JSON, on standard error.

mod writer;

#[cfg(test)]
mod tests;

use std::fmt::{self, Write as _};
use std::io;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;
pub(crate) use writer::Guard;

/// Sets the log up for the whole process. Entries are written by a thread of their own; what waits
/// is written when the guard is dropped.
///
/// # Errors
///
/// When that thread cannot be started.
pub(crate) fn start(format: LogFormat, debug: bool) -> io::Result<Guard> {
    let level = if debug {
        LevelFilter::DEBUG
    } else {
        LevelFilter::INFO
    };
    // What libraries say matters only when it is a warning.
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("stockade", level);
    let (writer, guard) = writer::start(io::stderr())?;
    let lines = tracing_subscriber::fmt::layer()
        .event_format(Line(format))
        .with_writer(writer);
    tracing_subscriber::registry()
        .with(lines)
        .with(filter)
        .init();
    Ok(guard)
}

/// How much room an entry is given at first: most are shorter.
const LINE_BYTES: usize = 256;

/// One entry: `LEVEL:target: message key=value …`, or the same as a JSON object with its time.
pub(crate) struct Line(pub(crate) LogFormat);

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let (level, target) = (event.metadata().level(), event.metadata().target());
        match self.0 {
            LogFormat::Text => {
                let mut entry = TextEntry(String::with_capacity(LINE_BYTES));
                entry.0.extend([level.as_str(), ":", target, ": "]);
                event.record(&mut entry);
                entry.0.push('\n');
                writer.write_str(&entry.0)
            }
            LogFormat::Json => {
                let now = OffsetDateTime::now_utc()
                    .format(&Rfc3339)
                    .unwrap_or_default();
                let mut entry = JsonEntry(serde_json::Map::new());
                entry.0.insert("time".into(), now.into());
                entry.0.insert("level".into(), level.as_str().into());
                entry.0.insert("target".into(), target.into());
                event.record(&mut entry);
                writeln!(writer, "{}", serde_json::Value::Object(entry.0))
            }
        }
    }
}

/// An event as a line: its fields behind its message, which `tracing` hands over first.
struct TextEntry(String);

impl TextEntry {
    fn field(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        self.begin(field);
        // INVARIANT: a string takes whatever is written; a value that fails to say itself ends there.
        let _ = self.0.write_fmt(value);
    }

    fn begin(&mut self, field: &Field) {
        if field.name() != "message" {
            self.0.extend([" ", field.name(), "="]);
        }
    }
}

impl Visit for TextEntry {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.field(field, format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" || is_word(value) {
            self.begin(field);
            self.0.push_str(value);
        } else {
            self.field(field, format_args!("{value:?}"));
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.field(field, format_args!("{value}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.field(field, format_args!("{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.field(field, format_args!("{value}"));
    }
}

/// An event as a JSON object.
struct JsonEntry(serde_json::Map<String, serde_json::Value>);

impl Visit for JsonEntry {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let value = format!("{value:?}");
        self.0.insert(field.name().into(), value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().into(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().into(), value.into());
    }
}

/// Whether a text is one word; others are quoted, so that no line breaks in an entry.
fn is_word(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    // Without an end at the first that is not, many bytes are looked at at once.
    !text.is_empty() && text.bytes().fold(true, |all, byte| all & plain(byte))
}
