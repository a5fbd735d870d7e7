//! What the kernel reports of a UDP socket: SIOCINQ, SIOCOUTQ, SO_MEMINFO, and its view of the path.

use std::os::fd::AsFd;

use super::sockopt;
use crate::net::system::readable_bytes;
use crate::wire::kernel::udp_info::{MtuDiscovery, UdpInfo};

/// A family's option numbers.
struct OptionNumbers {
    level: i32,
    mtu: i32,
    discover: i32,
    ttl: i32,
    tos: i32,
}

const V4: OptionNumbers = OptionNumbers {
    level: libc::IPPROTO_IP,
    mtu: libc::IP_MTU,
    discover: libc::IP_MTU_DISCOVER,
    ttl: libc::IP_TTL,
    tos: libc::IP_TOS,
};

const V6: OptionNumbers = OptionNumbers {
    level: libc::IPPROTO_IPV6,
    mtu: libc::IPV6_MTU,
    discover: libc::IPV6_MTU_DISCOVER,
    ttl: libc::IPV6_UNICAST_HOPS,
    tos: libc::IPV6_TCLASS,
};

fn names(v6: bool) -> &'static OptionNumbers {
    if v6 { &V6 } else { &V4 }
}

/// The kernel's view of this UDP socket now, and of the path if it is connected. Unknown values are `None`.
///
/// Cost: seven system calls, some 3 µs together.
pub(crate) fn udp_view(socket: &impl AsFd, v6: bool) -> UdpInfo {
    let names = names(v6);
    let int = |name: i32| sockopt::read_int(socket, names.level, name).ok();
    let byte = |name: i32| int(name).and_then(|number| u8::try_from(number).ok());
    let memory = socket_memory(socket);
    let word = |place: i32| memory.and_then(|words| words.get(usize::try_from(place).ok()?).copied()).map(u64::from);
    UdpInfo {
        next_bytes: readable_bytes(socket),
        send_queue_bytes: sockopt::send_queue(socket.as_fd()),
        receive_memory_bytes: word(libc::SK_MEMINFO_RMEM_ALLOC),
        receive_buffer_bytes: word(libc::SK_MEMINFO_RCVBUF),
        send_buffer_bytes: word(libc::SK_MEMINFO_SNDBUF),
        mtu: path_mtu(socket, v6),
        discover: int(names.discover).and_then(MtuDiscovery::from_number),
        ttl: byte(names.ttl),
        tos: byte(names.tos),
    }
}

/// How many datagrams the kernel has dropped because they were not read in time; wraps at 32 bits.
pub(crate) fn drops(socket: &impl AsFd) -> Option<u32> {
    socket_memory(socket)?.last().copied()
}

/// The MTU that the kernel assumes for the path of a connected socket.
pub(crate) fn path_mtu(socket: &impl AsFd, v6: bool) -> Option<u32> {
    let names = names(v6);
    let mtu = sockopt::read_int(socket, names.level, names.mtu).ok()?;
    u32::try_from(mtu).ok().filter(|mtu| *mtu > 0)
}

/// Makes the kernel set the don't-fragment bit and ignore every path MTU but the interface's: for probes.
///
/// # Errors
/// Returns the system's error.
pub(crate) fn probe_path(socket: &impl AsFd, v6: bool) -> std::io::Result<()> {
    let (names, probe) = (names(v6), if v6 { libc::IPV6_PMTUDISC_PROBE } else { libc::IP_PMTUDISC_PROBE });
    sockopt::set_int(socket, names.level, names.discover, probe)
}

/// The socket's memory counters, in the order of `SO_MEMINFO`.
fn socket_memory(socket: &impl AsFd) -> Option<[u32; WORDS]> {
    let mut bytes = [0; WORDS * size_of::<u32>()];
    let filled = sockopt::get(socket.as_fd(), libc::SOL_SOCKET, libc::SO_MEMINFO, &mut bytes).ok()?;
    if filled != bytes.len() {
        return None;
    }
    let mut words = [0; WORDS];
    for (word, four) in words.iter_mut().zip(bytes.chunks_exact(size_of::<u32>())) {
        *word = u32::from_ne_bytes(four.try_into().ok()?);
    }
    Some(words)
}

/// How many words of `SO_MEMINFO` are read: up to the drops, which every kernel with the option has.
const WORDS: usize = libc::SK_MEMINFO_DROPS as usize + 1;

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;
    use crate::wire::kernel::udp_info::MtuDiscovery;

    #[test]
    fn the_kernel_tells_queues_buffers_and_the_path() {
        let (ours, theirs) = (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
        assert_eq!(udp_view(&ours, false).mtu, None, "nobody is at the other end");
        ours.connect(theirs.local_addr().unwrap()).unwrap();
        for payload in ["hello", "and more"] {
            theirs.send_to(payload.as_bytes(), ours.local_addr().unwrap()).unwrap();
        }
        let view = udp_view(&ours, false);
        assert_eq!((view.next_bytes, view.send_queue_bytes), (Some(5), Some(0)));
        assert!(view.receive_memory_bytes.is_some_and(|bytes| bytes > 13), "{view:?}");
        assert!(view.receive_buffer_bytes > view.receive_memory_bytes);
        assert!(view.mtu.is_some_and(|mtu| mtu >= 1280), "{view:?}");
        assert_eq!((view.discover, view.ttl, view.tos), (Some(MtuDiscovery::Want), Some(64), Some(0)));
        probe_path(&ours, false).unwrap();
        assert_eq!(udp_view(&ours, false).discover, Some(MtuDiscovery::Probe));
    }
}
