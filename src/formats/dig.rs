//! dig's command line: a server, a name, types, and options that begin with `+` or `-`.

use std::net::IpAddr;
use std::time::Duration;

use crate::sessions::spec::dns::{ClientSubnet, DEFAULT_UDP_PAYLOAD, DnsSpec, MOST_KINDS, PORT, TransportChoice};
use crate::sessions::spec::system_names::{ServiceProtocol, SystemNames};
use crate::sessions::spec::target::AddressReader;
use crate::sessions::spec::{HostPort, IpFamily};
use crate::text::quantity;
use crate::text::sanitize::quoted;
use crate::wire::dns::names;
use crate::wire::dns::record_type::{RecordType, parse_class};

/// The accepted arguments.
const ACCEPTED: &str = "[@SERVER[:PORT]] NAME [TYPE…] [CLASS], -x ADDRESS, -q NAME, -t TYPE, -c CLASS, -p PORT, -4, \
    -6, -u, +tcp, +ignore, +norecurse, +noad, +cd, +search, +noedns, +bufsize=N, +dnssec, +nsid, +cookie, \
    +subnet=ADDRESS/PREFIX, +time=SECONDS, +tries=N; for the text: +short, +noall, +answer, +question, +authority, \
    +additional, +comments, +stats, +qr, +noclass, +nottlid, +split=N, +nosplit";

/// The longest pieces of `+split`, as in dig.
const MOST_SPLIT: u16 = 1_023;

/// Whose defaults are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigDefaults {
    /// Ours: both address families, and the system's search list if the system's servers are queried.
    Sockeye,
    /// `dig`'s: A only, and no search list.
    Dig,
}

/// Options of dig that change its output in a way that is not done here; as they are without being named (`false`: off)
/// they are accepted, the other way they are refused by name.
const NOT_DONE: &[(&str, bool)] = &[
    ("cmd", false),
    ("multiline", false),
    ("crypto", true),
    ("ttlunits", false),
    ("identify", false),
    ("rrcomments", false),
    ("idnin", true),
    ("idnout", false),
    ("yaml", false),
    ("expandaaaa", false),
    ("unknownformat", false),
    ("onesoa", false),
    ("besteffort", true),
    ("nssearch", false),
    ("trace", false),
    ("keepopen", false),
    ("fail", false),
    ("mapped", false),
    ("zflag", false),
    ("aaflag", false),
    ("aaonly", false),
    ("raflag", false),
    ("tcflag", false),
    ("opcode", false),
    ("expire", false),
    ("keepalive", false),
    ("header-only", false),
    ("ednsflags", false),
    ("ednsopt", false),
    ("padding", false),
    ("dns64prefix", false),
];

/// Parses the words after `dig` or `sockeye dns`.
///
/// # Errors
/// Fails with what is wrong, and what is accepted.
pub fn parse(words: &[String], habit: DigDefaults, names: &SystemNames) -> Result<DnsSpec, String> {
    let mut spec = DnsSpec::new("");
    if habit == DigDefaults::Dig {
        spec.search = Some(false);
    }
    let addresses = AddressReader::new(names, ServiceProtocol::Udp);
    let (plain, kinds) = (Vec::new(), Vec::new());
    let mut read =
        ParsedDig { addresses, spec, server: None, port: None, name: None, plain, kinds, class: None, reverse: None };
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        read.word(word, &mut rest)?;
    }
    read.finish(habit)
}

struct ParsedDig<'a> {
    addresses: AddressReader<'a>,
    spec: DnsSpec,
    server: Option<String>,
    port: Option<u16>,
    /// The name of `-q`.
    name: Option<String>,
    /// Words without a sign before them: a name, types, a class.
    plain: Vec<String>,
    kinds: Vec<RecordType>,
    class: Option<u16>,
    reverse: Option<IpAddr>,
}

