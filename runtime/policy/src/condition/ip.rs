//! Addresses and CIDR ranges of `IpAddress` and `NotIpAddress`.

use std::net::IpAddr;

/// A range of addresses. The bits beyond the prefix do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// The address as written.
    pub base: IpAddr,
    /// How many bits count.
    pub prefix: u8,
}

impl Network {
    /// Reads `203.0.113.0/24`, `2001:db8::/32`, or a single address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let base: IpAddr = address.parse().ok()?;
        let longest = if base.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok()?,
            Some(_) => return None,
            None => longest,
        };
        (prefix <= longest).then_some(Self { base, prefix })
    }

    /// Whether the range holds an address.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(self.prefix);
                let high = |bits: u32| bits.checked_shr(shift).unwrap_or(0);
                high(base.to_bits()) == high(address.to_bits())
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(self.prefix);
                let high = |bits: u128| bits.checked_shr(shift).unwrap_or(0);
                high(base.to_bits()) == high(address.to_bits())
            }
            _ => false,
        }
    }

    /// The range's first address: the one without bits that do not count.
    #[must_use]
    pub fn first(self) -> IpAddr {
        match self.base {
            IpAddr::V4(base) => {
                let mask = u32::MAX
                    .checked_shl(32 - u32::from(self.prefix))
                    .unwrap_or(0);
                IpAddr::V4((base.to_bits() & mask).into())
            }
            IpAddr::V6(base) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(self.prefix))
                    .unwrap_or(0);
                IpAddr::V6((base.to_bits() & mask).into())
            }
        }
    }
}
