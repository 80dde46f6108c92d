//! What a journey through the AWS SDK for Rust needs: a running server, and clients of its four services.
//!
//! It knows nothing of Stockade's inside; it starts the binary that `STOCKADE_BIN` names, as the other black-box suites do.
//!
//! ```no_run
//! # async fn example() {
//! use stockade_sdk_journey::{Keys, Server};
//!
//! let server = Server::start(&["--enforce-iam"]).await;
//! let identity = server.sts(Keys::root()).get_caller_identity().send().await;
//! assert!(identity.is_ok());
//! # }
//! ```

use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use aws_sdk_iam::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// How long a server may take to answer its first request, on a machine that is busy otherwise.
const DEADLINE: Duration = Duration::from_secs(20);

/// A running server, ended when dropped.
#[derive(Debug)]
pub struct Server {
    url: String,
    _process: Child,
}

/// An access key's two halves, and the session token of temporary ones.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The access key id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
    /// The session token, for keys that STS gave.
    pub token: Option<String>,
}

impl Keys {
    /// Keys that no server issued: the account's root user.
    pub fn root() -> Self {
        Self::new("test", "test")
    }

    /// Long-term keys.
    pub fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secret: secret.into(),
            token: None,
        }
    }

    fn credentials(self) -> Credentials {
        Credentials::new(self.id, self.secret, self.token, None, "journey")
    }
}

/// One client's configuration; the SDKs' builders are alike in everything but their type.
macro_rules! client {
    ($sdk:ident, $server:expr, $keys:expr) => {
        $sdk::Client::from_conf(
            $sdk::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::from_static("us-east-1"))
                .endpoint_url($server.url.as_str())
                .credentials_provider($keys.credentials())
                .http_client(http_client())
                .build(),
        )
    };
}

impl Server {
    /// Starts the binary with these flags on a free port, and waits until it answers.
    ///
    /// # Panics
    ///
    /// When `STOCKADE_BIN` names no program, or the program does not answer in time.
    pub async fn start(flags: &[&str]) -> Self {
        let binary = std::env::var_os("STOCKADE_BIN")
            .expect("STOCKADE_BIN names the binary; tests/run sets it");
        let port = free_port();
        let process = Command::new(binary)
            .arg("--listen")
            .arg(format!("127.0.0.1:{port}"))
            .args(flags)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary starts");
        let began = Instant::now();
        while !answers(port).await {
            assert!(
                began.elapsed() < DEADLINE,
                "the server does not answer on port {port}"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Self {
            url: format!("http://127.0.0.1:{port}"),
            _process: process,
        }
    }

    /// A client of STS.
    pub fn sts(&self, keys: Keys) -> aws_sdk_sts::Client {
        client!(aws_sdk_sts, self, keys)
    }

    /// A client of IAM.
    pub fn iam(&self, keys: Keys) -> aws_sdk_iam::Client {
        client!(aws_sdk_iam, self, keys)
    }

    /// A client of Lambda.
    pub fn lambda(&self, keys: Keys) -> aws_sdk_lambda::Client {
        client!(aws_sdk_lambda, self, keys)
    }

    /// A client of S3; buckets go into the path, as no name server knows hosts under an address.
    pub fn s3(&self, keys: Keys) -> aws_sdk_s3::Client {
        aws_sdk_s3::Client::from_conf(
            aws_sdk_s3::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::from_static("us-east-1"))
                .endpoint_url(self.url.as_str())
                .credentials_provider(keys.credentials())
                .http_client(http_client())
                .force_path_style(true)
                .build(),
        )
    }
}

fn http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}

fn free_port() -> u16 {
    let probe = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    probe.local_addr().expect("its number").port()
}

/// Whether the server's health endpoint answers 200.
async fn answers(port: u16) -> bool {
    let request = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream
            .write_all(
                b"GET /_stockade/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
            )
            .await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer.starts_with(b"HTTP/1.1 200"))
    };
    request.await.unwrap_or(false)
}
