//! Names that stand for numbers on this system: services (`http` is port 80) and network interfaces.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::text::sanitize;

/// The protocol of a service: the same name may have another port, or none, in the other one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServiceProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

impl ServiceProtocol {
    /// Its name, as the services file has it.
    pub fn name(self) -> &'static str {
        match self {
            ServiceProtocol::Tcp => "tcp",
            ServiceProtocol::Udp => "udp",
        }
    }
}

/// How many interfaces an error names.
const MOST_NAMED: usize = 6;

/// The longest name of a service that is kept: RFC 6335 §5.1 allows 15 characters, older files have longer ones.
const LONGEST_NAME: usize = 64;

/// The most services that are kept; the whole registry of IANA has some 12,000 names.
const MOST_SERVICES: usize = 100_000;

/// The services where the system has no list of its own, as a container often has none: name, TCP port, UDP port
/// (0: none).
const USUAL_SERVICES: &[(&str, u16, u16)] = &[
    ("echo", 7, 7),
    ("discard", 9, 9),
    ("daytime", 13, 13),
    ("ftp", 21, 0),
    ("ssh", 22, 0),
    ("telnet", 23, 0),
    ("smtp", 25, 0),
    ("time", 37, 37),
    ("domain", 53, 53),
    ("tftp", 0, 69),
    ("http", 80, 0),
    ("pop3", 110, 0),
    ("ntp", 0, 123),
    ("imap2", 143, 0),
    ("imap", 143, 0),
    ("snmp", 161, 161),
    ("ldap", 389, 389),
    ("https", 443, 443),
    ("submission", 587, 0),
    ("syslog", 0, 514),
    ("ldaps", 636, 636),
    ("imaps", 993, 0),
    ("pop3s", 995, 0),
    ("mysql", 3306, 0),
    ("postgresql", 5432, 0),
    ("xmpp-client", 5222, 0),
    ("mdns", 0, 5353),
    ("redis", 6379, 0),
    ("http-alt", 8080, 0),
];

/// The ports of services, by protocol and name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServicePorts(HashMap<(ServiceProtocol, String), u16>);

impl ServicePorts {
    /// The usual services.
    pub fn usual() -> Self {
        let mut ports = HashMap::new();
        for (name, tcp, udp) in USUAL_SERVICES {
            for (protocol, port) in [(ServiceProtocol::Tcp, *tcp), (ServiceProtocol::Udp, *udp)] {
                if port != 0 {
                    ports.insert((protocol, (*name).to_owned()), port);
                }
            }
        }
        ServicePorts(ports)
    }

    /// The services in the text of a services file (`services(5)`: name, `port/protocol`, aliases); the usual ones if
    /// it has none. As in `getservbyname()`, the first entry of a name counts. Lines that are none are passed over.
    pub fn from_file(text: &str) -> Self {
        let mut ports = HashMap::new();
        for line in text.lines() {
            let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
            let (Some(name), Some((port, protocol))) =
                (words.next(), words.next().and_then(|word| word.split_once('/')))
            else {
                continue;
            };
            let protocol = match protocol {
                "tcp" => ServiceProtocol::Tcp,
                "udp" => ServiceProtocol::Udp,
                _ => continue,
            };
            let Some(port) = port.parse().ok().filter(|port| *port != 0) else { continue };
            for name in std::iter::once(name).chain(words).filter(|name| name.len() <= LONGEST_NAME) {
                if ports.len() < MOST_SERVICES {
                    ports.entry((protocol, name.to_owned())).or_insert(port);
                }
            }
        }
        if ports.is_empty() { ServicePorts::usual() } else { ServicePorts(ports) }
    }

    fn port(&self, protocol: ServiceProtocol, name: &str) -> Option<u16> {
        self.0.get(&(protocol, name.to_owned())).copied()
    }
}

/// The services and the interfaces of this system. Each is read when a name is first looked up: nearly every port is a
/// number, and few addresses have a zone.
#[derive(Clone, Debug)]
pub struct SystemNames {
    services: OnceLock<ServicePorts>,
    read_services: fn() -> ServicePorts,
    interfaces: OnceLock<Vec<(String, u32)>>,
    read_interfaces: fn() -> Vec<(String, u32)>,
}

impl Default for SystemNames {
    /// No names at all.
    fn default() -> Self {
        SystemNames::read_with(ServicePorts::default, Vec::new)
    }
}

impl SystemNames {
    /// Names that are read in these ways. The model and the notations do no input and output: whoever makes this
    /// decides what a look-up may cost.
    pub fn read_with(read_services: fn() -> ServicePorts, read_interfaces: fn() -> Vec<(String, u32)>) -> Self {
        SystemNames { services: OnceLock::new(), read_services, interfaces: OnceLock::new(), read_interfaces }
    }

    /// The usual services, and no interface.
    pub fn usual() -> Self {
        SystemNames::read_with(ServicePorts::usual, Vec::new)
    }

