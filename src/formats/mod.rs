//! The command lines and output of other tools: curl, netcat and dig, and words of a shell.

pub mod command_line;
pub mod curl;
pub mod curl_line;
pub mod dig;
pub mod dig_answer;
pub(crate) mod netcat;
pub mod paste;
pub mod recent;
pub mod shell;
