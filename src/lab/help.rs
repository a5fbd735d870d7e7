//! The list of peers in `sockeye lab --help` and on the screen, generated from the table.

use std::sync::LazyLock;

use super::params::DeclaredParam;
use super::table::PEERS;

/// Every peer's name, and what it does in one line, in the order of the table.
pub fn names() -> &'static [(&'static str, &'static str)] {
    static NAMES: LazyLock<Vec<(&str, &str)>> =
        LazyLock::new(|| PEERS.iter().map(|peer| (peer.name, peer.says)).collect());
    &NAMES
}

/// Every peer with a line on what it does, in the order of the table; its parameters are below it.
pub fn help() -> String {
    let params = || PEERS.iter().flat_map(|peer| peer.params);
    let peer_columns = PEERS.iter().map(|peer| peer.name.len()).max().unwrap_or(0);
    let param_columns = params().map(|param| param.usage().len()).max().unwrap_or(0);
    let mut text = "Peers and their parameters, given as PEER:name=value,name=value:".to_owned();
    for peer in PEERS {
        text.push_str(&format!("\n  {:peer_columns$}  {}", peer.name, peer.says));
        for param in peer.params {
            text.push_str(&format!("\n      {:param_columns$}  {}", param.usage(), meaning(*param)));
        }
    }
    text
}

fn meaning(param: &dyn DeclaredParam) -> String {
    format!("{} [{}, default: {}]", param.help(), param.range(), param.default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_peer_is_told_with_its_line_and_its_parameters() {
        let help = help();
        let mut rest = help.lines().skip(1);
        for peer in PEERS {
            let line = rest.next().unwrap();
            assert!(line.contains(peer.name) && line.ends_with(peer.says), "{line}");
            for param in peer.params {
                let line = rest.next().unwrap();
                for part in [param.usage(), meaning(*param)] {
                    assert!(line.contains(&part), "{line}");
                }
            }
        }
        assert_eq!(rest.next(), None);
    }

    #[test]
    fn no_line_is_wider_than_the_help() {
        // clap wraps at 100 columns, which would break the alignment.
        for line in help().lines() {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
}
