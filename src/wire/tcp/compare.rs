//! What the table expects beside what the kernel says: a difference is told, never hidden.

use super::path::path;
use super::state::TcpState;

/// The kernel is in another state than the calls and segments that we know of lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDifference {
    /// Where the table leads from what we know.
    pub expected: TcpState,
    /// What the kernel says.
    pub kernel: TcpState,
    /// What that means, as one sentence.
    pub meaning: String,
}

/// Holds the two beside each other; `None` where they agree.
pub fn compare(expected: TcpState, kernel: TcpState) -> Option<StateDifference> {
    if expected == kernel {
        return None;
    }
    let meaning = match path(expected, kernel) {
        Some(steps) if !steps.is_empty() => {
            let names: Vec<&str> = steps.iter().map(|row| row.event.name()).collect();
            format!("the kernel is ahead by what no call of ours told: {}.", names.join(", then "))
        }
        _ if path(kernel, expected).is_some() => {
            "the kernel is behind: what we asked for has not happened on the wire yet.".to_owned()
        }
        _ => "RFC 9293 has no way from the one to the other: one of our readings is old, or something was missed."
            .to_owned(),
    };
    Some(StateDifference { expected, kernel, meaning })
}
