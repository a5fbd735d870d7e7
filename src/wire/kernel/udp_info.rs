//! What the kernel tells of a UDP socket: its queues, its buffers, and what it believes of the path (udp(7), ip(7)).

/// One look at a UDP socket. `None`: this system, or this kind of socket, does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UdpInfo {
    /// Bytes of payload of the datagram that a read would get next; 0 where none waits (`SIOCINQ`).
    pub next_bytes: Option<u64>,
    /// Bytes that wait to leave this host, the kernel's bookkeeping included (`SIOCOUTQ`).
    pub send_queue_bytes: Option<u64>,
    /// Bytes of memory that unread datagrams take, the kernel's bookkeeping included (`SO_MEMINFO`).
    pub receive_memory_bytes: Option<u64>,
    /// How much of such memory there may be: beyond it datagrams are dropped (`SO_RCVBUF`).
    pub receive_buffer_bytes: Option<u64>,
    /// How much memory datagrams may take that wait to leave this host (`SO_SNDBUF`).
    pub send_buffer_bytes: Option<u64>,
    /// The MTU that the kernel assumes for the path to the peer, in bytes of a whole IP packet; connected sockets only
    /// (`IP_MTU`, `IPV6_MTU`).
    pub mtu: Option<u32>,
    /// What the kernel does with a datagram that is larger (`IP_MTU_DISCOVER`, `IPV6_MTU_DISCOVER`).
    pub discover: Option<MtuDiscovery>,
    /// The TTL, or hop limit, of what we send (`IP_TTL`, `IPV6_UNICAST_HOPS`).
    pub ttl: Option<u8>,
    /// The TOS byte, or traffic class, of what we send (`IP_TOS`, `IPV6_TCLASS`).
    pub tos: Option<u8>,
}

/// The modes of path MTU discovery, by their names in ip(7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MtuDiscovery {
    /// Never sets the don't-fragment bit.
    Dont,
    /// Sets it on what fits the known MTU, and fragments here what does not.
    Want,
    /// Always sets it; refuses what is larger than the known MTU (`EMSGSIZE`).
    Do,
    /// Sets it, and ignores the known path MTU: only the interface's counts.
    Probe,
    /// Ignores what routers say, and never fragments here.
    Interface,
    /// As `Interface`, but lets what is too large be fragmented.
    Omit,
}

impl MtuDiscovery {
    /// The mode that the kernel's number stands for; the same numbers for both families.
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

    /// The name, as ip(7) has it without its prefix.
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

    /// What it does, in a few words.
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
