//! Standard input as it is to be sent: cut at lines or into datagrams, and with CRLF for line feeds. No file here.

use bytes::{Bytes, BytesMut};

use crate::sessions::spec::{MOST_DATAGRAM, MOST_UNIX_DATAGRAM, longer_than_datagram};
use crate::sessions::{Spec, SpecKind};
use crate::text::quantity::grouped;
use crate::wire::unix::UnixForm;

/// The longest line that is one write: 1 MiB. A longer one goes out in pieces of this size, and that is told.
const MOST_LINE: usize = 1024 * 1024;

/// How standard input is cut into sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InputCut {
    /// A stream: where it is cut makes no difference.
    Stream,
    /// Each line is one write to a stream.
    LinesOfStream,
    /// Each block that is read is one datagram.
    Datagrams(DatagramBound),
    /// Each line is one datagram.
    LinesOfDatagrams(DatagramBound),
    /// Datagrams of this many bytes; the last one may have fewer.
    Sized(usize),
}

/// What bounds the length of one datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DatagramBound {
    /// The length field of UDP, over IPv4.
    Udp,
    /// The kernel, by the buffer for sending: what is read here is more than that by default, and the kernel refuses it.
    Unix,
}

impl DatagramBound {
    /// The most bytes of one datagram.
    pub(super) fn most(self) -> usize {
        match self {
            DatagramBound::Udp => MOST_DATAGRAM,
            DatagramBound::Unix => MOST_UNIX_DATAGRAM,
        }
    }

    /// The options that cut standard input into datagrams.
    pub(super) fn ways_to_cut(self) -> &'static str {
        match self {
            DatagramBound::Udp => "--datagram-size N, or --lines",
            DatagramBound::Unix => "--lines",
        }
    }
}

/// How standard input is sent in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InputPlan {
    pub(super) cut: InputCut,
    /// A line feed without a carriage return before it becomes CRLF.
    pub(super) crlf: bool,
}

impl InputPlan {
    /// The plan for a session of this spec, and for those that it accepts.
    pub(crate) fn of(spec: &Spec) -> Self {
        let of_unix = |form| (form == UnixForm::Datagram).then_some(DatagramBound::Unix);
        let (bound, size) = match &spec.what {
            SpecKind::Udp(udp) => (Some(DatagramBound::Udp), udp.datagram_size),
            SpecKind::UdpBound(bound) => (Some(DatagramBound::Udp), bound.datagram_size),
            SpecKind::Unix(unix) => (of_unix(unix.form), None),
            SpecKind::UnixListen(unix) => (of_unix(unix.form), None),
            SpecKind::Tcp(_)
            | SpecKind::Listen(_)
            | SpecKind::Accepted(_)
            | SpecKind::UnixAccepted(_)
            | SpecKind::Http(_)
            | SpecKind::Repeat(_)
            | SpecKind::Dns(_)
            | SpecKind::Ports(_) => (None, None),
        };
        let cut = match (bound, spec.input.lines, size) {
            (Some(bound), true, _) => InputCut::LinesOfDatagrams(bound),
            (Some(_), false, Some(size)) => InputCut::Sized(usize::from(size.get())),
            (Some(bound), false, None) => InputCut::Datagrams(bound),
            (None, true, _) => InputCut::LinesOfStream,
            (None, false, _) => InputCut::Stream,
        };
        InputPlan { cut, crlf: spec.input.crlf }
    }

    /// The bound of the datagrams, if each read is one.
    pub(super) fn datagram_a_read(self) -> Option<DatagramBound> {
        match self.cut {
            InputCut::Datagrams(bound) => Some(bound),
            InputCut::Stream | InputCut::LinesOfStream | InputCut::LinesOfDatagrams(_) | InputCut::Sized(_) => None,
        }
    }

    /// Whether it is sent exactly as it is read.
    pub(super) fn is_verbatim(self) -> bool {
        self == InputPlan { cut: InputCut::Stream, crlf: false }
    }
}

/// Cuts and converts blocks of input. Holds one incomplete line (at most 1 MiB, or a datagram) or one incomplete
/// datagram.
#[derive(Debug)]
pub(super) struct InputShaper {
    plan: InputPlan,
    /// The last byte of the block before was a carriage return.
    after_cr: bool,
    /// The start of a line or datagram whose end was not read yet.
    begun: BytesMut,
    /// The number of the current line, from 1.
    line: u64,
    /// The one thing that is told once, if it happens.
    told: bool,
    notice: Option<String>,
    failure: Option<String>,
}

impl InputShaper {
    pub(super) fn new(plan: InputPlan) -> Self {
        InputShaper { plan, after_cr: false, begun: BytesMut::new(), line: 1, told: false, notice: None, failure: None }
    }

