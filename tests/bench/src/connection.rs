//! One kept-alive connection that sends prepared bytes and reads answers with as little work as possible.
//!
//! The generator shares the machine with the server it measures; whatever it spends, it takes from the measurement.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Room for the head of an answer and a good part of its body.
const BUFFER_BYTES: usize = 256 * 1024;

/// A connection to a server on this machine.
#[derive(Debug)]
pub struct Connection {
    port: u16,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body if it was to be kept; of a chunked one, what came with the head.
    pub body: Vec<u8>,
}

impl Connection {
    /// A connection that is opened on first use, and again whenever the server has closed it.
    pub fn to(port: u16) -> Self {
        Self {
            port,
            stream: None,
            buffer: vec![0; BUFFER_BYTES],
        }
    }

    /// Sends one request and answers the status, with the body if `keep` asks for it.
    ///
    /// # Errors
    ///
    /// When the server cannot be reached, or answers something that is not HTTP/1.
    pub async fn send(&mut self, request: &[u8], keep: bool) -> io::Result<Answer> {
        let reused = self.stream.is_some();
        match self.exchange(request, keep).await {
            // A server may close an idle connection just as it is used again.
            Err(_) if reused => {
                self.stream = None;
                self.exchange(request, keep).await
            }
            outcome => outcome,
        }
    }

    async fn exchange(&mut self, request: &[u8], keep: bool) -> io::Result<Answer> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            empty => {
                let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
                stream.set_nodelay(true)?;
                empty.insert(stream)
            }
        };
        stream.write_all(request).await?;
        let mut held = 0;
        let head_bytes = loop {
            let read = stream.read(&mut self.buffer[held..]).await?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            held += read;
            if let Some(end) = find(&self.buffer[..held], b"\r\n\r\n") {
                break end + 4;
            }
        };
        let head = Head::parse(&self.buffer[..head_bytes])?;
        let mut body = if keep {
            self.buffer[head_bytes..held].to_vec()
        } else {
            Vec::new()
        };
        match head.length {
            Some(length) => {
                let mut left = length.saturating_sub(held - head_bytes);
                while left > 0 {
                    let read = stream.read(&mut self.buffer).await?;
                    if read == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    if keep {
                        body.extend_from_slice(&self.buffer[..read]);
                    }
                    left = left.saturating_sub(read);
                }
            }
            None => read_to_last_chunk(stream, &mut self.buffer, held).await?,
        }
        if head.closes {
            self.stream = None;
        }
        Ok(Answer {
            status: head.status,
            body,
        })
    }
}

/// Reads a chunked body, or one that ends with its connection, to its end.
async fn read_to_last_chunk(
    stream: &mut TcpStream,
    buffer: &mut [u8],
    mut held: usize,
) -> io::Result<()> {
    while !buffer[..held].ends_with(b"0\r\n\r\n") {
        // The end of what was read stays in front, for the mark may come in two pieces.
        let tail = held.min(4);
        buffer.copy_within(held - tail..held, 0);
        let read = stream.read(&mut buffer[tail..]).await?;
        if read == 0 {
            break;
        }
        held = tail + read;
    }
    Ok(())
}

struct Head {
    status: u16,
    length: Option<usize>,
    closes: bool,
}

impl Head {
    fn parse(bytes: &[u8]) -> io::Result<Self> {
        let invalid = || io::Error::new(io::ErrorKind::InvalidData, "the answer is no HTTP/1");
        let text = std::str::from_utf8(bytes).map_err(|_| invalid())?;
        let mut lines = text.split("\r\n");
        let first = lines.next().ok_or_else(invalid)?;
        let status: u16 = first
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .ok_or_else(invalid)?;
        let mut head = Self {
            status,
            length: None,
            closes: first.starts_with("HTTP/1.0"),
        };
        for line in lines {
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            if name.eq_ignore_ascii_case("content-length") {
                head.length = value.trim().parse().ok();
            } else if name.eq_ignore_ascii_case("connection") {
                head.closes = value.trim().eq_ignore_ascii_case("close");
            }
        }
        if status == 204 || status == 304 {
            head.length = Some(0);
        }
        Ok(head)
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}
