//! Lines that end in CRLF, out of buffers that may break anywhere.

use bytes::{Buf, Bytes};

use super::BodyError;

/// The part of a line that an earlier buffer brought.
#[derive(Debug, Default)]
pub(super) struct Lines {
    partial: Vec<u8>,
}

impl Lines {
    /// Takes a line, without its end, from the front of the buffer; `None` when it is not complete,
    /// and then the buffer is empty.
    pub(super) fn take(
        &mut self,
        buffer: &mut Bytes,
        limit: usize,
    ) -> Result<Option<String>, BodyError> {
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(buffer.len(), |end| end + 1);
        if self.partial.len() + length > limit {
            return Err(BodyError::Malformed);
        }
        self.partial.extend_from_slice(&buffer[..length]);
        buffer.advance(length);
        if end.is_none() {
            return Ok(None);
        }
        let mut line = std::mem::take(&mut self.partial);
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        String::from_utf8(line)
            .map(Some)
            .map_err(|_| BodyError::Malformed)
    }

    /// Whether a line has begun.
    pub(super) fn is_partial(&self) -> bool {
        !self.partial.is_empty()
    }
}
