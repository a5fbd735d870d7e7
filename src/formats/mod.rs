//! What other tools write, read and written: curl, netcat and dig lines, shell words.

pub mod command_line;
pub mod curl;
pub mod dig;
pub mod dig_answer;
pub(crate) mod netcat;
pub mod paste;
pub mod shell;
