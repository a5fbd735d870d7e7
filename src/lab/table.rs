//! The list of the built-in peers. A new one is a file in `peers/`, named here twice: as a module and in the table.

use super::peer::LabPeer;

// Declared here instead of in `peers/mod.rs`, so that a new peer changes only this file.
#[path = "peers"]
mod peers {
    pub(super) mod chatter;
    pub(super) mod deaf;
    pub(super) mod drip;
    pub(super) mod echo;
    pub(super) mod http;
    pub(super) mod reset;
    pub(super) mod udp_echo;
}

/// Every peer, in the order of the help.
pub(super) static PEERS: &[&LabPeer] = &[
    &peers::echo::ECHO,
    &peers::chatter::CHATTER,
    &peers::drip::DRIP,
    &peers::reset::RESET,
    &peers::deaf::DEAF,
    &peers::udp_echo::UDP_ECHO,
    &peers::http::HTTP,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_peer_has_a_name_of_its_own_that_can_be_typed() {
        let names: BTreeSet<&str> = PEERS.iter().map(|peer| peer.name).collect();
        assert_eq!(names.len(), PEERS.len());
        for name in names {
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{name}");
        }
    }

    #[test]
    fn each_default_is_a_value_that_could_be_given() {
        for peer in PEERS {
            let names: BTreeSet<&str> = peer.params.iter().map(|param| param.name()).collect();
            assert_eq!(names.len(), peer.params.len(), "{}", peer.name);
            for param in peer.params {
                assert_eq!(param.read(&param.default().to_string()), Ok(param.default()), "{}", peer.name);
            }
        }
    }
}
