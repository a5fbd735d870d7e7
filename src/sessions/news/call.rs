//! The result of a system call.

/// What a system call gave back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallResult {
    /// It worked, and returned this.
    Returned(i64),
    /// It failed.
    Failed {
        /// The system's error number.
        errno: i32,
        /// Its name, as `ECONNREFUSED`; empty where it has none.
        name: String,
    },
}
