//! The control messages of a datagram (cmsg(3)): which ones we request, and how they are read.

#![cfg_attr(
    target_os = "linux",
    expect(
        unsafe_code,
        reason = "no safe crate reads the controls of recvmmsg's headers, nor writes those of sendmmsg"
    )
)]

use std::net::IpAddr;

/// What the control messages of one datagram say about its packet; the interface as an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RawPacket {
    pub(super) ttl: Option<u8>,
    pub(super) tos: Option<u8>,
    /// 0 if unknown.
    pub(super) interface: u32,
    pub(super) destination: Option<IpAddr>,
}

#[cfg(target_os = "linux")]
pub(super) use linux::{ControlBuffer, ControlLength, cut_at, read, request_controls};
#[cfg(not(target_os = "linux"))]
pub(super) use plain::request_controls;

#[cfg(target_os = "linux")]
mod linux {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
    use std::os::fd::AsFd;

    use super::RawPacket;
    use crate::net::kernel;

    /// The type of the kernel's control lengths and counts; C libraries differ in it.
    #[cfg(target_env = "musl")]
    pub(in crate::net::udp) type ControlLength = libc::socklen_t;
    #[cfg(not(target_env = "musl"))]
    pub(in crate::net::udp) type ControlLength = libc::size_t;

    /// Room for the control messages of one datagram: at most a segment size, two TTLs, two TOS and two addresses,
    /// which an IPv6 socket gets for an IPv4 packet: 184 bytes.
    #[repr(C, align(8))]
    #[derive(Clone, Copy)]
    pub(in crate::net::udp) struct ControlBuffer(pub(in crate::net::udp) [u8; 192]);

    impl ControlBuffer {
        /// No control messages.
        pub(in crate::net::udp) const NONE: ControlBuffer = ControlBuffer([0; 192]);
    }

    /// Requests TTL, TOS, interface and address with each datagram. Best effort: what the system does not report is
    /// unknown.
    pub(in crate::net::udp) fn request_controls(socket: &impl AsFd, v6: bool) {
        let v4 = [libc::IP_RECVTTL, libc::IP_RECVTOS];
        for name in v4 {
            // An IPv6 socket may receive IPv4 too.
            kernel::set_int(socket, libc::IPPROTO_IP, name, 1).ok();
        }
        if v6 {
            for name in [libc::IPV6_RECVHOPLIMIT, libc::IPV6_RECVTCLASS, libc::IPV6_RECVPKTINFO] {
                kernel::set_int(socket, libc::IPPROTO_IPV6, name, 1).ok();
            }
        } else {
            kernel::set_int(socket, libc::IPPROTO_IP, libc::IP_PKTINFO, 1).ok();
        }
    }

    /// Writes the control message that splits a message every `segment` bytes; returns its length in bytes.
    pub(in crate::net::udp) fn cut_at(control: &mut ControlBuffer, segment: u16) -> ControlLength {
        // SAFETY: CMSG_SPACE and CMSG_LEN only calculate.
        let (space, length) = unsafe { (libc::CMSG_SPACE(2), libc::CMSG_LEN(2)) };
        // SAFETY: a zeroed header has no length; some systems' headers have padding that cannot be named.
        let mut head: libc::cmsghdr = unsafe { std::mem::zeroed() };
        head.cmsg_len = length as ControlLength;
        head.cmsg_level = libc::SOL_UDP;
        head.cmsg_type = libc::UDP_SEGMENT;
        let start = control.0.as_mut_ptr();
        let payload = size_of::<libc::cmsghdr>();
        // SAFETY: a control has 192 bytes and the alignment of a header; a header and two bytes fit.
        unsafe {
            start.cast::<libc::cmsghdr>().write(head);
            start.add(payload).cast::<u16>().write_unaligned(segment);
        }
        space as ControlLength
    }

    /// Reads the control messages: how many bytes each datagram of a merged message has, and what is known of the
    /// packet. The kernel must just have filled the header, with its control messages still in place.
    pub(in crate::net::udp) fn read(header: &libc::msghdr) -> (Option<usize>, RawPacket) {
        let mut segment = None;
        let mut packet = RawPacket::default();
        // SAFETY: the kernel filled this header's control messages and set their length, and they are still in place;
        // the macros stay within that length. A control message of each type has at least as many bytes as are read
        // from it.
        unsafe {
            let mut control = libc::CMSG_FIRSTHDR(header);
            while let Some(head) = control.as_ref() {
                let payload = libc::CMSG_DATA(control);
                match (head.cmsg_level, head.cmsg_type) {
                    (libc::SOL_UDP, libc::UDP_GRO) => {
                        let size = payload.cast::<libc::c_int>().read_unaligned();
                        segment = usize::try_from(size).ok().filter(|size| *size > 0);
                    }
                    (libc::IPPROTO_IP, libc::IP_TTL) | (libc::IPPROTO_IPV6, libc::IPV6_HOPLIMIT) => {
                        packet.ttl = u8::try_from(payload.cast::<libc::c_int>().read_unaligned()).ok();
                    }
                    (libc::IPPROTO_IP, libc::IP_TOS) => packet.tos = Some(payload.read()),
                    (libc::IPPROTO_IPV6, libc::IPV6_TCLASS) => {
                        packet.tos = u8::try_from(payload.cast::<libc::c_int>().read_unaligned()).ok();
                    }
                    (libc::IPPROTO_IP, libc::IP_PKTINFO) => {
                        let told = payload.cast::<libc::in_pktinfo>().read_unaligned();
                        packet.interface = u32::try_from(told.ipi_ifindex).unwrap_or(0);
                        let address = Ipv4Addr::from(told.ipi_addr.s_addr.to_ne_bytes());
                        packet.destination = Some(IpAddr::V4(address));
                    }
                    (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => {
                        let told = payload.cast::<libc::in6_pktinfo>().read_unaligned();
                        packet.interface = told.ipi6_ifindex;
                        let address = Ipv6Addr::from(told.ipi6_addr.s6_addr);
                        packet.destination = Some(IpAddr::V6(address).to_canonical());
                    }
                    _ => {}
                }
                control = libc::CMSG_NXTHDR(header, control);
            }
        }
        (segment, packet)
    }
}

#[cfg(not(target_os = "linux"))]
mod plain {
    use crate::net::system::AsFd;

    /// Requests nothing on this system.
    pub(in crate::net::udp) fn request_controls(_socket: &impl AsFd, _v6: bool) {}
}
