//! Compares the state that the table expects with the kernel's; a difference is shown, never hidden.

use super::path::path;
use super::state::TcpState;

/// The kernel is in another state than our calls and segments lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDifference {
    /// The state by the table and the known events.
    pub expected: TcpState,
    /// The kernel's state.
    pub kernel: TcpState,
    /// The meaning of the difference, as one sentence.
    pub meaning: String,
}

/// Compares both states; `None` if they are equal.
pub fn compare(expected: TcpState, kernel: TcpState) -> Option<StateDifference> {
    if expected == kernel {
        return None;
    }
    let meaning = match path(expected, kernel) {
        Some(steps) if !steps.is_empty() => {
            let names: Vec<&str> = steps.iter().map(|row| row.event.name()).collect();
            format!("the kernel has already seen what no call of ours returned yet: {}.", names.join(", then "))
        }
        _ if path(kernel, expected).is_some() => {
            "the kernel is behind: what we asked for has not happened on the wire yet.".to_owned()
        }
        _ => "RFC 9293 has no way from the one to the other: one of our readings is old, or something was missed."
            .to_owned(),
    };
    Some(StateDifference { expected, kernel, meaning })
}
