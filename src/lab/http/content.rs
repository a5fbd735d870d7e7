//! The bodies of the lab's web server.

use std::io::Write;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, SizeHint};

use super::break_off::{BreakOff, unreachable_error};
use crate::lab::serve::pause;

/// The type of all bodies.
pub(super) type LabBody = UnsyncBoxBody<Bytes, BreakOff>;

/// Bytes of one piece of a large body.
const PIECE: usize = 64 * 1024;

/// A body that is complete in memory.
pub(super) fn full(bytes: impl Into<Bytes>) -> LabBody {
    Full::new(bytes.into()).map_err(unreachable_error).boxed_unsync()
}

/// A body that comes in pieces, of unknown length.
pub(super) fn stream_body(pieces: impl Stream<Item = Result<Bytes, BreakOff>> + Send + 'static) -> LabBody {
    StreamBody::new(pieces.map(|piece| piece.map(Frame::data))).boxed_unsync()
}

/// `count` pseudo-random bytes, the same ones every time.
pub(super) fn bytes(count: u64) -> LabBody {
    RandomBody { left: count, chance: fastrand::Rng::with_seed(0x50c2_e7e5) }.map_err(unreachable_error).boxed_unsync()
}

struct RandomBody {
    left: u64,
    chance: fastrand::Rng,
}

impl hyper::body::Body for RandomBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::convert::Infallible>>> {
        let this = self.get_mut();
        if this.left == 0 {
            return Poll::Ready(None);
        }
        let count = usize::try_from(this.left).unwrap_or(PIECE).min(PIECE);
        let mut piece = vec![0; count];
        this.chance.fill(&mut piece);
        this.left -= count as u64;
        Poll::Ready(Some(Ok(Frame::data(piece.into()))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// Ten lines, with this wait between them.
pub(super) fn slow_lines(every: Duration) -> LabBody {
    stream_body(stream::unfold(1_u32, move |number| async move {
        if number > 10 {
            return None;
        }
        if number > 1 {
            pause(every).await;
        }
        Some((Ok(Bytes::from(format!("line {number} of 10\n"))), number + 1))
    }))
}

/// Chunks of 1, 10, 100, … bytes, and back: 2,222 bytes in all.
pub(super) fn chunks() -> LabBody {
    let sizes = [1_usize, 10, 100, 1000, 1000, 100, 10, 1];
    stream_body(stream::iter(sizes.map(|size| {
        let mut chunk = vec![b'='; size];
        chunk[size - 1] = b'\n';
        Ok(chunk.into())
    })))
}

/// Numbered lines for as long as the peer reads them.
pub(super) fn endless_lines() -> LabBody {
    stream_body(stream::unfold(0_u64, |number| async move {
        let mut piece = String::with_capacity(16 * 1024 + 32);
        let mut number = number;
        while piece.len() < 16 * 1024 {
            number += 1;
            piece.push_str("line ");
            piece.push_str(&number.to_string());
            piece.push('\n');
        }
        Some((Ok(Bytes::from(piece)), number))
    }))
}

/// Text, gzip-coded.
pub(super) fn gzipped(text: &str) -> Vec<u8> {
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    // Writing into a `Vec` cannot fail.
    if to.write_all(text.as_bytes()).is_err() {
        return Vec::new();
    }
    to.finish().unwrap_or_default()
}
