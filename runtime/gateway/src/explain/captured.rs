//! Captured HTTP requests.

use bytes::Bytes;
use http::Request;

use crate::limits::MAX_CAPTURED_HEADERS;

/// A captured HTTP/1.1 request. Its body is all that follows the head: a capture may have been cut or put together by hand.
///
/// # Errors
///
/// What is wrong with it, as a sentence.
pub fn parse(bytes: &[u8]) -> Result<Request<Bytes>, String> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_CAPTURED_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let malformed = |why: String| format!("This is no HTTP request: {why}");
    let length = match head.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => {
            return Err(malformed(
                "its head has no empty line at its end".to_owned(),
            ));
        }
        Err(error) => return Err(malformed(error.to_string())),
    };
    let mut request = Request::builder()
        .method(head.method.unwrap_or_default())
        .uri(head.path.unwrap_or_default());
    for header in head.headers.iter() {
        request = request.header(header.name, header.value);
    }
    request
        .body(Bytes::copy_from_slice(&bytes[length..]))
        .map_err(|error| malformed(error.to_string()))
}
