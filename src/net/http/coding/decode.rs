//! Decodes a response's body through its content codings, with constant memory.

use bytes::{Buf, Bytes};

use super::coder::decoder_for;
use super::step::{CodingDecoder, CodingStep};

/// The most codings of one body; more is a `protocol` failure.
const MOST_CODINGS: usize = 5;

/// The most bytes that one call returns: the limit of a piece of the transcript.
const PIECE: usize = 64 * 1024;

/// Undoes the content codings of a response.
pub(in crate::net::http) struct BodyDecoder {
    stages: Vec<DecoderStage>,
    out: Vec<u8>,
}

struct DecoderStage {
    name: String,
    coder: Box<dyn CodingDecoder>,
    input: Bytes,
    /// The last step filled the output: there may be more output without more input.
    more: bool,
    began: bool,
}

/// What a response's `content-encoding` says.
pub(in crate::net::http) enum ContentCodings {
    /// None.
    Plain,
    /// These can be decoded.
    Known(BodyDecoder),
    /// This one is not known: the body is shown undecoded.
    Unknown(String),
}

impl BodyDecoder {
    /// Reads the values of `content-encoding`, which name the codings in the order in which they were applied (RFC 9110
    /// §8.4).
    ///
    /// # Errors
    /// Fails, with the reason as text, for more than five codings, or if there is no memory for a decoder.
    pub(in crate::net::http) fn from_codings<'a>(
        values: impl Iterator<Item = &'a [u8]>,
    ) -> Result<ContentCodings, String> {
        let mut stages = Vec::new();
        for value in values {
            for name in String::from_utf8_lossy(value).split(',') {
                let name = name.trim().to_ascii_lowercase();
                if name.is_empty() || name == "identity" {
                    continue;
                }
                if stages.len() == MOST_CODINGS {
                    return Err(format!("more than {MOST_CODINGS} content codings"));
                }
                match decoder_for(&name) {
                    None => return Ok(ContentCodings::Unknown(name)),
                    Some(made) => {
                        stages.push(DecoderStage {
                            name,
                            coder: made?,
                            input: Bytes::new(),
                            more: false,
                            began: false,
                        });
                    }
                }
            }
        }
        if stages.is_empty() {
            return Ok(ContentCodings::Plain);
        }
        // The coding that was applied last is undone first.
        stages.reverse();
        Ok(ContentCodings::Known(BodyDecoder { stages, out: vec![0; PIECE] }))
    }

    /// Adds bytes from the wire. Before the next call, call [`BodyDecoder::next`] until it returns `None`.
    pub(in crate::net::http) fn push_input(&mut self, wire: Bytes) {
        if let Some(first) = self.stages.first_mut() {
            first.input = wire;
        }
    }

    /// The next decoded bytes, at most 64 KiB; `None` if it needs more input.
    ///
    /// # Errors
    /// Fails, with the reason as text, if the body does not match its codings.
    pub(in crate::net::http) fn next(&mut self) -> Result<Option<Bytes>, String> {
        while let Some(place) = self.stages.iter().rposition(DecoderStage::has_work) {
            let stage = &mut self.stages[place];
            let given = stage.decode_some(&mut self.out)?;
            if given == 0 {
                continue;
            }
            let piece = Bytes::copy_from_slice(&self.out[..given]);
            match self.stages.get_mut(place + 1) {
                Some(following) => following.input = piece,
                None => return Ok(Some(piece)),
            }
        }
        Ok(None)
    }

    /// Checks whether the body may end here.
    ///
    /// # Errors
    /// Fails, with the coding's name as text, if a coding is not at its end. A body without a single byte is complete.
    pub(in crate::net::http) fn finish(&self) -> Result<(), String> {
        match self.stages.iter().find(|stage| stage.began && !stage.coder.is_whole()) {
            Some(stage) => Err(format!("the body ended in the middle of its {} coding", stage.name)),
            None => Ok(()),
        }
    }
}

impl DecoderStage {
    fn has_work(&self) -> bool {
        self.more || !self.input.is_empty()
    }