impl ParsedDig<'_> {
    fn word<'a>(&mut self, word: &str, rest: &mut impl Iterator<Item = &'a String>) -> Result<(), String> {
        if let Some(server) = word.strip_prefix('@') {
            self.server = Some(server.to_owned());
            return Ok(());
        }
        if let Some(option) = word.strip_prefix('+') {
            return self.option(option);
        }
        let Some(letters) = word.strip_prefix('-') else {
            self.plain.push(word.to_owned());
            return Ok(());
        };
        match letters {
            "4" => self.spec.socket.family = IpFamily::V4,
            "6" => self.spec.socket.family = IpFamily::V6,
            "u" => self.spec.printed.micros = true,
            // No file of dig's defaults is read here anyway.
            "r" => {}
            _ => {
                let mut characters = letters.chars();
                let letter = characters.next();
                let joined = characters.as_str();
                let mut value = || {
                    let next = if joined.is_empty() { rest.next().map(String::as_str) } else { Some(joined) };
                    next.ok_or_else(|| format!("-{letters} has no value; accepted: {ACCEPTED}"))
                };
                match letter {
                    Some('x') => {
                        let text = value()?;
                        let ip = text.parse();
                        self.reverse =
                            Some(ip.map_err(|_| format!("-x {} is no address; accepted: -x ADDRESS", quoted(text)))?);
                    }
                    Some('t') => self.kinds.push(kind(value()?)?),
                    Some('q') => self.name = Some(value()?.to_owned()),
                    Some('p') => self.port = Some(self.addresses.port(value()?)?),
                    Some('c') => self.class = Some(class(value()?)?),
                    _ => return Err(unknown_word(&format!("-{letters}"))),
                }
            }
        }
        Ok(())
    }

    /// Parses the text after a `+`.
    fn option(&mut self, option: &str) -> Result<(), String> {
        let (name, value) = option.split_once('=').map_or((option, None), |(name, value)| (name, Some(value)));
        let (is_on, plain) =
            name.strip_prefix("no").filter(|rest| !rest.is_empty()).map_or((true, name), |rest| (false, rest));
        let number = |most: u32| {
            let text = value.unwrap_or_default();
            let wrong = || format!("+{name}={} is not a number from 1 to {most}", quoted(text));
            text.parse().ok().filter(|number| (1..=most).contains(number)).ok_or_else(wrong)
        };
        let has_value = value.is_some();
        let takes_value =
            matches!(plain, "edns" | "bufsize" | "time" | "timeout" | "tries" | "retry" | "subnet" | "split");
        if has_value && !(takes_value && is_on) && !NOT_DONE.iter().any(|(known, _)| *known == plain) {
            return Err(format!("{} takes no value; accepted: {ACCEPTED}", quoted(&format!("+{name}"))));
        }
        if self.printed_part(plain, is_on) {
            return Ok(());
        }
        let asking = &mut self.spec.asking;
        match plain {
            "tcp" | "vc" => self.spec.transport = if is_on { TransportChoice::Tcp } else { TransportChoice::Auto },
            "ignore" => self.spec.transport = if is_on { TransportChoice::Udp } else { TransportChoice::Auto },
            "recurse" | "rec" | "rdflag" => asking.recursion = is_on,
            "ad" | "adflag" => asking.authentic = is_on,
            "cd" | "cdflag" => asking.checking_disabled = is_on,
            "dnssec" | "do" => asking.dnssec = is_on,
            "nsid" => asking.nsid = is_on,
            "cookie" => asking.cookie = is_on,
            "subnet" if is_on => {
                let subnet = ClientSubnet::parse(value.unwrap_or_default()).map_err(|why| format!("+subnet: {why}"))?;
                asking.subnet = Some(subnet);
            }
            "subnet" => asking.subnet = None,
            "edns" if is_on && value.is_some_and(|version| version != "0") => {
                return Err("there is only EDNS version 0; accepted: +edns, +edns=0, +noedns".to_owned());
            }
            "edns" => {
                asking.udp_payload = is_on.then_some(asking.udp_payload.unwrap_or(DEFAULT_UDP_PAYLOAD));
            }
            "bufsize" if is_on => {
                let size = number(u32::from(u16::MAX))?;
                asking.udp_payload = u16::try_from(size).ok();
            }
            "split" if is_on => {
                if let Some(text) = value {
                    self.spec.printed.split = parse_split(text)?;
                }
            }
            "split" => self.spec.printed.split = None,
            "search" | "defname" | "showsearch" => self.spec.search = Some(is_on),
            "time" | "timeout" if is_on => self.spec.timeout = Some(parse_timeout(value.unwrap_or_default())?),
            "tries" if is_on => self.spec.tries = Some(number(100)?),
            "retry" if is_on => self.spec.tries = Some(number(99)? + 1),
            known => match NOT_DONE.iter().find(|(name, _)| *name == known) {
                Some((_, usual)) if *usual == is_on && !has_value => {}
                Some(_) => return Err(format!("dig's +{name} is not done here; accepted: {ACCEPTED}")),
                None => return Err(unknown_word(&format!("+{option}"))),
            },
        }
        Ok(())
    }

    /// Shows or hides a part of the text; false if the option is about something else.
    fn printed_part(&mut self, plain: &str, shown: bool) -> bool {
        let printed = &mut self.spec.printed;
        let part = match plain {
            "all" => {
                printed.set_all(shown);
                return true;
            }
            "short" => &mut printed.short,
            "qr" => &mut printed.query,
            "comments" => &mut printed.comments,
            "question" => &mut printed.question,
            "answer" => &mut printed.answer,
            "authority" => &mut printed.authority,
            "additional" => &mut printed.additional,
            "stats" => &mut printed.stats,
            "class" | "cl" => &mut printed.class,
            "ttlid" | "ttl" => &mut printed.ttl,
            _ => return false,
        };
        *part = shown;
        true
    }

    fn finish(mut self, habit: DigDefaults) -> Result<DnsSpec, String> {
        let has_name = self.reverse.is_some() || self.name.is_some();
        let others = self.plain.iter().filter(|word| RecordType::parse(word).is_none()).count();
        // A class is a word that is neither a type nor the only one that can be the name.
        let is_class = |word: &String| RecordType::parse(word).is_none() && parse_class(word).is_some();
        if (has_name || others > 1)
            && let Some(place) = self.plain.iter().rposition(is_class)
        {
            self.class = parse_class(&self.plain.remove(place));
        }
        self.spec.class = self.class.unwrap_or(1);
        self.spec.name = match (self.reverse, self.name.take()) {
            (Some(ip), _) => names::reverse_name(ip),
            (None, Some(name)) => names::check_name(&name)?,
            (None, None) => {
                // `dig MX example.org` and `dig example.org MX` mean the same; a single word like `mx` is a name.
                let place = self.plain.iter().position(|word| RecordType::parse(word).is_none()).unwrap_or(0);
                if self.plain.is_empty() {
                    return Err(format!("there is no name to ask for; accepted: {ACCEPTED}"));
                }
                names::check_name(&self.plain.remove(place))?
            }
        };
        let asking = &mut self.spec.asking;
        if asking.dnssec || asking.nsid || asking.cookie || asking.subnet.is_some() {
            // These are parts of EDNS; dig sends it for them even with +noedns.
            asking.udp_payload.get_or_insert(DEFAULT_UDP_PAYLOAD);
        }
        for word in &self.plain {
            self.kinds.push(kind(word)?);
        }
        let by_habit = match (self.reverse, habit) {
            (Some(_), _) => vec![RecordType::PTR],
            (None, DigDefaults::Dig) => vec![RecordType::A],
            (None, DigDefaults::Sockeye) => vec![RecordType::A, RecordType::AAAA],
        };
        let mut kinds: Vec<RecordType> = Vec::new();
        for kind in if self.kinds.is_empty() { by_habit } else { self.kinds } {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        if kinds.len() > MOST_KINDS {
            return Err(format!("{} types are too many; accepted: at most {MOST_KINDS}", kinds.len()));
        }
        self.spec.kinds = kinds;
        self.spec.server = self.server.map(|server| parse_server(&server, self.port, self.addresses)).transpose()?;
        if self.port.is_some() && self.spec.server.is_none() {
            return Err("-p has no server; accepted: @SERVER -p PORT".to_owned());
        }
        Ok(self.spec)
    }
}

