//! What is printed once, when the server starts.

use std::net::SocketAddr;

use stockade_authz::Mode;

use crate::config::Serve;

/// The start-up screen: where the server listens, what it enforces, where state lives, and how a
/// client is pointed at it.
pub(crate) fn screen(
    config: &Serve,
    address: SocketAddr,
    services: &[&str],
    rest: usize,
) -> String {
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
    format!(
        "\
Stockade {version}

  listens on    http://{address}
  enforcement   {enforcement}
  unknown keys  {strangers}
  state         in memory; it ends with this process
  services      {services}; {rest} more are routed and answer 501

  export AWS_ENDPOINT_URL=http://{address} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
  aws sts get-caller-identity --region us-east-1
",
        version = env!("CARGO_PKG_VERSION"),
        services = services.join(", "),
    )
}
