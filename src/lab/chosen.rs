//! A peer as the command line names it.

use std::fmt;
use std::net::SocketAddr;

use super::peer::LabPeer;
use super::table::PEERS;
use crate::sessions::Spec;

/// A peer that is to be started.
#[derive(Clone, Debug)]
pub struct ChosenPeer {
    pub(super) peer: &'static LabPeer,
}

impl ChosenPeer {
    /// Every peer, in the order in which the lab shows them.
    pub fn all() -> Vec<ChosenPeer> {
        PEERS.iter().map(|peer| ChosenPeer { peer }).collect()
    }

    /// The peer that is called so.
    ///
    /// # Errors
    /// One line: there is none, and which there are.
    pub fn parse(text: &str) -> Result<ChosenPeer, String> {
        let peer = PEERS.iter().find(|peer| peer.name == text).ok_or_else(|| {
            let known: Vec<&str> = PEERS.iter().map(|peer| peer.name).collect();
            format!("no lab peer is called {text:?}: there are {}", known.join(", "))
        })?;
        Ok(ChosenPeer { peer })
    }

    /// The peer's name.
    pub fn name(&self) -> &'static str {
        self.peer.name
    }

    /// The session that looks at this peer, which listens at `address`. It is labelled as [`parse`](Self::parse) would
    /// read it.
    pub fn session(&self, address: SocketAddr) -> Spec {
        Spec { label: Some(self.to_string()), ..self.peer.opens.to(address) }
    }
}

impl fmt::Display for ChosenPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.peer.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_peer_is_found_by_its_name_and_another_name_gets_the_list() {
        for peer in ChosenPeer::all() {
            assert_eq!(ChosenPeer::parse(peer.name()).unwrap().name(), peer.name());
        }
        let names: Vec<&str> = PEERS.iter().map(|peer| peer.name).collect();
        let expected = format!("no lab peer is called \"ekko\": there are {}", names.join(", "));
        assert_eq!(ChosenPeer::parse("ekko").unwrap_err(), expected);
    }
}
