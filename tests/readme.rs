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
