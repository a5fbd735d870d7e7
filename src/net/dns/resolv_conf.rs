//! The system's resolver settings: `resolv.conf`, read as in resolv.conf(5).

use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV6};
use std::time::Duration;

use resolv_conf::{Config, ScopedIp};

use crate::net::system::interface_index;
use crate::sessions::spec::dns::PORT;
use crate::wire::dns::names::MOST_SEARCHED;

/// The path of the file.
pub(super) const PATH: &str = "/etc/resolv.conf";

/// How much of the file is read: 64 KiB.
const MOST_BYTES: u64 = 64 * 1024;

/// How many servers are asked; glibc asks three.
const MOST_SERVERS: usize = 8;

/// The resolver settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResolverConfig {
    /// The servers, in order; never empty.
    pub(super) servers: Vec<SocketAddr>,
    /// The domains in which a name is searched.
    pub(super) search: Vec<String>,
    /// A name with at least this many dots is first looked up as it is.
    pub(super) ndots: usize,
    /// How long to wait for one answer.
    pub(super) timeout: Duration,
    /// How many rounds through all servers.
    pub(super) tries: u32,
    /// Whether queries use TCP at once (`use-vc`).
    pub(super) tcp: bool,
}

impl ResolverConfig {
    /// Reads the system's file; without one, uses the defaults of resolv.conf(5). Blocks for a small file.
    pub(super) fn read_system() -> ResolverConfig {
        let mut bytes = Vec::new();
        // The system's resolver also treats a missing or unreadable file as empty.
        let read = std::fs::File::open(PATH).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes));
        if let Err(error) = read {
            tracing::debug!(%error, "{PATH} cannot be read");
        }
        ResolverConfig::parse(&bytes)
    }

    /// Parses the file's text; invalid lines are skipped, as the system does.
    pub(super) fn parse(text: &[u8]) -> ResolverConfig {
        let (mut config, problems) = Config::parse_with_errors(text);
        for problem in problems {
            tracing::debug!(%problem, "{PATH}");
        }
        config.glibc_normalize();
        let mut servers: Vec<SocketAddr> = config.nameservers.iter().filter_map(server).take(MOST_SERVERS).collect();
        if servers.is_empty() {
            servers.push((Ipv4Addr::LOCALHOST, PORT).into());
        }
        ResolverConfig {
            servers,
            search: config.get_last_search_or_domain().take(MOST_SEARCHED).cloned().collect(),
            ndots: usize::try_from(config.ndots.min(15)).unwrap_or(15),
            timeout: Duration::from_secs(u64::from(config.timeout.clamp(1, 30))),
            tries: config.attempts.clamp(1, 5),
            tcp: config.use_vc,
        }
    }
}

fn server(ip: &ScopedIp) -> Option<SocketAddr> {
    match ip {
        ScopedIp::V4(v4) => Some((*v4, PORT).into()),
        ScopedIp::V6(v6, None) => Some((IpAddr::V6(*v6), PORT).into()),
        ScopedIp::V6(v6, Some(zone)) => {
            let scope = interface_index(zone)?;
            Some(SocketAddrV6::new(*v6, PORT, 0, scope).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_wishes_are_read() {
        let conf = ResolverConfig::parse(
            b"# comment\nnameserver 192.0.2.1\nnameserver 2001:db8::53\nsearch a.example b.example\n\
              options ndots:3 timeout:2 attempts:4 use-vc\nnonsense here\n",
        );
        assert_eq!(conf.servers, ["192.0.2.1:53".parse().unwrap(), "[2001:db8::53]:53".parse().unwrap()]);
        assert_eq!(conf.search, ["a.example", "b.example"]);
        assert_eq!((conf.ndots, conf.timeout, conf.tries, conf.tcp), (3, Duration::from_secs(2), 4, true));
    }

    #[test]
    fn without_a_file_this_machine_is_asked() {
        let conf = ResolverConfig::parse(b"");
        assert_eq!(conf.servers, ["127.0.0.1:53".parse().unwrap()]);
        assert_eq!((conf.ndots, conf.timeout, conf.tries, conf.tcp), (1, Duration::from_secs(5), 2, false));
    }

    #[test]
    fn senseless_numbers_are_bounded() {
        let conf =
            ResolverConfig::parse(b"options ndots:4000000000 timeout:4000000000 attempts:4000000000\n\xff\xfe\n");
        assert_eq!((conf.ndots, conf.timeout, conf.tries), (15, Duration::from_secs(30), 5));
    }
}
