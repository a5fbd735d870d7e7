//! Where the user's files are: the XDG base directories, on every system.

use std::path::PathBuf;

use etcetera::base_strategy::{BaseStrategy as _, Xdg};

/// The folders of this program. Nothing in here touches a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppPaths {
    /// `$XDG_CONFIG_HOME/sockeye`: what the user writes.
    pub config: PathBuf,
    /// `$XDG_STATE_HOME/sockeye`: what the program remembers.
    pub state: PathBuf,
}

impl AppPaths {
    /// The folders as the environment says; `None` where there is not even a home.
    pub fn from_environment() -> Option<Self> {
        let xdg = Xdg::new().ok()?;
        let state = xdg.state_dir().unwrap_or_else(|| xdg.data_dir());
        Some(AppPaths { config: xdg.config_dir().join("sockeye"), state: state.join("sockeye") })
    }

    /// The settings.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The user's keys.
    pub fn keymap_file(&self) -> PathBuf {
        self.config.join("keymap.toml")
    }

    /// The user's themes, one file each: `NAME.toml`.
    pub fn themes(&self) -> PathBuf {
        self.config.join("themes")
    }

    /// What was typed into the composer.
    pub fn history_file(&self) -> PathBuf {
        self.state.join("history.jsonl")
    }
}
