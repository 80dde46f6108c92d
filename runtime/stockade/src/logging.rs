//! The log: readable text, or JSON, on standard error.

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

/// Sets the log up for the whole process.
pub(crate) fn start(format: LogFormat, debug: bool) {
    let level = if debug {
        LevelFilter::DEBUG
    } else {
        LevelFilter::INFO
    };
    // What libraries say matters only when it is a warning.
    let filter = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("stockade", level);
    let lines = tracing_subscriber::fmt::layer()
        .event_format(Line(format))
        .with_writer(io::stderr);
    tracing_subscriber::registry()
        .with(lines)
        .with(filter)
        .init();
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
        let mut entry = Entry::default();
        event.record(&mut entry);
        let (level, target) = (event.metadata().level(), event.metadata().target());
        match self.0 {
            LogFormat::Text => {
                write!(writer, "{level}:{target}: {}", entry.message)?;
                for (name, value) in &entry.fields {
                    write!(writer, " {name}={}", Text(value))?;
                }
                writeln!(writer)
            }
            LogFormat::Json => {
                let now = OffsetDateTime::now_utc()
                    .format(&Rfc3339)
                    .unwrap_or_default();
                let mut object = serde_json::Map::new();
                object.insert("time".into(), now.into());
                object.insert("level".into(), level.as_str().into());
                object.insert("target".into(), target.into());
                object.insert("message".into(), entry.message.into());
                for (name, value) in entry.fields {
                    object.insert(name.into(), value);
                }
                writeln!(writer, "{}", serde_json::Value::Object(object))
            }
        }
    }
}

/// An event's message and fields.
#[derive(Default)]
struct Entry {
    message: String,
    fields: Vec<(&'static str, serde_json::Value)>,
}

impl Visit for Entry {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            let _ = write!(self.message, "{value:?}");
        } else {
            self.fields
                .push((field.name(), format!("{value:?}").into()));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message.push_str(value);
        } else {
            self.fields.push((field.name(), value.into()));
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.fields.push((field.name(), value.into()));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.fields.push((field.name(), value.into()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.fields.push((field.name(), value.into()));
    }
}

/// A field's value: bare where it is one word, else quoted.
struct Text<'a>(&'a serde_json::Value);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        match self.0 {
            serde_json::Value::String(text) if !text.is_empty() && text.bytes().all(plain) => {
                f.write_str(text)
            }
            value => write!(f, "{value}"),
        }
    }
}
