//! One step of decoding.

use flate2::{Decompress, FlushDecompress, Status};

/// The bytes that one step consumed and produced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CodingStep {
    /// Bytes consumed from the input.
    pub(super) taken: usize,
    /// Bytes written to the output.
    pub(super) given: usize,
}

/// A decoder of one coding.
pub(super) trait CodingDecoder: Send {
    /// Decodes some of `input` into `output`, as much as fits. A step that neither consumes nor produces needs more
    /// input.
    ///
    /// # Errors
    /// Fails, with the reason as text, if the input is not of this coding.
    fn decode(&mut self, input: &[u8], output: &mut [u8]) -> Result<CodingStep, String>;

    /// Whether the input so far is a complete stream.
    fn is_whole(&self) -> bool;
}

/// Runs one step of inflate; sets `whole` at the end of the stream.
pub(super) fn run(
    inflate: &mut Decompress,
    input: &[u8],
    output: &mut [u8],
    whole: &mut bool,
) -> Result<CodingStep, String> {
    if *whole {
        return after_the_end(input);
    }
    let before = (inflate.total_in(), inflate.total_out());
    let status = inflate
        .decompress(input, output, FlushDecompress::None)
        .map_err(|error| error.message().unwrap_or("the deflate stream is broken").to_string())?;
    *whole = status == Status::StreamEnd;
    let moved = |after: u64, before: u64| usize::try_from(after - before).unwrap_or(usize::MAX);
    Ok(CodingStep { taken: moved(inflate.total_in(), before.0), given: moved(inflate.total_out(), before.1) })
}

pub(super) fn after_the_end(input: &[u8]) -> Result<CodingStep, String> {
    if input.is_empty() { Ok(CodingStep::default()) } else { Err("bytes follow after the end of the stream".into()) }
}
