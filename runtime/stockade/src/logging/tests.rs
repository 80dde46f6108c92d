use std::io::Write;
use std::sync::{Arc, Mutex};

use pretty_assertions::assert_eq;
use tracing_subscriber::fmt::MakeWriter;

use super::*;

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Buffer {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What is written of one entry.
fn written(format: LogFormat) -> String {
    let buffer = Buffer::default();
    let lines = tracing_subscriber::fmt::layer()
        .event_format(Line(format))
        .with_writer(buffer.clone());
    let subscriber = tracing_subscriber::registry().with(lines);
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!(
            target: "stockade.services.iam.policy_engine.handler",
            request_id = "1-2",
            principal = "a \"b\"",
            count = 3_u64,
            "Request for service {} denied.",
            "lambda",
        );
    });
    let bytes = buffer.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn text_has_the_pages_form_and_the_fields_behind_it() {
    assert_eq!(
        written(LogFormat::Text),
        "INFO:stockade.services.iam.policy_engine.handler: Request for service lambda denied. \
         request_id=1-2 principal=\"a \\\"b\\\"\" count=3\n"
    );
}

#[test]
fn json_is_an_object_a_line() {
    let line = written(LogFormat::Json);
    let entry: serde_json::Value = serde_json::from_str(line.trim_end()).unwrap();
    assert_eq!(entry["level"], "INFO");
    assert_eq!(entry["message"], "Request for service lambda denied.");
    assert_eq!(entry["principal"], "a \"b\"");
    assert_eq!(entry["count"], 3);
    assert!(entry["time"].is_string());
}
