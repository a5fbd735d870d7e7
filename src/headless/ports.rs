//! A range of ports as a table, for a pipe.

use std::fmt::Write as _;

use crate::sessions::news::PortProbe;
use crate::text::quantity;

/// One line a port: its number, its state, how long it took to know, and where or why.
pub(super) fn table<'a>(probes: impl Iterator<Item = &'a PortProbe>) -> String {
    let mut text = String::new();
    for probe in probes {
        let (port, state) = (probe.peer.port(), probe.state.name());
        let took = quantity::duration(probe.took);
        // A String takes everything.
        let _never_fails = writeln!(text, "{port:<6}{state:<12}{took:<10}{}", probe.reason_text()).is_err();
    }
    text
}
