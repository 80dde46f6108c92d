//! The log: readable text, or JSON, on standard error.

mod writer;

#[cfg(test)]
mod tests;

use std::fmt;
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
                writer.write_str(level.as_str())?;
                writer.write_char(':')?;
                writer.write_str(target)?;
                writer.write_str(": ")?;
                let mut entry = TextEntry::new(writer.by_ref());
                event.record(&mut entry);
                entry.written?;
                writer.write_char('\n')
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

/// Writes an event's fields behind its message, which `tracing` hands over first.
struct TextEntry<'w> {
    writer: Writer<'w>,
    written: fmt::Result,
}

impl<'w> TextEntry<'w> {
    fn new(writer: Writer<'w>) -> Self {
        Self {
            writer,
            written: Ok(()),
        }
    }

    fn field(&mut self, field: &Field, write: impl FnOnce(&mut Writer<'w>) -> fmt::Result) {
        self.written = self.written.and_then(|()| {
            if field.name() != "message" {
                self.writer.write_char(' ')?;
                self.writer.write_str(field.name())?;
                self.writer.write_char('=')?;
            }
            write(&mut self.writer)
        });
    }
}

impl Visit for TextEntry<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.field(field, |writer| write!(writer, "{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let plain = field.name() == "message" || is_word(value);
        self.field(field, |writer| match plain {
            true => writer.write_str(value),
            false => write!(writer, "{value:?}"),
        });
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.field(field, |writer| write!(writer, "{value}"));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.field(field, |writer| write!(writer, "{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.field(field, |writer| write!(writer, "{value}"));
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
