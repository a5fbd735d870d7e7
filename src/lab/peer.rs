//! The kinds of built-in peers, by name.

use std::fmt;

use crate::wire::Failure;

/// One kind of built-in peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LabPeer {
    /// TCP: says back what it hears; honours a half-close.
    Echo,
    /// TCP: speaks by itself, and answers.
    Chatter,
    /// TCP: one octet at a time.
    Drip,
    /// TCP: ends with RST.
    Reset,
    /// TCP: never reads.
    Deaf,
    /// UDP: sends every datagram back.
    UdpEcho,
    /// HTTP/1.1: a small site.
    Http,
}

impl LabPeer {
    /// Every kind, in the order in which the lab shows them.
    pub const ALL: [LabPeer; 7] = [
        LabPeer::Echo,
        LabPeer::Chatter,
        LabPeer::Drip,
        LabPeer::Reset,
        LabPeer::Deaf,
        LabPeer::UdpEcho,
        LabPeer::Http,
    ];

    /// The kind with this name.
    ///
    /// # Errors
    /// There is none; the failure names those that there are.
    pub fn parse(name: &str) -> Result<LabPeer, Failure> {
        LabPeer::ALL.into_iter().find(|peer| peer.name() == name).ok_or_else(|| {
            let known = LabPeer::ALL.map(LabPeer::name).join(", ");
            Failure::usage(format!("no lab peer is called {name:?}: there are {known}"))
        })
    }

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            LabPeer::Echo => "echo",
            LabPeer::Chatter => "chatter",
            LabPeer::Drip => "drip",
            LabPeer::Reset => "reset",
            LabPeer::Deaf => "deaf",
            LabPeer::UdpEcho => "udp-echo",
            LabPeer::Http => "http",
        }
    }

    /// What it does, in one line.
    pub fn description(self) -> &'static str {
        match self {
            LabPeer::Echo => "says back what it hears; when you finish sending, it finishes, too",
            LabPeer::Chatter => "says a line once a second, and answers what it is told",
            LabPeer::Drip => "says one sentence over and over, one byte every 200 ms",
            LabPeer::Reset => "waits for your first bytes or 3 s, says a word, and ends with RST instead of FIN",
            LabPeer::Deaf => "takes your connection and never reads: watch its window close",
            LabPeer::UdpEcho => "sends every datagram back to whom it came from",
            LabPeer::Http => "a small web site that speaks HTTP/1.1",
        }
    }
}

impl fmt::Display for LabPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_peer_is_found_by_its_name_and_another_name_gets_the_list() {
        for peer in LabPeer::ALL {
            assert_eq!(LabPeer::parse(peer.name()), Ok(peer));
        }
        let failure = LabPeer::parse("ekko").unwrap_err();
        let expected = r#"no lab peer is called "ekko": there are echo, chatter, drip, reset, deaf, udp-echo, http"#;
        assert_eq!(failure.message, expected);
    }
}
