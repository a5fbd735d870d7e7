//! Decoders of one content coding each, in steps of bounded size: deflate, brotli, zstd (gzip has its own file).

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::Decompress;
use zstd::stream::raw::{DParameter, Operation};

use super::step::{CodingDecoder, CodingStep, after_the_end, run};

/// The decoder of a coding by its name in lower case; `None` if the name is not known.
///
/// # Errors
/// Fails, with the reason as text, if there is no memory for the decoder.
pub(super) fn decoder_for(name: &str) -> Option<Result<Box<dyn CodingDecoder>, String>> {
    match name {
        "gzip" | "x-gzip" => Some(Ok(Box::new(super::gzip::GzipDecoder::default()))),
        "deflate" => Some(Ok(Box::new(DeflateDecoder::default()))),
        "br" => Some(Ok(Box::new(BrotliDecoder::new()))),
        "zstd" => Some(ZstdDecoder::new().map(|zstd| Box::new(zstd) as Box<dyn CodingDecoder>)),
        _ => None,
    }
}

/// zlib (RFC 1950) as RFC 9110 requires, or the raw deflate (RFC 1951) that some servers send under its name.
#[derive(Default)]
struct DeflateDecoder {
    inflate: Option<Decompress>,
    whole: bool,
}

impl CodingDecoder for DeflateDecoder {
    fn decode(&mut self, input: &[u8], output: &mut [u8]) -> Result<CodingStep, String> {
        let Some(first) = input.first() else {
            return match &mut self.inflate {
                Some(inflate) => run(inflate, input, output, &mut self.whole),
                None => Ok(CodingStep::default()),
            };
        };
        // A zlib stream starts with method 8 and a window of at most 32 KiB. In raw deflate this byte would be a stored
        // block with nonzero padding, which no encoder writes.
        let inflate = self.inflate.get_or_insert_with(|| Decompress::new(first & 0x0f == 8 && first >> 4 <= 7));
        run(inflate, input, output, &mut self.whole)
    }

    fn is_whole(&self) -> bool {
        self.whole
    }
}

/// Brotli (RFC 7932): its window is at most 16 MiB.
struct BrotliDecoder {
    state: Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>,
    whole: bool,
}

impl BrotliDecoder {
    fn new() -> Self {
        let alloc = StandardAlloc::default;
        BrotliDecoder { state: Box::new(BrotliState::new(alloc(), alloc(), alloc())), whole: false }
    }
}

impl CodingDecoder for BrotliDecoder {
    fn decode(&mut self, input: &[u8], output: &mut [u8]) -> Result<CodingStep, String> {
        if self.whole {
            return after_the_end(input);
        }
        let (mut left, mut room) = (input.len(), output.len());
        let mut step = CodingStep::default();
        let mut total = 0;
        let result = BrotliDecompressStream(
            &mut left,
            &mut step.taken,
            input,
            &mut room,
            &mut step.given,
            output,
            &mut total,
            &mut self.state,
        );
        match result {
            BrotliResult::ResultFailure => Err("the brotli stream is broken".into()),
            BrotliResult::ResultSuccess => {
                self.whole = true;
                Ok(step)
            }
            BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => Ok(step),
        }
    }

    fn is_whole(&self) -> bool {
        self.whole
    }
}

/// The largest window that a zstd body may request: 8 MiB (RFC 9659 §3).
const ZSTD_WINDOW_LOG: u32 = 23;

/// Zstandard (RFC 8878), one frame or several.
struct ZstdDecoder {
    decoder: zstd::stream::raw::Decoder<'static>,
    whole: bool,
}

impl ZstdDecoder {
    fn new() -> Result<Self, String> {
        let mut decoder = zstd::stream::raw::Decoder::new().map_err(|error| error.to_string())?;
        decoder.set_parameter(DParameter::WindowLogMax(ZSTD_WINDOW_LOG)).map_err(|error| error.to_string())?;
        Ok(ZstdDecoder { decoder, whole: true })
    }
}

impl CodingDecoder for ZstdDecoder {
    fn decode(&mut self, input: &[u8], output: &mut [u8]) -> Result<CodingStep, String> {
        if self.whole && input.is_empty() {
            return Ok(CodingStep::default());
        }
        let status = self.decoder.run_on_buffers(input, output).map_err(|error| {
            let text = error.to_string();
            if text.contains("too much memory") {
                "the zstd frame asks for a window of more than 8 MiB".into()
            } else {
                format!("the zstd stream is broken: {text}")
            }
        })?;
        self.whole = status.remaining == 0;
        Ok(CodingStep { taken: status.bytes_read, given: status.bytes_written })
    }

    fn is_whole(&self) -> bool {
        self.whole
    }
}
