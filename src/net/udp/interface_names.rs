//! Interface names; the kernel reports an interface by its index only.

use std::sync::Arc;

use super::cmsg::RawPacket;
use crate::net::system::interface_name;
use crate::wire::udp::packet::PacketInfo;

/// How many names are cached; beyond it the cache is cleared.
const MOST_NAMES: usize = 64;

/// The names of the interfaces that datagrams arrived on. Each is looked up once: a system call per datagram would cost
/// too much, and an interface is seldom renamed.
#[derive(Debug, Default)]
pub(super) struct InterfaceNames {
    known: Vec<(u32, Option<Arc<str>>)>,
}

impl InterfaceNames {
    /// The information about a packet, with its interface's name.
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
        let name = interface_name(index).map(Arc::from);
        if self.known.len() == MOST_NAMES {
            self.known.clear();
        }
        self.known.push((index, name.clone()));
        name
    }
}
