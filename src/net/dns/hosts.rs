//! The hosts file: names that are resolved without a server.

use std::io::{BufRead, BufReader, Read as _};
use std::net::IpAddr;

use crate::sessions::news::MOST_ADDRESSES;

/// The file.
pub(super) const PATH: &str = "/etc/hosts";

/// How much of it is read: 16 MiB; some lists of blocked names are that long.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// A name's addresses in the system's hosts file, in order; none if there is no file. Blocks while it reads.
pub(super) fn look_up_hosts(name: &str) -> Vec<IpAddr> {
    let file = std::fs::File::open(PATH);
    file.map_or_else(|_| Vec::new(), |file| find(BufReader::new(file.take(MOST_BYTES)), name))
}

/// A name's addresses in the text of a hosts file.
fn find(text: impl BufRead, name: &str) -> Vec<IpAddr> {
    let name = name.trim_end_matches('.');
    let mut found = Vec::new();
    for line in text.split(b'\n').map_while(Result::ok) {
        if found.len() >= MOST_ADDRESSES {
            break;
        }
        let Ok(line) = std::str::from_utf8(&line) else { continue };
        let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
        let Some(address) = words.next() else { continue };
        if !words.any(|word| word.eq_ignore_ascii_case(name)) {
            continue;
        }
        let address = address.split('%').next().unwrap_or(address);
        if let Ok(ip) = address.parse()
            && !found.contains(&ip)
        {
            found.push(ip);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_by_each_of_its_words_whatever_its_capitals() {
        let text =
            b"# 192.0.2.9 web\n127.0.0.1\tlocalhost\n192.0.2.1 web.example WEB # www\n\xff\xff web\n::1 web\nx web\n";
        let found = |name| find(&text[..], name).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(found("web"), ["192.0.2.1", "::1"]);
        assert_eq!(found("Web.Example."), ["192.0.2.1"]);
        assert!(found("www").is_empty());
    }
}