    /// What a person must know of the input so far: told once.
    pub(super) fn take_notice(&mut self) -> Option<String> {
        self.notice.take()
    }

    /// Why the rest of the input cannot be sent: a line or a read does not fit into one datagram. Nothing of it is sent.
    pub(super) fn take_failure(&mut self) -> Option<String> {
        self.failure.take()
    }

    /// The pieces that are complete with this block, in order.
    pub(super) fn push(&mut self, block: Bytes) -> Vec<Bytes> {
        let read = block.len();
        let block = if self.plan.crlf { self.with_crlf(&block) } else { block };
        match self.plan.cut {
            InputCut::Stream => vec![block],
            InputCut::Datagrams(bound) => {
                // Only CRLF can have made it longer than what was read.
                if block.len() > bound.most() {
                    let too_long = longer_than_datagram(&grouped(block.len() as u64), bound.most());
                    let accepted = bound.ways_to_cut();
                    self.failure = Some(format!("standard input with CRLF has {too_long}; accepted: {accepted}"));
                    return Vec::new();
                }
                if read == bound.most() {
                    self.notify(format!(
                        "standard input had {} bytes or more at once: where one datagram ends and the next begins is \
                         by chance; it is decided by {}",
                        grouped(read as u64),
                        bound.ways_to_cut()
                    ));
                }
                vec![block]
            }
            InputCut::LinesOfStream => self.cut_stream_lines(&block),
            InputCut::LinesOfDatagrams(bound) => self.cut_datagram_lines(&block, bound.most()),
            InputCut::Sized(size) => {
                self.begun.extend_from_slice(&block);
                let mut pieces = Vec::new();
                while self.begun.len() >= size {
                    pieces.push(self.begun.split_to(size).freeze());
                }
                pieces
            }
        }
    }

    /// The rest at the end of input: a line without its end, or a shorter last datagram.
    pub(super) fn finish(&mut self) -> Option<Bytes> {
        (!self.begun.is_empty()).then(|| self.begun.split().freeze())
    }

    fn notify(&mut self, notice: String) {
        if !std::mem::replace(&mut self.told, true) {
            self.notice = Some(notice);
        }
    }

    fn with_crlf(&mut self, block: &[u8]) -> Bytes {
        let mut converted = BytesMut::with_capacity(block.len() + block.len() / 16);
        for piece in block.split_inclusive(|byte| *byte == b'\n') {
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            let after_cr = text.last().map_or(self.after_cr, |last| *last == b'\r');
            converted.extend_from_slice(text);
            if text.len() < piece.len() {
                converted.extend_from_slice(if after_cr { b"\n" } else { b"\r\n" });
            }
            self.after_cr = piece.last() == Some(&b'\r');
        }
        converted.freeze()
    }