fn unknown_word(word: &str) -> String {
    format!("{} is not understood here; accepted: {ACCEPTED}", quoted(word))
}

fn class(word: &str) -> Result<u16, String> {
    parse_class(word).ok_or_else(|| format!("-c {} is no class; accepted: IN, CH, HS, ANY, CLASS3, …", quoted(word)))
}

fn kind(word: &str) -> Result<RecordType, String> {
    let kind = RecordType::parse(word)
        .ok_or_else(|| format!("{} is no type of record; accepted: A, AAAA, MX, TXT, TYPE65, …", quoted(word)))?;
    if kind.is_transfer() {
        return Err(format!("{kind} asks for a whole zone, which is not spoken here; accepted: A, AAAA, MX, TXT, …"));
    }
    Ok(kind)
}

/// The length of the pieces of `+split=N`, rounded up to a multiple of four as by dig; `None`: 0, in one piece.
fn parse_split(text: &str) -> Result<Option<u16>, String> {
    let length = text.parse().ok().filter(|length| (0..=MOST_SPLIT).contains(length));
    let length = length.ok_or_else(|| format!("+split={} is not a number from 0 to {MOST_SPLIT}", quoted(text)))?;
    Ok((length > 0).then_some(length.next_multiple_of(4)))
}

/// Seconds, whole or with a fraction, or a duration with its unit.
fn parse_timeout(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.001..=3_600.0).contains(seconds));
    let wait = seconds.map_or_else(|| quantity::parse_duration(text), |seconds| Ok(Duration::from_secs_f64(seconds)));
    let wait = wait.map_err(|why| format!("+time: {why}"))?;
    if wait.is_zero() {
        return Err("+time leaves no time at all; accepted: more than 0".to_owned());
    }
    Ok(wait)
}

