//! Ids in the service's forms: lower-case letters and digits behind a prefix.

use rand::Rng;

const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

fn draw(prefix: &str, length: usize) -> String {
    let mut rng = rand::rng();
    let mut id = String::with_capacity(prefix.len() + length);
    id.push_str(prefix);
    for _ in 0..length {
        id.push(char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]));
    }
    id
}

/// `o-` and ten characters.
pub(crate) fn organization() -> String {
    draw("o-", 10)
}

/// `r-` and four characters.
pub(crate) fn root() -> String {
    draw("r-", 4)
}

/// `ou-`, the root's characters, and eight more.
pub(crate) fn unit(root: &str) -> String {
    let root = root.strip_prefix("r-").unwrap_or(root);
    draw(&format!("ou-{root}-"), 8)
}

/// `p-` and eight characters.
pub(crate) fn policy() -> String {
    draw("p-", 8)
}

/// `rp-` and eight characters.
pub(crate) fn resource_policy() -> String {
    draw("rp-", 8)
}

/// `car-` and 32 characters: a request for an account.
pub(crate) fn creation() -> String {
    draw("car-", 32)
}

/// `h-` and 32 characters.
pub(crate) fn handshake() -> String {
    draw("h-", 32)
}

/// `rt-` and 32 characters.
pub(crate) fn transfer() -> String {
    draw("rt-", 32)
}

/// Twelve digits, the first of which is no zero.
pub(crate) fn account() -> String {
    rand::rng()
        .random_range(100_000_000_000_u64..1_000_000_000_000)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The patterns of the API's shapes: `OrganizationId`, `RootId`, `OrganizationalUnitId`,
    /// `PolicyId`, `ResourcePolicyId`, `CreateAccountRequestId`, `HandshakeId`, `ResponsibilityTransferId`,
    /// `AccountId`.
    #[test]
    fn ids_have_the_forms_of_the_api() {
        let root = root();
        for (id, prefix, length) in [
            (organization(), "o-", 12),
            (root.clone(), "r-", 6),
            (unit(&root), "ou-", 16),
            (policy(), "p-", 10),
            (resource_policy(), "rp-", 11),
            (creation(), "car-", 36),
            (handshake(), "h-", 34),
            (transfer(), "rt-", 35),
            (account(), "", 12),
        ] {
            assert!(id.starts_with(prefix) && id.len() == length, "{id}");
        }
        assert!(unit(&root).starts_with(&format!("ou-{}-", &root[2..])));
        assert!(account().bytes().all(|byte| byte.is_ascii_digit()));
    }
}