    fn cut_stream_lines(&mut self, block: &[u8]) -> Vec<Bytes> {
        let mut pieces = Vec::new();
        for part in block.split_inclusive(|byte| *byte == b'\n') {
            let mut part = part;
            while self.begun.len() + part.len() > MOST_LINE {
                let (fits, rest) = part.split_at(MOST_LINE - self.begun.len());
                self.begun.extend_from_slice(fits);
                part = rest;
                pieces.push(self.begun.split().freeze());
                self.notify(format!(
                    "line {} of standard input is longer than {} bytes: it goes out in more than one write",
                    grouped(self.line),
                    grouped(MOST_LINE as u64)
                ));
            }
            self.begun.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.line += 1;
                pieces.push(self.begun.split().freeze());
            }
        }
        pieces
    }

    fn cut_datagram_lines(&mut self, block: &[u8], most: usize) -> Vec<Bytes> {
        let mut pieces = Vec::new();
        for part in block.split_inclusive(|byte| *byte == b'\n') {
            if self.begun.len() + part.len() > most {
                self.failure = Some(format!(
                    "line {} of standard input does not fit into one datagram, which has {} bytes at most",
                    grouped(self.line),
                    grouped(most as u64)
                ));
                break;
            }
            self.begun.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.line += 1;
                pieces.push(self.begun.split().freeze());
            }
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UDP: DatagramBound = DatagramBound::Udp;

    fn shaped(cut: InputCut, crlf: bool, blocks: &[&str]) -> Vec<String> {
        let mut shaper = InputShaper::new(InputPlan { cut, crlf });
        let mut pieces: Vec<Bytes> =
            blocks.iter().flat_map(|block| shaper.push(Bytes::copy_from_slice(block.as_bytes()))).collect();
        pieces.extend(shaper.finish());
        assert_eq!((shaper.take_notice(), shaper.take_failure()), (None, None));
        pieces.iter().map(|piece| String::from_utf8(piece.to_vec()).unwrap()).collect()
    }

    #[test]
    fn a_line_is_a_piece_wherever_the_reads_end() {
        for cut in [InputCut::LinesOfStream, InputCut::LinesOfDatagrams(UDP)] {
            assert_eq!(shaped(cut, false, &["a\nb", "b\n\n", "c"]), ["a\n", "bb\n", "\n", "c"]);
            assert_eq!(shaped(cut, true, &["a\nb\r", "\n"]), ["a\r\n", "b\r\n"]);
            assert_eq!(shaped(cut, false, &[]), [""; 0]);
        }
    }

    #[test]
    fn a_line_feed_becomes_crlf_once_however_the_reads_fall() {
        for whole in ["a\nb\r\nc\n\n\r\r\n\rd\n", "\n", "\r\n", "a", "a\r"] {
            let right = whole.replace("\r\n", "\n").replace('\n', "\r\n");
            for place in 0..=whole.len() {
                let (first, second) = whole.split_at(place);
                assert_eq!(shaped(InputCut::Stream, true, &[first, second]).concat(), right, "{first:?} {second:?}");
            }
        }
    }

    #[test]
    fn a_size_is_filled_and_the_last_datagram_has_the_rest() {
        assert_eq!(shaped(InputCut::Sized(3), false, &["ab", "cdefg", "h"]), ["abc", "def", "gh"]);
    }

    #[test]
    fn a_line_beyond_the_bound_is_told_once_and_no_memory_grows() {
        let mut stream = InputShaper::new(InputPlan { cut: InputCut::LinesOfStream, crlf: false });
        let block = Bytes::from(vec![b'x'; MOST_LINE / 2 + 1]);
        let lengths: Vec<usize> = (0..7).flat_map(|_| stream.push(block.clone())).map(|piece| piece.len()).collect();
        assert_eq!(lengths, [MOST_LINE; 3]);
        assert!(
            stream
                .take_notice()
                .is_some_and(|notice| notice.contains("line 1 of standard input is longer than 1,048,576"))
        );
        assert_eq!(stream.take_notice(), None);

        let mut datagrams = InputShaper::new(InputPlan { cut: InputCut::LinesOfDatagrams(UDP), crlf: false });
        let block = [&b"short\n"[..], &[b'x'; MOST_DATAGRAM]].concat();
        assert_eq!(datagrams.push(Bytes::from(block)), ["short\n",]);
        assert_eq!(datagrams.take_failure(), None, "a line of as many bytes as fit, so far");
        assert!(datagrams.push(Bytes::from_static(b"y\n")).is_empty());
        assert!(datagrams.take_failure().is_some_and(|why| why.contains("line 2 of standard input does not fit")));
    }

    #[test]
    fn a_read_that_fills_a_datagram_is_told() {
        let mut shaper = InputShaper::new(InputPlan { cut: InputCut::Datagrams(UDP), crlf: false });
        assert_eq!(shaper.push(Bytes::from(vec![0; MOST_DATAGRAM - 1])).len(), 1);
        assert_eq!(shaper.take_notice(), None);
        assert_eq!(shaper.push(Bytes::from(vec![0; MOST_DATAGRAM])).len(), 1);
        assert!(shaper.take_notice().is_some_and(|notice| notice.contains("--datagram-size")));
    }

    #[test]
    fn a_datagram_that_crlf_makes_too_long_is_told_and_not_sent() {
        let mut shaper = InputShaper::new(InputPlan { cut: InputCut::Datagrams(UDP), crlf: true });
        let line_feeds = |count| Bytes::from(vec![b'\n'; count]);
        assert_eq!(shaper.push(line_feeds(MOST_DATAGRAM / 2))[0].len(), MOST_DATAGRAM - 1);
        assert_eq!(shaper.take_failure(), None);
        assert!(shaper.push(line_feeds(MOST_DATAGRAM / 2 + 1)).is_empty());
        let why = shaper.take_failure().unwrap();
        assert!(why.contains("with CRLF has 65,508 bytes, and one datagram has 65,507 at most"), "{why}");
    }

    #[test]
    fn a_unix_datagram_has_a_bound_of_its_own_and_no_option_that_it_refuses() {
        let mut shaper = InputShaper::new(InputPlan { cut: InputCut::Datagrams(DatagramBound::Unix), crlf: false });
        assert_eq!(shaper.push(Bytes::from(vec![0; MOST_DATAGRAM + 1])).len(), 1);
        assert_eq!((shaper.take_notice(), shaper.take_failure()), (None, None));
        assert_eq!(shaper.push(Bytes::from(vec![0; MOST_UNIX_DATAGRAM])).len(), 1);
        let notice = shaper.take_notice().unwrap();
        assert!(notice.ends_with("by --lines") && !notice.contains("--datagram-size"), "{notice}");
    }
}