    /// The same services, with these interfaces: name and index.
    pub fn with_interfaces(self, interfaces: Vec<(String, u32)>) -> Self {
        SystemNames { interfaces: OnceLock::from(interfaces), ..self }
    }

    /// Reads the interfaces again when one is next looked up.
    pub fn forget_interfaces(&mut self) {
        self.interfaces = OnceLock::new();
    }

    /// The port of a service; `None`: this system knows none of that name for this protocol. Case counts, as in
    /// `getservbyname()`.
    pub fn port(&self, protocol: ServiceProtocol, name: &str) -> Option<u16> {
        self.services.get_or_init(self.read_services).port(protocol, name)
    }

    fn known_interfaces(&self) -> &[(String, u32)] {
        self.interfaces.get_or_init(self.read_interfaces)
    }

    /// The index of an interface, by its name.
    pub fn interface(&self, name: &str) -> Option<u32> {
        self.known_interfaces().iter().find(|(known, _)| known == name).map(|(_, index)| *index)
    }

    /// The names of the first interfaces, in the order of the system, for an error; `None`: there are none.
    pub fn interface_list(&self) -> Option<String> {
        let known = self.known_interfaces();
        let named = known.iter().take(MOST_NAMED).map(|(name, _)| name.as_str());
        let more = (known.len() > MOST_NAMED).then_some("…");
        let names: Vec<&str> = named.chain(more).collect();
        (!names.is_empty()).then(|| sanitize::line(&names.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_services_file_gives_names_and_aliases_their_ports() {
        let text = "# a comment\nhttp 80/tcp www # WorldWideWeb\nsyslog\t514/udp\nshell 514/tcp cmd syslog\nbad x/tcp\n\
                    zero 0/tcp\nhttp 8080/tcp\nsctpish 9/sctp\nlonely\n";
        let names = ServicePorts::from_file(text);
        let tcp = |name| names.port(ServiceProtocol::Tcp, name);
        assert_eq!((tcp("http"), tcp("www"), tcp("HTTP")), (Some(80), Some(80), None));
        assert_eq!((tcp("syslog"), names.port(ServiceProtocol::Udp, "syslog")), (Some(514), Some(514)));
        assert_eq!((tcp("bad"), tcp("zero"), tcp("sctpish"), tcp("lonely")), (None, None, None, None));
        assert_eq!(names.port(ServiceProtocol::Udp, "http"), None, "a name of TCP is none of UDP");
    }

    #[test]
    fn a_system_without_a_list_has_the_usual_services() {
        assert_eq!(ServicePorts::from_file("# nothing\n"), ServicePorts::usual());
        let names = SystemNames::usual();
        assert_eq!(names.port(ServiceProtocol::Tcp, "https"), Some(443));
        assert_eq!(names.port(ServiceProtocol::Udp, "domain"), Some(53));
    }

    #[test]
    fn a_list_of_interfaces_is_short_says_that_there_are_more_and_is_neutralised() {
        let list = |names: &[&str]| {
            let interfaces = names.iter().map(|name| ((*name).to_owned(), 1)).collect();
            SystemNames::usual().with_interfaces(interfaces).interface_list()
        };
        assert_eq!(list(&[]), None);
        assert_eq!(list(&["lo", "eth0"]).as_deref(), Some("lo, eth0"));
        assert_eq!(list(&["a", "b", "c", "d", "e", "f"]).as_deref(), Some("a, b, c, d, e, f"));
        assert_eq!(list(&["a", "b", "c", "d", "e", "f", "g"]).as_deref(), Some("a, b, c, d, e, f, …"));
        assert_eq!(list(&["a\u{1b}[2J"]).as_deref(), Some("a␛[2J"));
    }

    #[test]
    fn names_are_read_when_one_is_looked_up_and_once() {
        use std::sync::atomic::{AtomicU32, Ordering};
        static READS: AtomicU32 = AtomicU32::new(0);
        let mut names = SystemNames::read_with(ServicePorts::usual, || {
            READS.fetch_add(1, Ordering::Relaxed);
            vec![("lo".to_owned(), 1)]
        });
        assert_eq!((names.port(ServiceProtocol::Tcp, "http"), READS.load(Ordering::Relaxed)), (Some(80), 0));
        assert_eq!((names.interface("lo"), names.interface("eth0"), READS.load(Ordering::Relaxed)), (Some(1), None, 1));
        names.forget_interfaces();
        assert_eq!((names.interface_list().as_deref(), READS.load(Ordering::Relaxed)), (Some("lo"), 2));
    }

    proptest! {
        #[test]
        fn any_text_is_a_services_file(text in any::<String>(), near in r"([a-z]{0,3}[ \t]?[0-9]{0,6}/?(tcp|udp)?[ #\n]?){0,9}") {
            for text in [text, near] {
                drop(ServicePorts::from_file(&text));
            }
        }
    }
}
