//! Signature Version 4 for requests that are signed once and sent many times.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::format_description;

/// A pair of long-term keys.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The access key id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
}

/// A request as its caller thinks of it; signing turns it into the bytes to send.
#[derive(Clone, Debug)]
pub struct Request {
    /// The HTTP method.
    pub method: &'static str,
    /// The path, already in its encoded form.
    pub path: String,
    /// The signing name.
    pub service: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// What the body is.
    pub content_type: &'static str,
    /// The operation in `X-Amz-Target`, for services that read it there.
    pub target: Option<&'static str>,
}

/// What forms are.
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

impl Request {
    /// A call of the query protocol.
    pub fn query(service: &'static str, form: &str) -> Self {
        Self {
            method: "POST",
            path: "/".to_owned(),
            service,
            body: form.as_bytes().to_vec(),
            content_type: FORM,
            target: None,
        }
    }

    /// A call of S3.
    pub fn s3(method: &'static str, path: &str, body: Vec<u8>) -> Self {
        Self {
            method,
            path: path.to_owned(),
            service: "s3",
            body,
            content_type: FORM,
            target: None,
        }
    }

    /// A call of a service with paths, and JSON in its body.
    pub fn rest(method: &'static str, service: &'static str, path: &str, body: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            service,
            body: body.as_bytes().to_vec(),
            content_type: "application/json",
            target: None,
        }
    }

    /// A call of a service that reads the operation's name in a header.
    pub fn json(service: &'static str, target: &'static str) -> Self {
        Self {
            method: "POST",
            path: "/".to_owned(),
            service,
            body: b"{}".to_vec(),
            content_type: "application/x-amz-json-1.1",
            target: Some(target),
        }
    }

    /// The whole request as it goes over a kept-alive connection, signed now.
    pub fn signed(&self, keys: &Keys, host: &str) -> Vec<u8> {
        let now = OffsetDateTime::now_utc();
        let stamp = now
            .format(format_description!(
                "[year][month][day]T[hour][minute][second]Z"
            ))
            .expect("a date of this era can be formatted");
        let day = &stamp[..8];
        let payload = hex::encode(Sha256::digest(&self.body));
        let mut headers: Vec<(&str, &str)> = if self.service == "s3" {
            vec![
                ("host", host),
                ("x-amz-content-sha256", &payload),
                ("x-amz-date", &stamp),
            ]
        } else {
            vec![
                ("content-type", self.content_type),
                ("host", host),
                ("x-amz-date", &stamp),
            ]
        };
        headers.extend(self.target.map(|target| ("x-amz-target", target)));
        let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let lines: String = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let canonical = format!(
            "{}\n{}\n\n{lines}\n{names}\n{payload}",
            self.method, self.path
        );
        let scope = format!("{day}/us-east-1/{}/aws4_request", self.service);
        let digest = hex::encode(Sha256::digest(canonical.as_bytes()));
        let mut key = mac(format!("AWS4{}", keys.secret).as_bytes(), day);
        for part in ["us-east-1", self.service, "aws4_request"] {
            key = mac(&key, part);
        }
        let signature = hex::encode(mac(
            &key,
            &format!("AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"),
        ));

        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!(
            "authorization: AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}\r\n\
             content-length: {}\r\n\r\n",
            keys.id,
            self.body.len(),
        ));
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
