//! Where the user's files are: the XDG base directories, on every system.

use std::path::PathBuf;

use etcetera::base_strategy::{BaseStrategy as _, Xdg};

/// The directories of this program. No method accesses the file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppPaths {
    /// `$XDG_CONFIG_HOME/sockeye`: files that the user writes.
    pub config: PathBuf,
    /// `$XDG_STATE_HOME/sockeye`: files that the program writes.
    pub state: PathBuf,
}

impl AppPaths {
    /// The directories from the environment; `None` if it has no home directory.
    pub fn from_environment() -> Option<Self> {
        let xdg = Xdg::new().ok()?;
        let state = xdg.state_dir().unwrap_or_else(|| xdg.data_dir());
        Some(AppPaths { config: xdg.config_dir().join("sockeye"), state: state.join("sockeye") })
    }

    /// The settings file.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The user's keymap.
    pub fn keymap_file(&self) -> PathBuf {
        self.config.join("keymap.toml")
    }

    /// The user's themes, one file each: `NAME.toml`.
    pub fn themes(&self) -> PathBuf {
        self.config.join("themes")
    }

    /// What was typed in earlier runs: in the composer, the form and the `:` line.
    pub fn history_file(&self) -> PathBuf {
        self.state.join("history.jsonl")
    }
}
