//! The bytes of one query and its answer, by UDP and over TCP.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};

use super::exchange::DnsClient;
use super::pending::{ArrivedBytes, PendingQuery, framed_length};
use crate::wire::Direction;
use crate::wire::dns::message::DnsMessage;

/// The longest message; no datagram is longer.
const LONGEST: usize = 65_535;

impl DnsClient {
    /// Uses a connected socket: the kernel accepts datagrams only from the server's own address and port, and chooses a
    /// random port.
    pub(super) async fn by_udp(
        &self,
        out: &PendingQuery<'_>,
        arrived: &mut ArrivedBytes,
    ) -> io::Result<(Bytes, DnsMessage)> {
        let local: SocketAddr = match out.server {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(local).await?;
        socket.connect(out.server).await?;
        socket.send(&out.bytes).await?;
        self.block(Direction::Sent, out, out.bytes.clone()).await;
        // One buffer for all datagrams, and never zeroed: wrong ones may come faster than they are read.
        let mut buffer = Vec::with_capacity(LONGEST);
        loop {
            buffer.clear();
            socket.recv_buf(&mut buffer).await?;
            // Copied: the answer is kept for long, and the buffer is large.
            let bytes = Bytes::copy_from_slice(&buffer);
            self.block(Direction::Received, out, bytes.clone()).await;
            match self.accept_answer(out, &bytes, &mut arrived.ignored).await {
                Some(message) => return Ok((bytes, message)),
                None => continue,
            }
        }
    }

    /// Each message has its length in two bytes before it (RFC 1035 §4.2.2). `arrived` holds what has come of
    /// a message that is not whole, whether this ends with an error or is given up.
    pub(super) async fn by_tcp(
        &self,
        out: &PendingQuery<'_>,
        arrived: &mut ArrivedBytes,
    ) -> io::Result<(Bytes, DnsMessage)> {
        let mut stream = TcpStream::connect(out.server).await?;
        let length = u16::try_from(out.bytes.len()).map_err(io::Error::other)?;
        // RFC 7766 §8: length and message in one write, because some servers read only one segment.
        let framed = Bytes::from([&length.to_be_bytes()[..], &out.bytes].concat());
        stream.write_all(&framed).await?;
        self.block(Direction::Sent, out, framed).await;
        let ArrivedBytes { part, ignored } = arrived;
        loop {
            read_to(&mut stream, part, 2).await?;
            let whole = framed_length(part).unwrap_or(2);
            read_to(&mut stream, part, whole).await?;
            let framed = part.split().freeze();
            let bytes = framed.slice(2..);
            self.block(Direction::Received, out, framed).await;
            match self.accept_answer(out, &bytes, ignored).await {
                Some(message) => return Ok((bytes, message)),
                None => continue,
            }
        }
    }
}

/// Reads until `part` has this many bytes, and not one more.
async fn read_to(stream: &mut TcpStream, part: &mut BytesMut, length: usize) -> io::Result<()> {
    while part.len() < length {
        let wanted = (length - part.len()) as u64;
        if (&mut *stream).take(wanted).read_buf(part).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}
