//! The kernel's view of a UDP socket: queues, buffers, and path MTU (udp(7), ip(7)).

/// One sample of a UDP socket. `None`: this system, or this kind of socket, does not report it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UdpInfo {
    /// Payload bytes of the next datagram to read; 0 if none waits (`SIOCINQ`).
    pub next_bytes: Option<u64>,
    /// Bytes waiting to leave this host, including the kernel's bookkeeping (`SIOCOUTQ`).
    pub send_queue_bytes: Option<u64>,
    /// Bytes of memory used by unread datagrams, including the kernel's bookkeeping (`SO_MEMINFO`).
    pub receive_memory_bytes: Option<u64>,
    /// The limit on that memory: beyond it datagrams are dropped (`SO_RCVBUF`).
    pub receive_buffer_bytes: Option<u64>,
    /// The limit on the memory of datagrams waiting to leave this host (`SO_SNDBUF`).
    pub send_buffer_bytes: Option<u64>,
    /// The kernel's MTU of the path to the peer, in bytes of a whole IP packet; connected sockets only (`IP_MTU`,
    /// `IPV6_MTU`).
    pub mtu: Option<u32>,
    /// How the kernel treats a larger datagram (`IP_MTU_DISCOVER`, `IPV6_MTU_DISCOVER`).
    pub discover: Option<MtuDiscovery>,
    /// The TTL, or hop limit, of packets that we send (`IP_TTL`, `IPV6_UNICAST_HOPS`).
    pub ttl: Option<u8>,
    /// The TOS byte, or traffic class, of packets that we send (`IP_TOS`, `IPV6_TCLASS`).
    pub tos: Option<u8>,
}

/// The modes of path MTU discovery, by their names in ip(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MtuDiscovery {
    /// Never sets the don't-fragment bit.
    Dont,
    /// Sets the bit on datagrams that fit the known MTU, and fragments larger ones on this host.
    Want,
    /// Always sets the bit; refuses datagrams larger than the known MTU (`EMSGSIZE`).
    Do,
    /// Sets the bit and ignores the known path MTU: only the interface's MTU limits.
    Probe,
    /// Ignores ICMP from routers, and never fragments on this host.
    Interface,
    /// As `Interface`, but larger datagrams may be fragmented.
    Omit,
}

impl MtuDiscovery {
    /// Converts the kernel's number; the numbers are the same for both families.
    pub fn from_number(number: i32) -> Option<Self> {
        Some(match number {
            0 => MtuDiscovery::Dont,
            1 => MtuDiscovery::Want,
            2 => MtuDiscovery::Do,
            3 => MtuDiscovery::Probe,
            4 => MtuDiscovery::Interface,
            5 => MtuDiscovery::Omit,
            _ => return None,
        })
    }

    /// The name in ip(7), without its prefix.
    pub fn name(self) -> &'static str {
        match self {
            MtuDiscovery::Dont => "DONT",
            MtuDiscovery::Want => "WANT",
            MtuDiscovery::Do => "DO",
            MtuDiscovery::Probe => "PROBE",
            MtuDiscovery::Interface => "INTERFACE",
            MtuDiscovery::Omit => "OMIT",
        }
    }

    /// The effect, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            MtuDiscovery::Dont => "no DF bit: routers may fragment",
            MtuDiscovery::Want => "DF where it fits the known MTU; fragmented here where not",
            MtuDiscovery::Do => "DF always; what is larger is refused here (EMSGSIZE)",
            MtuDiscovery::Probe => "DF always; only the interface's MTU is heeded",
            MtuDiscovery::Interface => "no DF bit; the interface's MTU, whatever routers say",
            MtuDiscovery::Omit => "no DF bit; the interface's MTU, larger ones in fragments",
        }
    }
}
