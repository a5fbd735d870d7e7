//! Values made of a fuzzer's bytes. At the end of the bytes every value is its first one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::time::Duration;

/// The bytes that are left.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a>(pub &'a [u8]);

impl<'a> Input<'a> {
    /// Whether no byte is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let [first, rest @ ..] = self.0 else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count.max(1)
    }

    /// One of some values.
    pub fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// True or false.
    pub fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// A value or none.
    pub fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flag().then(|| value(self))
    }

    /// Up to 255 bytes.
    pub fn bytes(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte()).min(self.0.len());
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        bytes
    }

    /// Text, as far as the bytes are text.
    pub fn text(&mut self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    /// A number: small, great, or at an edge.
    pub fn number(&mut self) -> u64 {
        match self.byte() % 7 {
            0 => 0,
            1 => u64::from(self.byte()),
            2 => u64::MAX - u64::from(self.byte()),
            3 => u64::from(self.byte()) << 32,
            4 => u64::from(u32::MAX).wrapping_add(u64::from(self.byte())),
            5 => (1 << 63) - u64::from(self.byte()),
            _ => 1 << (self.byte() % 64),
        }
    }

    /// The same, of 32 bits.
    pub fn number32(&mut self) -> u32 {
        self.number() as u32
    }

    /// A time between a microsecond and 12 days.
    pub fn time(&mut self) -> Duration {
        Duration::from_micros(1 << (self.byte() % 41))
    }

    /// An address of one of both families, perhaps with a zone.
    pub fn address(&mut self) -> SocketAddr {
        let port = 1 + u16::from(self.byte());
        if self.flag() {
            return SocketAddr::new(IpAddr::V4(Ipv4Addr::new(10, 0, 0, self.byte())), port);
        }
        let host = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, u16::from(self.byte()));
        SocketAddr::V6(SocketAddrV6::new(host, port, 0, u32::from(self.byte() & 3)))
    }
}