    fn decode_some(&mut self, out: &mut [u8]) -> Result<usize, String> {
        self.began = true;
        let CodingStep { taken, given } =
            self.coder.decode(&self.input, out).map_err(|why| format!("content coding {}: {why}", self.name))?;
        self.input.advance(taken);
        self.more = given == out.len();
        if taken == 0 && given == 0 && !self.input.is_empty() {
            return Err(format!("content coding {}: the decoder is stuck", self.name));
        }
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(codings: &str) -> Result<ContentCodings, String> {
        BodyDecoder::from_codings(std::iter::once(codings.as_bytes()))
    }

    fn encode(coding: &str, plain: &[u8]) -> Vec<u8> {
        let level = flate2::Compression::default();
        match coding {
            "gzip" => {
                let mut head = flate2::GzBuilder::new().filename("a name").comment("a comment").extra(vec![1, 2, 3]);
                head = head.mtime(7);
                let mut to = head.write(Vec::new(), level);
                to.write_all(plain).unwrap();
                to.finish().unwrap()
            }
            "deflate" => {
                let mut to = flate2::write::ZlibEncoder::new(Vec::new(), level);
                to.write_all(plain).unwrap();
                to.finish().unwrap()
            }
            "raw deflate" => {
                let mut to = flate2::write::DeflateEncoder::new(Vec::new(), level);
                to.write_all(plain).unwrap();
                to.finish().unwrap()
            }
            "br" => {
                let mut to = Vec::new();
                let mut writer = brotli::CompressorWriter::new(&mut to, 4096, 5, 22);
                writer.write_all(plain).unwrap();
                drop(writer);
                to
            }
            _ => zstd::encode_all(plain, 3).unwrap(),
        }
    }

    fn decode(codings: &str, wire: &[u8], cut: usize) -> Result<Vec<u8>, String> {
        let ContentCodings::Known(mut decoder) = read(codings)? else { panic!("{codings} is known") };
        let mut plain = Vec::new();
        for piece in wire.chunks(cut) {
            decoder.push_input(Bytes::copy_from_slice(piece));
            while let Some(more) = decoder.next()? {
                assert!(more.len() <= PIECE);
                plain.extend_from_slice(&more);
            }
        }
        decoder.finish().map(|()| plain)
    }

    fn sample() -> Vec<u8> {
        (0..200_000_u32).map(|place| (place.wrapping_mul(2_654_435_761) >> 27) as u8).collect()
    }

    #[test]
    fn every_coding_is_undone_however_it_is_cut() {
        for coding in ["gzip", "deflate", "raw deflate", "br", "zstd"] {
            let wire = encode(coding, &sample());
            for cut in [1, 7, 4096, wire.len()] {
                let name = coding.trim_start_matches("raw ");
                assert!(decode(name, &wire, cut).unwrap() == sample(), "{coding} by {cut}");
            }
            assert_eq!(decode("GZIP , identity", &encode("gzip", b""), 3).unwrap(), b"");
        }
    }

    #[test]
    fn codings_on_top_of_each_other_come_off_in_the_right_order() {
        let wire = encode("zstd", &encode("br", &encode("gzip", &sample())));
        assert!(decode("gzip, br, zstd", &wire, 1000).unwrap() == sample());
    }

    #[test]
    fn members_and_frames_back_to_back_are_one_body() {
        for coding in ["gzip", "zstd"] {
            let wire = [encode(coding, b"one "), encode(coding, b"two")].concat();
            assert_eq!(decode(coding, &wire, 5).unwrap(), b"one two");
        }
    }

    #[test]
    fn a_broken_or_cut_stream_is_an_error_and_an_empty_body_is_none() {
        for coding in ["gzip", "deflate", "br", "zstd"] {
            let wire = encode(coding, &sample());
            assert!(decode(coding, &wire[..wire.len() - 1], 100).is_err(), "{coding} cut");
            assert!(decode(coding, b"\xff\xffthis is nothing of the kind", 100).is_err(), "{coding} broken");
            assert_eq!(decode(coding, b"", 1).unwrap(), b"");
        }
        for coding in ["deflate", "br"] {
            let wire = [encode(coding, b"x"), b"more".to_vec()].concat();
            assert!(decode(coding, &wire, 100).unwrap_err().contains("after the end"), "{coding}");
        }
        let mut wire = encode("gzip", &sample());
        let check = wire.len() - 6;
        wire[check] ^= 1;
        assert!(decode("gzip", &wire, 100).unwrap_err().contains("checksum"));
        assert!(decode("gzip, gzip, gzip, gzip, gzip, gzip", b"", 1).unwrap_err().contains("more than 5"));
    }

    #[test]
    fn a_bomb_comes_out_in_bounded_pieces() {
        for coding in ["gzip", "deflate", "br", "zstd"] {
            let wire = encode(coding, &vec![0; 64 << 20]);
            let Ok(ContentCodings::Known(mut decoder)) = read(coding) else { panic!("{coding} is known") };
            decoder.push_input(wire.into());
            let mut total = 0;
            while let Some(piece) = decoder.next().unwrap() {
                assert!(piece.len() <= PIECE);
                total += piece.len();
            }
            decoder.finish().unwrap();
            assert_eq!(total, 64 << 20, "{coding}");
        }
    }

    #[test]
    fn an_unknown_coding_is_named() {
        assert!(matches!(read("gzip, compress"), Ok(ContentCodings::Unknown(name)) if name == "compress"));
        assert!(matches!(read("identity"), Ok(ContentCodings::Plain)));
    }
}