/// `SERVER`, `SERVER:PORT`, `[V6]:PORT`, `SERVER#PORT`, a bare IPv6 address.
fn parse_server(text: &str, port: Option<u16>, addresses: AddressReader<'_>) -> Result<HostPort, String> {
    match text.split_once('#') {
        Some((host, port)) => addresses.pair(host, port),
        None => addresses.target_or(text, port.unwrap_or(PORT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::spec::dns::{PrintedParts, TransportChoice};

    fn read(line: &str, habit: DigDefaults) -> Result<DnsSpec, String> {
        parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>(), habit, &SystemNames::usual())
    }

    fn ours(line: &str) -> DnsSpec {
        read(line, DigDefaults::Sockeye).unwrap_or_else(|why| unreachable!("{line}: {why}"))
    }

    #[test]
    fn a_name_alone_is_asked_for_both_families_and_by_dig_for_one() {
        assert_eq!(ours("example.org"), DnsSpec::new("example.org"));
        let dig = read("example.org", DigDefaults::Dig).unwrap();
        assert_eq!((dig.kinds.as_slice(), dig.search), (&[RecordType::A][..], Some(false)));
    }

    #[test]
    fn a_server_is_an_address_or_a_name_with_a_port_or_without() {
        let server = |line: &str| ours(line).server.unwrap().to_string();
        assert_eq!(server("@192.0.2.1 x"), "192.0.2.1:53");
        assert_eq!(server("@192.0.2.1:5353 x"), "192.0.2.1:5353");
        assert_eq!(server("x @192.0.2.1#5353"), "192.0.2.1:5353");
        assert_eq!(server("@192.0.2.1 -p 5353 x"), "192.0.2.1:5353");
        assert_eq!(server("@::1 x"), "[::1]:53");
        assert_eq!(server("@[::1]:5353 x"), "[::1]:5353");
        assert_eq!(server("@ns.example x"), "ns.example:53");
    }

    #[test]
    fn types_stand_on_both_sides_of_the_name() {
        let kinds = |line: &str| ours(line).kinds.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(kinds("example.org mx txt MX"), "MX TXT");
        assert_eq!(kinds("MX example.org"), "MX");
        assert_eq!(kinds("-t HTTPS example.org"), "HTTPS");
        assert_eq!((ours("mx").name.as_str(), kinds("mx").as_str()), ("mx", "A AAAA"));
    }

    #[test]
    fn digs_own_words_are_understood() {
        let spec = ours("+tcp +norecurse +dnssec +bufsize=4096 +cd +noad +time=2 +tries=1 +short -x 192.0.2.1 @::1");
        assert_eq!(spec.name, "1.2.0.192.in-addr.arpa.");
        assert_eq!((spec.kinds, spec.transport), (vec![RecordType::PTR], TransportChoice::Tcp));
        assert_eq!((spec.timeout, spec.tries), (Some(Duration::from_secs(2)), Some(1)));
        let asking = spec.asking;
        assert_eq!((asking.recursion, asking.authentic, asking.checking_disabled), (false, false, true));
        assert_eq!((asking.dnssec, asking.udp_payload), (true, Some(4096)));
        assert_eq!(ours("x +noedns").asking.udp_payload, None);
    }

    #[test]
    fn options_of_edns_bring_edns_with_them() {
        for (line, is_set) in [
            ("x +noedns +nsid", (true, false, false)),
            ("x +cookie +noedns", (false, true, false)),
            ("x +subnet=192.0.2.0/24 +noedns", (false, false, true)),
        ] {
            let asking = ours(line).asking;
            assert_eq!((asking.nsid, asking.cookie, asking.subnet.is_some()), is_set, "{line}");
            assert_eq!(asking.udp_payload, Some(1232), "{line}");
        }
        assert_eq!(ours("x +nsid +nonsid +subnet=0 +nosubnet").asking, ours("x").asking);
    }

    #[test]
    fn a_class_is_asked_for_by_its_name_where_the_name_is_another_word() {
        for (line, name, class) in [
            ("version.bind CH TXT", "version.bind", 3),
            ("version.bind TXT chaos", "version.bind", 3),
            ("-c CH version.bind TXT", "version.bind", 3),
            ("x IN A", "x", 1),
            ("ch in", "ch", 1),
            ("hs A", "hs", 1),
            ("-q in ch", "in", 3),
            ("-c CLASS7 x", "x", 7),
        ] {
            let spec = ours(line);
            assert_eq!((spec.name.as_str(), spec.class), (name, class), "{line}");
        }
    }

    #[test]
    fn display_options_select_what_is_printed() {
        let printed = |line: &str| ours(line).printed;
        assert_eq!(printed("x"), PrintedParts::default());
        assert!(printed("x +short").short && !printed("x +short +noshort").short);
        let split = |line: &str| printed(line).split;
        assert_eq!([split("x"), split("x +split"), split("x +split=10 +noall")], [Some(56), Some(56), Some(12)]);
        assert_eq!([split("x +nosplit"), split("x +split=0"), split("x +nosplit +split")], [None, None, None]);
        let only = printed("x +noall +answer +nottlid");
        assert_eq!(
            (only.answer, only.question, only.stats, only.comments, only.ttl, only.class),
            (true, false, false, false, false, true)
        );
        assert!(
            printed("x +noall +all").authority && !printed("x +noauthority").authority && printed("x +qr -u").query
        );
    }

    #[test]
    fn display_options_that_are_not_done_are_refused_by_name_and_accepted_as_they_are() {
        for word in ["multiline", "yaml", "identify", "rrcomments", "cmd", "idnout", "nocrypto", "noidnin", "trace"] {
            let why = read(&format!("x +{word}"), DigDefaults::Sockeye).unwrap_err();
            assert!(why.starts_with(&format!("dig's +{}", word.split('=').next().unwrap())), "{why}");
        }
        for word in ["nomultiline", "noyaml", "nocmd", "crypto", "split", "idnin"] {
            assert_eq!(ours(&format!("x +{word}")), ours("x"), "{word}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_one_line_that_says_what_is_accepted() {
        for line in [
            "",
            "+tcp",
            "x +nonsense",
            "x -z",
            "x y",
            "x AXFR",
            "-x nonsense",
            "@ x",
            "x -p 53",
            "x +bufsize=0",
            "x +time=0",
            "x +notime=1",
            "x +tcp=1",
            "x +subnet=x",
            "x -c Q",
            "x +edns=1",
            "x +split=x",
            "x +split=1024",
            "x +nosplit=4",
            "a..b",
            "x A AAAA MX TXT NS SOA SRV CAA PTR",
            "@1.2.3.4:0 x",
        ] {
            let why = read(line, DigDefaults::Sockeye).expect_err(line);
            assert!(!why.contains('\n') && !why.is_empty(), "{why}");
        }
    }
}
