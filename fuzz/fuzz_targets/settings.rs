//! The user's files: settings, keymap, theme.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use sockeye::files::theme::Theme;
use sockeye::files::{config, keymap};
use sockeye_fuzz::{Input, assert_shown, parsed};

fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let which = input.below(3);
    let text = String::from_utf8_lossy(input.0);
    match which {
        0 => {
            parsed(config::parse(Path::new("config.toml"), &text));
        }
        1 => {
            let (keymap, problems) = keymap::with_user("keymap.toml", &text);
            problems.iter().for_each(|problem| assert_shown(problem));
            assert!(!keymap.bindings().is_empty());
        }
        _ => {
            parsed(Theme::parse("t", "t.toml", &text));
        }
    }
});
