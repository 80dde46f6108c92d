//! What is printed once, when the server starts.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::net::SocketAddr;

use stockade_authz::Mode;
use stockade_gateway::{Parties, Upstreams};

use crate::config::Serve;

/// The start-up screen: where the server listens, what it enforces, where state lives, which requests
/// go where, and how a client is pointed at it.
pub(crate) fn screen(config: &Serve, address: SocketAddr, parties: &Parties) -> String {
    let enforcement = match config.mode() {
        Mode::Off => "off (--enforce-iam switches it on)",
        Mode::Soft => "soft: denials are logged, and every request goes through",
        Mode::Enforce => "on",
    };
    let strangers = if config.strict_credentials {
        "refused"
    } else {
        "root of account 000000000000, or of the account that the key names"
    };
    let all = parties.catalog.services.len();
    let here = parties.services.iter().map(|service| service.id());
    let services = services(here.collect(), all, &parties.upstreams);
    format!(
        "\
Stockade {version}

  listens on    http://{address}
  enforcement   {enforcement}
  unknown keys  {strangers}
  state         in memory; it ends with this process
{services}
  export AWS_ENDPOINT_URL=http://{address} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
  aws sts get-caller-identity --region us-east-1
",
        version = env!("CARGO_PKG_VERSION"),
    )
}

/// Which services are here, and which requests go to which upstream.
fn services(mut here: Vec<&str>, all: usize, upstreams: &Upstreams) -> String {
    here.retain(|service| !upstreams.is_named(service));
    here.sort_unstable();
    let each = upstreams.each();
    let named: usize = each.iter().map(|(_, services, _)| services.len()).sum();
    let mut lines = format!("  services      {}", here.join(", "));
    if each.iter().all(|(.., others)| !others) {
        let rest = all - here.len() - named;
        let _ = write!(lines, "; {rest} more are routed and answer 501");
    }
    lines.push('\n');
    for (url, services, others) in each {
        let mut what = services;
        if others {
            what.push("all that nothing here handles");
        }
        let _ = writeln!(lines, "  upstream      {url}: {}", what.join(", "));
    }
    if !upstreams.is_empty() {
        lines.push_str("  reset         forgets what is here; upstreams keep their state\n");
    }
    lines
}
