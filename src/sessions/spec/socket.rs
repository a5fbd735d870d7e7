//! Settings that every kind of socket has: family, addresses, retries, options.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use crate::wire::option::{OptionValue, SocketOption};

/// 10 s: long enough for a slow path, short enough for a person who waits.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Settings of a socket, whatever protocol runs over it. A kind that does not use a field says so at its own `socket`
/// field, and nothing reads that field there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketSpec {
    /// Which addresses of a name to use.
    pub family: IpFamily,
    /// The local address to use; port 0 lets the kernel choose.
    pub bind: Option<SocketAddr>,
    /// Time limit for one attempt to connect, including name resolution and all addresses.
    pub connect_timeout: Duration,
    /// How long both directions may be idle; `None`: for ever.
    pub idle_timeout: Option<Duration>,
    /// What to do when an attempt to connect fails.
    pub retry: RetryPolicy,
    /// Socket options to set before `bind()` and `connect()`, in order.
    pub options: RequestedOptions,
}

impl Default for SocketSpec {
    /// Both families, no local address, 10 s for an attempt, no idle timeout, no retry, the system's own options.
    fn default() -> Self {
        SocketSpec {
            family: IpFamily::Any,
            bind: None,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            idle_timeout: None,
            retry: RetryPolicy::default(),
            options: RequestedOptions::new(),
        }
    }
}

/// Which addresses of a name to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IpFamily {
    /// Both, IPv6 first (RFC 8305).
    #[default]
    Any,
    /// IPv4 only (`-4`).
    V4,
    /// IPv6 only (`-6`).
    V6,
}

impl IpFamily {
    /// ` (IPv4 and IPv6)` behind the address of a socket that takes both; nothing if the address says it.
    pub fn both_text(self) -> &'static str {
        match self {
            IpFamily::Any => " (IPv4 and IPv6)",
            IpFamily::V4 | IpFamily::V6 => "",
        }
    }

    /// The family of an address.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => IpFamily::V4,
            IpAddr::V6(_) => IpFamily::V6,
        }
    }

    /// The address that lets the kernel choose one of this family; that of IPv4 if both are asked for.
    pub fn any_address(self) -> IpAddr {
        match self {
            IpFamily::V6 => Ipv6Addr::UNSPECIFIED.into(),
            IpFamily::Any | IpFamily::V4 => Ipv4Addr::UNSPECIFIED.into(),
        }
    }

    /// Whether an address is of this family.
    pub fn admits(self, address: IpAddr) -> bool {
        match self {
            IpFamily::Any => true,
            IpFamily::V4 => address.is_ipv4(),
            IpFamily::V6 => address.is_ipv6(),
        }
    }
}

/// A host, by name or by address, and a port from 1 to 65535.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostPort {
    /// A name or an address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// How often to try to connect, and how long to wait in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How many more attempts after the first; 0 is no retry.
    pub times: u32,
    /// The wait before the second attempt; doubled for each one after that.
    pub first: Duration,
    /// The longest wait.
    pub max: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy { times: 0, first: Duration::from_millis(500), max: Duration::from_secs(30) }
    }
}

impl RetryPolicy {
    /// The wait before attempt number `attempt` (from 2): exponential with "equal jitter", half of the wait fixed and
    /// half random. `chance` is from 0 to 1 and comes from the caller.
    pub fn wait_before(&self, attempt: u32, chance: f64) -> Duration {
        let doublings = attempt.saturating_sub(2).min(20);
        let full = self.first.saturating_mul(1 << doublings).min(self.max);
        full.mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0))
    }
}

/// Requested options, in the order in which they are set; each occurs once.
pub type RequestedOptions = Vec<(SocketOption, OptionValue)>;

/// The requested value of an option.
pub fn requested_value(wishes: &RequestedOptions, option: SocketOption) -> Option<&OptionValue> {
    wishes.iter().find(|(of, _)| *of == option).map(|(_, value)| value)
}

/// Requests an option; `None` withdraws the request and leaves the system's value.
pub fn request_option(wishes: &mut RequestedOptions, option: SocketOption, value: Option<OptionValue>) {
    let place = wishes.iter().position(|(of, _)| *of == option);
    match (place, value) {
        (Some(place), Some(value)) => wishes[place].1 = value,
        (Some(place), None) => drop(wishes.remove(place)),
        (None, Some(value)) => wishes.push((option, value)),
        (None, None) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::option::parse;

    #[test]
    fn a_wish_comes_once_and_can_be_taken_back() {
        let mut wishes = RequestedOptions::new();
        for text in ["ttl=5", "nodelay=on", "ttl=7"] {
            let (option, value) = parse(text).expect("the test's own");
            request_option(&mut wishes, option, Some(value));
        }
        assert_eq!(wishes.len(), 2);
        assert_eq!(requested_value(&wishes, SocketOption::Ttl), Some(&OptionValue::Count(7)));
        request_option(&mut wishes, SocketOption::Ttl, None);
        assert_eq!(requested_value(&wishes, SocketOption::Ttl), None);
    }
}
