//! What is asked of every server alike, and by whom: a user with three policies.

use std::io;

use crate::connection::Connection;
use crate::load::Plan;
use crate::process::{Server, Target};
use crate::sign::{Keys, Request};

/// The small object.
pub const SMALL_BYTES: usize = 1024;

/// The large object.
pub const LARGE_BYTES: usize = 8 * 1024 * 1024;

/// Keys that no server issued: root.
pub const ROOT: Root = Root;

/// The root user.
#[derive(Clone, Copy, Debug)]
pub struct Root;

impl Root {
    /// Root's keys, as LocalStack's habits have them.
    pub fn keys(self) -> Keys {
        Keys {
            id: "test".to_owned(),
            secret: "test".to_owned(),
        }
    }
}

/// One kind of request, sent over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// `sts:GetCallerIdentity`.
    Identity,
    /// `s3:PutObject`, 1 KB.
    PutSmall,
    /// `s3:GetObject`, 1 KB.
    GetSmall,
    /// `s3:PutObject`, 8 MB.
    PutLarge,
    /// `s3:GetObject`, 8 MB.
    GetLarge,
}

impl Scenario {
    /// All, in the order of the report.
    pub const ALL: [Self; 5] = [
        Self::Identity,
        Self::PutSmall,
        Self::GetSmall,
        Self::PutLarge,
        Self::GetLarge,
    ];

    /// What the report calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "GetCallerIdentity",
            Self::PutSmall => "PutObject 1 KB",
            Self::GetSmall => "GetObject 1 KB",
            Self::PutLarge => "PutObject 8 MB",
            Self::GetLarge => "GetObject 8 MB",
        }
    }

    /// The plan for it: a few large bodies fill the machine as many small ones do, and take longer.
    pub fn plan(self, planned: Plan) -> Plan {
        match self {
            Self::PutLarge | Self::GetLarge => Plan {
                connections: planned.connections.div_ceil(4),
                slice: planned.slice * 4,
                ..planned
            },
            _ => planned,
        }
    }

    /// The request. Payload hashes are signed, as SDKs do over plain HTTP.
    pub fn request(self) -> Request {
        match self {
            Self::Identity => Request::query("sts", "Action=GetCallerIdentity&Version=2011-06-15"),
            Self::PutSmall => Request::s3("PUT", "/bench-bucket/small", vec![b'x'; SMALL_BYTES]),
            Self::GetSmall => Request::s3("GET", "/bench-bucket/small", Vec::new()),
            Self::PutLarge => Request::s3("PUT", "/bench-bucket/large", vec![b'x'; LARGE_BYTES]),
            Self::GetLarge => Request::s3("GET", "/bench-bucket/large", Vec::new()),
        }
    }
}

const READ: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Sid":"Read","Effect":"Allow","Action":["s3:GetObject","s3:ListBucket"],
     "Resource":["arn:aws:s3:::bench-bucket","arn:aws:s3:::bench-bucket/*"]}]}"#;

const WRITE: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Sid":"Write","Effect":"Allow","Action":["s3:PutObject","s3:DeleteObject"],
     "Resource":"arn:aws:s3:::bench-bucket/*"}]}"#;

const OTHERS: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Sid":"Queues","Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:*:*:bench-*"},
    {"Sid":"Tables","Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query"],
     "Resource":"arn:aws:dynamodb:us-east-1:*:table/bench-*"},
    {"Sid":"Fence","Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::other-bucket/*"}]}"#;

/// Makes the user, its three policies, the bucket and both objects; answers the user's keys.
///
/// # Errors
///
/// When a step is refused.
pub async fn prepare(server: &Server) -> io::Result<Keys> {
    if server.target == Target::Bare {
        return Ok(ROOT.keys());
    }
    let root = ROOT.keys();
    let mut client = Client {
        host: format!("127.0.0.1:{}", server.port),
        connection: Connection::to(server.port),
    };
    let iam = |call: &str| Request::query("iam", &format!("{call}&Version=2010-05-08"));

    client
        .call(&root, &iam("Action=CreateUser&UserName=bench"))
        .await?;
    for (name, document) in [("read", READ), ("write", WRITE), ("others", OTHERS)] {
        let document = encode(document);
        client
            .call(
                &root,
                &iam(&format!(
                    "Action=PutUserPolicy&UserName=bench&PolicyName={name}&PolicyDocument={document}"
                )),
            )
            .await?;
    }
    let answer = client
        .call(&root, &iam("Action=CreateAccessKey&UserName=bench"))
        .await?;
    let missing = || io::Error::other(format!("no key in {answer}"));
    let keys = Keys {
        id: element(&answer, "AccessKeyId").ok_or_else(missing)?,
        secret: element(&answer, "SecretAccessKey").ok_or_else(missing)?,
    };
    client
        .call(&root, &Request::s3("PUT", "/bench-bucket", Vec::new()))
        .await?;
    if server.target == Target::MotoEnforcing {
        // moto enforces from the given number of requests on.
        let reset =
            b"POST /moto-api/reset-auth HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\n0";
        client.connection.send(reset, false).await?;
    }
    client.call(&keys, &Scenario::PutSmall.request()).await?;
    client.call(&keys, &Scenario::PutLarge.request()).await?;
    Ok(keys)
}

/// Gives the user of [`prepare`] one more policy.
///
/// # Errors
///
/// When it is refused.
pub async fn grant(server: &Server, name: &str, document: &str) -> io::Result<()> {
    let mut client = Client {
        host: format!("127.0.0.1:{}", server.port),
        connection: Connection::to(server.port),
    };
    let document = encode(document);
    let call = format!(
        "Action=PutUserPolicy&UserName=bench&PolicyName={name}&PolicyDocument={document}&Version=2010-05-08"
    );
    client
        .call(&ROOT.keys(), &Request::query("iam", &call))
        .await
        .map(drop)
}

struct Client {
    host: String,
    connection: Connection,
}

impl Client {
    async fn call(&mut self, keys: &Keys, request: &Request) -> io::Result<String> {
        let answer = self
            .connection
            .send(&request.signed(keys, &self.host), true)
            .await?;
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        if answer.status != 200 {
            return Err(io::Error::other(format!(
                "{} {}: {} {body}",
                request.method, request.path, answer.status
            )));
        }
        Ok(body)
    }
}

/// Percent-encoding for a form's value.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The text of the first element of this name.
fn element(xml: &str, name: &str) -> Option<String> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once("</").map(|(text, _)| text.to_owned())
}
