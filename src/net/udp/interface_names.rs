//! Interfaces by their names, which the kernel tells by number only.

use std::sync::Arc;

use super::cmsg::RawPacket;
use crate::wire::udp::packet::PacketInfo;

/// How many names are remembered; with one more all are asked for again.
const MOST_NAMES: usize = 64;

/// The names of the interfaces that datagrams came in by. Asked for once each: a call to the kernel a datagram would
/// be too many, and an interface seldom gets another name.
#[derive(Debug, Default)]
pub(super) struct InterfaceNames {
    known: Vec<(u32, Option<Arc<str>>)>,
}

impl InterfaceNames {
    /// What is known of a packet, its interface by name.
    pub(super) fn packet(&mut self, raw: RawPacket) -> PacketInfo {
        PacketInfo { ttl: raw.ttl, tos: raw.tos, interface: self.name(raw.interface), destination: raw.destination }
    }

    fn name(&mut self, index: u32) -> Option<Arc<str>> {
        if index == 0 {
            return None;
        }
        if let Some((_, name)) = self.known.iter().find(|(known, _)| *known == index) {
            return name.clone();
        }
        let asked = nix::net::if_::if_indextoname(index).ok();
        let name = asked.map(|name| Arc::from(name.to_string_lossy().as_ref()));
        if self.known.len() == MOST_NAMES {
            self.known.clear();
        }
        self.known.push((index, name.clone()));
        name
    }
}
