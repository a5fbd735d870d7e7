//! What `sockeye lab --help` tells of the peers: made from the table.

use super::table::PEERS;

/// Every peer with what it does, a line each, in the order in which the lab shows them.
pub fn help() -> String {
    let width = PEERS.iter().map(|peer| peer.name.len()).max().unwrap_or(0);
    let mut text = "Peers:".to_owned();
    for peer in PEERS {
        text.push_str(&format!("\n  {:width$}  {}", peer.name, peer.says));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_peer_is_told_with_its_line() {
        for peer in PEERS {
            assert!(help().lines().any(|line| line.contains(peer.name) && line.ends_with(peer.says)), "{}", peer.name);
        }
    }
}
