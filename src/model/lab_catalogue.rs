//! What the user interface knows of the built-in peers: their names, and whether a line names some of them.

/// The built-in peers that can be started. Empty in a model that has none.
#[derive(Clone, Copy, Debug)]
pub struct LabCatalogue {
    /// Their names, with what each does in one line, in the order of the help.
    pub peers: &'static [(&'static str, &'static str)],
    /// Whether `PEER` or `PEER:name=value,…` can be started; the error says what is accepted.
    pub check: fn(&str) -> Result<(), String>,
}

impl Default for LabCatalogue {
    fn default() -> Self {
        LabCatalogue { peers: &[], check: |_| Err("there are no built-in peers here".to_owned()) }
    }
}
