//! What was understood of a pasted text.

use crate::sessions::{Spec, SpecKind};

/// A session, and what of the text has no effect on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastedSession {
    /// The session to open.
    pub spec: Spec,
    /// What was understood and does nothing here, a sentence each: `curl -o has no effect here: …`.
    pub notes: Vec<String>,
}

impl PastedSession {
    /// A session of this kind without a script, of which everything has its effect.
    pub(super) fn plain(what: SpecKind) -> Self {
        PastedSession { spec: Spec::new(what), notes: Vec::new() }
    }
}
