//! The file of secrets that lets other programs decrypt a capture (`SSLKEYLOGFILE`, draft-ietf-tls-keylogfile).

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use rustls::KeyLog;

use crate::text::sanitize::quoted;

/// Appends the secrets of handshakes to a file that only its owner can read.
#[derive(Debug)]
pub(super) struct SecretFile(Mutex<File>);

impl SecretFile {
    /// The file that the environment names; `None`: it names none.
    ///
    /// # Errors
    /// Fails, with the file and the reason as text, if it cannot be opened for appending.
    pub(super) fn of_environment() -> Result<Option<SecretFile>, String> {
        let Some(path) = std::env::var_os("SSLKEYLOGFILE").filter(|path| !path.is_empty()).map(PathBuf::from) else {
            return Ok(None);
        };
        let opened = open_private(&path);
        let why = |error: io::Error| format!("SSLKEYLOGFILE {}: {error}", quoted(&path.to_string_lossy()));
        Ok(Some(SecretFile(Mutex::new(opened.map_err(why)?))))
    }
}

/// Opens a file for appending; a new one is readable for its owner only.
fn open_private(path: &std::path::Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

impl KeyLog for SecretFile {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let mut line = format!("{label} ");
        for (bytes, end) in [(client_random, ' '), (secret, '\n')] {
            for byte in bytes {
                // Writing to a string cannot fail.
                write!(line, "{byte:02x}").unwrap_or_default();
            }
            line.push(end);
        }
        // One write for the line, as other processes may append too. The connection does not depend on it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes()).unwrap_or_default();
    }
}
