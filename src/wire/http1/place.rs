//! Where a reader is: what a FIN, a RST or a time-out at this point cuts short.

/// Where a reader is in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadingPlace {
    /// Between messages; none is awaited.
    Idle,
    /// A message is awaited, and no byte of its head came.
    BeforeHead {
        /// Interim responses that came for the same request.
        interim: u64,
    },
    /// In the middle of a head.
    InHead {
        /// Bytes of it that came.
        arrived: u64,
    },
    /// In a body of known length.
    InBody {
        /// Its length.
        promised: u64,
        /// Bytes of it that came.
        arrived: u64,
    },
    /// In a body that goes until the connection is closed.
    UntilClose {
        /// Bytes of it that came.
        arrived: u64,
    },
    /// In a chunked body, in the data of a chunk.
    InChunk {
        /// The chunk's size.
        promised: u64,
        /// Bytes of its data that came.
        arrived: u64,
        /// Bytes of the body that came, with those of this chunk.
        body_bytes: u64,
    },
    /// In a chunked body, between the data of two chunks.
    BetweenChunks {
        /// Bytes of the body that came.
        body_bytes: u64,
    },
    /// Behind the last chunk: the body is whole, its trailer section is not.
    InTrailers {
        /// Bytes of the body that came.
        body_bytes: u64,
    },
    /// In a tunnel: the bytes are no longer HTTP.
    Tunnel,
    /// Behind the last message of the connection.
    Over,
    /// Reading failed.
    Failed,
}

impl ReadingPlace {
    /// Where it is, to be put behind "the peer finished".
    pub fn words(self) -> String {
        match self {
            ReadingPlace::Idle => "between two messages".to_string(),
            ReadingPlace::BeforeHead { interim: 0 } => "before the first byte of a response".to_string(),
            ReadingPlace::BeforeHead { interim } => {
                format!("before the first byte of the final response, after {interim} interim")
            }
            ReadingPlace::InHead { arrived } => format!("in the middle of a head, after {arrived} bytes of it"),
            ReadingPlace::InBody { promised, arrived } => {
                format!("in the middle of a body, after {arrived} of {promised} bytes")
            }
            ReadingPlace::UntilClose { arrived } => format!("after {arrived} bytes of a body without a length"),
            ReadingPlace::InChunk { promised, arrived, body_bytes } => {
                format!(
                    "in the middle of a chunk, after {arrived} of its {promised} bytes and {body_bytes} of the body"
                )
            }
            ReadingPlace::BetweenChunks { body_bytes } => {
                format!("between two chunks, after {body_bytes} bytes of the body")
            }
            ReadingPlace::InTrailers { body_bytes } => {
                format!("in the trailer section, after {body_bytes} bytes of the body")
            }
            ReadingPlace::Tunnel => "in a tunnel".to_string(),
            ReadingPlace::Over => "behind the last message".to_string(),
            ReadingPlace::Failed => "after what could not be read".to_string(),
        }
    }
}
