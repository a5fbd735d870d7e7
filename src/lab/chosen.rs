//! A lab peer as named on the command line.

use std::fmt;
use std::net::SocketAddr;

use super::params::PeerSettings;
use super::peer::LabPeer;
use super::table::PEERS;
use crate::sessions::Spec;
use crate::text::sanitize::quoted;

/// A peer to be started, with its parameters.
#[derive(Clone, Debug)]
pub struct ChosenPeer {
    pub(super) peer: &'static LabPeer,
    pub(super) settings: PeerSettings,
}

impl ChosenPeer {
    /// Every peer with its defaults, in the order of the table.
    pub fn all() -> Vec<ChosenPeer> {
        PEERS.iter().map(|peer| ChosenPeer { peer, settings: PeerSettings::default() }).collect()
    }

    /// Parses `PEER` or `PEER:name=value,name=value`.
    ///
    /// # Errors
    /// Fails with one line: there is no such peer, and the names of all peers; or what is wrong with a parameter, and
    /// what is accepted.
    pub fn parse(text: &str) -> Result<ChosenPeer, String> {
        let (name, params) = text.split_once(':').map_or((text, None), |(name, params)| (name, Some(params)));
        let peer = PEERS.iter().find(|peer| peer.name == name).ok_or_else(|| {
            let known: Vec<&str> = PEERS.iter().map(|peer| peer.name).collect();
            format!("no lab peer is called {}: there are {}", quoted(name), known.join(", "))
        })?;
        let settings = params.map(|params| PeerSettings::parse(params, peer.params)).transpose();
        let settings = settings.map_err(|why| format!("{name}: {why}"))?.unwrap_or_default();
        Ok(ChosenPeer { peer, settings })
    }

    /// The peers that are named, each as [`parse`](Self::parse) reads it; all of them if none is.
    ///
    /// # Errors
    /// Fails as [`parse`](Self::parse) does, for the first name that is wrong.
    pub fn parse_all(names: &[String]) -> Result<Vec<ChosenPeer>, String> {
        if names.is_empty() {
            return Ok(ChosenPeer::all());
        }
        names.iter().map(|name| ChosenPeer::parse(name)).collect()
    }

    /// The peer's name.
    pub fn name(&self) -> &'static str {
        self.peer.name
    }

    /// The spec of the session that connects to this peer, which listens at `address`. Its label is in the form that
    /// [`parse`](Self::parse) accepts.
    pub fn session(&self, address: SocketAddr) -> Spec {
        Spec { label: Some(self.to_string()), ..self.peer.opens.spec_for(address) }
    }
}

/// Prints its name and the parameters that differ from their defaults, in the form that [`ChosenPeer::parse`] accepts:
/// `drip:every=1s`.
impl fmt::Display for ChosenPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = self.settings.to_string();
        let colon = if settings.is_empty() { "" } else { ":" };
        write!(f, "{}{colon}{settings}", self.peer.name)
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
        assert_eq!(ChosenPeer::parse("ekko:delay=1s").unwrap_err(), expected);
    }

    #[test]
    fn a_sessions_label_tells_what_differs_from_the_defaults() {
        let address = "127.0.0.1:7001".parse().unwrap();
        let label = |text: &str| ChosenPeer::parse(text).unwrap().session(address).label.unwrap();
        assert_eq!(label("drip"), "drip");
        assert_eq!(label("drip:every=200ms,bytes=1"), "drip");
        assert_eq!(label("drip:bytes=0.5KiB,every=1000ms"), "drip:every=1s,bytes=512B");
    }

    #[test]
    fn a_parameter_that_makes_no_sense_names_its_peer() {
        let wrong = |text: &str| ChosenPeer::parse(text).unwrap_err();
        assert!(wrong("drip:").starts_with("drip: \"\" is no name=value; accepted: every=DURATION"));
        assert!(wrong("reset:every=1s").starts_with("reset: no parameter is called \"every\"; accepted: after="));
    }
}
