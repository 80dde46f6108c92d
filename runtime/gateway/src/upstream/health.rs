//! Whether upstreams can be reached.

use futures_util::future::join_all;
use http::uri::{Scheme, Uri};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Upstreams;
use crate::limits;

impl Upstreams {
    /// Each upstream: its URL, the services it was given by name, whether it gets all others, and
    /// whether something listens there now.
    pub(crate) async fn health(&self) -> Value {
        let each = self
            .each()
            .into_iter()
            .map(|(url, services, rest)| async move {
                let mut told = json!({ "url": url, "services": services, "others": rest });
                let reached = reach(url).await;
                told["reachable"] = reached.is_ok().into();
                if let Err(why) = reached {
                    told["error"] = why.into();
                }
                told
            });
        join_all(each).await.into()
    }
}

async fn reach(url: &str) -> Result<(), String> {
    let uri: Uri = url.parse().map_err(|_| "no URL".to_owned())?;
    let default = if uri.scheme() == Some(&Scheme::HTTPS) {
        443
    } else {
        80
    };
    let (host, port) = (
        uri.host().unwrap_or_default(),
        uri.port_u16().unwrap_or(default),
    );
    let host = host.trim_matches(['[', ']']);
    match timeout(limits::UPSTREAM_PROBE, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("no answer in time".to_owned()),
    }
}
