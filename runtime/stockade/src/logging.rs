//! The log: readable text, or JSON, on standard error.

#[cfg(test)]
mod tests;

use std::fmt::{self, Write as _};
use std::io::{self, BufWriter};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;

/// Most entries that wait to be written; beyond it, requests wait for the log.
const MAX_WAITING_ENTRIES: usize = 10_000;
/// Bytes that are written at once when entries come fast.
const BUFFER_BYTES: usize = 64 * 1024;

/// Sets the log up for the whole process. Entries are written by a thread of their own, at once when
/// it has nothing else to do; what waits is written when the guard is dropped.
pub(crate) fn start(format: LogFormat, debug: bool) -> WorkerGuard {
    let level = if debug {
        LevelFilter::DEBUG
    } else {
        LevelFilter::INFO
    };
    // What libraries say matters only when it is a warning.
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("stockade", level);
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(false)
        .buffered_lines_limit(MAX_WAITING_ENTRIES)
        .finish(BufWriter::with_capacity(BUFFER_BYTES, io::stderr()));
    let lines = tracing_subscriber::fmt::layer()
        .event_format(Line(format))
        .with_writer(writer);
    tracing_subscriber::registry()
        .with(lines)
        .with(filter)
        .init();
    guard
}

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
                let mut entry = TextEntry::default();
                event.record(&mut entry);
                writeln!(
                    writer,
                    "{level}:{target}: {}{}",
                    entry.message, entry.fields
                )
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

/// An event's message, and its fields as they stand behind it.
#[derive(Default)]
struct TextEntry {
    message: String,
    fields: String,
}

impl TextEntry {
    fn field(&mut self, field: &Field, value: impl fmt::Display) {
        // Writing to a string does not fail.
        let _ = if field.name() == "message" {
            write!(self.message, "{value}")
        } else {
            write!(self.fields, " {}={value}", field.name())
        };
    }
}

impl Visit for TextEntry {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.field(field, format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message.push_str(value),
            _ => self.field(field, Text(value)),
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.field(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.field(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.field(field, value);
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

/// A text: bare where it is one word, else quoted, so that no line breaks in an entry.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        if !self.0.is_empty() && self.0.bytes().all(plain) {
            f.write_str(self.0)
        } else {
            write!(f, "{:?}", self.0)
        }
    }
}
