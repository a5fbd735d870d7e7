//! The explanation of a rung.

/// The explanation of a rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RungExplanation {
    /// Its name: `ACK of FIN`.
    pub title: String,
    /// How we know it, as a sentence.
    pub known: &'static str,
    /// The meaning, in a sentence or two.
    pub means: String,
    /// The source: `RFC 9293 §3.6`.
    pub cite: &'static str,
}
