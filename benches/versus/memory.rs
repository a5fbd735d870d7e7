//! How much memory a flood needs.

use std::time::Duration;

use crate::args::{Args, GIB, MIB};
use crate::flood::Peer;
use crate::processes::status_bytes;
use crate::report::{Floor, Line, Unit, alone};
use crate::screen::Screen;
use crate::tcp::shows_total;

/// Peak memory, with the default retention and with little.
///
/// # Errors
/// Something did not start or end.
pub fn row(args: &Args) -> anyhow::Result<Vec<Line>> {
    let bytes = if args.full { 100 * GIB } else { args.transfer_bytes() };
    let mut lines = Vec::new();
    for (retained, words) in [(64 * MIB, &["--retain", "64MiB"]), (MIB, &["--retain", "1MiB"])] {
        let peer = Peer::sends(bytes)?;
        let address = peer.address.to_string();
        let screen = Screen::start(args, &["tcp", &address, words[0], words[1]], 160, 48)?;
        let pid = screen.pid()?;
        // Looked at while it flows: a line that climbs is a leak, even below the floor.
        let (stop, stopped) = std::sync::mpsc::sync_channel::<()>(1);
        let watcher = std::thread::spawn(move || {
            let mut sizes = Vec::new();
            while stopped
                .recv_timeout(Duration::from_millis(100))
                .is_err_and(|e| e == std::sync::mpsc::RecvTimeoutError::Timeout)
            {
                sizes.extend(status_bytes(pid, "VmRSS"));
            }
            sizes
        });
        let moved = peer.join()?;
        drop(stop);
        let sizes = watcher.join().unwrap_or_default();
        let wrong = shows_total(&screen, moved.bytes).err().map(|error| crate::report::in_a_cell(&error));
        let peak = status_bytes(pid, "VmHWM")?;
        screen.quit()?;
        let name = format!("peak memory, {} GiB through one session, {}", bytes / GIB, words.join(" "));
        let floor = Floor::AtMost((retained + 48 * MIB) as f64);
        let at = |part: usize| sizes.get(sizes.len() * part / 4).copied().unwrap_or(0) / MIB;
        let course = format!("at ¼ {} MiB, ½ {} MiB, ¾ {} MiB", at(1), at(2), at(3));
        lines.push(alone(&name, Unit::Bytes, peak as f64, floor).note(course).wrong(wrong));
    }
    Ok(lines)
}
