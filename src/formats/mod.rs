//! The command lines and output of other tools: curl, netcat, socat and dig, and words of a shell.

mod cmd_line;
pub mod command_line;
pub mod curl;
pub mod curl_line;
pub mod dig;
pub mod dig_answer;
mod dig_split;
mod foreign;
pub mod httpie;
mod json_text;
mod netcat;
mod netcat_options;
pub mod paste;
mod pasted;
mod pipeline;
pub mod recent;
pub mod shell;
mod shell_output;
mod socat;
mod telnet;
pub use pasted::PastedSession;
