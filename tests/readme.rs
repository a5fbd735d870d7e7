//! The README's key table is the keymap's. `SOCKEYE_WRITE_README=1 cargo test --test readme` renews it.

use std::fs;
use std::path::Path;

const BEGIN: &str = "<!-- keys: made from the keymap; tests/readme.rs holds it -->\n";
const END: &str = "<!-- end of keys -->";

#[test]
fn the_readme_has_the_keys_as_they_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).expect("a README");
    let (before, rest) = readme.split_once(BEGIN).expect("the table's beginning");
    let (written, after) = rest.split_once(END).expect("the table's end");
    let table = sockeye::model::help::markdown_table(&sockeye::files::keymap::presets());
    let table = format!("{}\n", table.trim());
    if std::env::var_os("SOCKEYE_WRITE_README").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).expect("the README can be written");
    } else {
        assert_eq!(written, table, "SOCKEYE_WRITE_README=1 cargo test --test readme renews it");
    }
}

/// The fenced blocks of the README in this language.
fn blocks(readme: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    readme.split(&fence).skip(1).filter_map(|rest| rest.split_once("```")).map(|(block, _)| block.to_owned()).collect()
}

#[test]
fn every_example_of_a_keymap_or_a_settings_file_is_accepted() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("a README");
    let examples = blocks(&readme, "toml");
    assert!(examples.iter().any(|example| example.contains("[[bind]]")), "the README shows a keymap file");
    for example in examples {
        if example.contains("[[bind]]") {
            let (keymap, problems) = sockeye::files::keymap::with_user("README", &example);
            assert_eq!(problems, Vec::<String>::new(), "{example}");
            assert_ne!(keymap, sockeye::files::keymap::presets(), "it changes something: {example}");
        } else {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("config.toml");
            fs::write(&path, &example).expect("the example can be written");
            let (_, problem) = sockeye::files::config::load(&path, true);
            assert!(problem.is_none(), "{}", problem.map(|problem| problem.to_string()).unwrap_or_default());
        }
    }
}
