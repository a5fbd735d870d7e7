//! What the screen shows: its cells as text, and their roles as a second layer of one letter each.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Color;
use sockeye::files::theme::{Role, Theme};
use sockeye::model::seen::FrameReport;
use sockeye::model::state::Model;
use sockeye::view::{self, ColourDepth, StyleSheet};

/// The letter of each role in the second layer, in the order of [`Role::ALL`].
const LETTERS: &str = "-twdfboak--srgxyclh#@jqnep";

/// A theme in which every role has a colour of its own, so that a cell tells its role.
fn look() -> StyleSheet {
    let tones: Vec<String> = (0..Role::ALL.len())
        .map(|place| {
            let (role, name) = Role::ALL[place];
            match role {
                Role::Background | Role::Selection | Role::Menu => format!("{name} = \"on #0100{place:02x}\""),
                Role::Hit | Role::HitCurrent => format!("{name} = \"#0000{place:02x} on #0100{place:02x}\""),
                _ => format!("{name} = \"#0000{place:02x}\""),
            }
        })
        .collect();
    let source = format!("[roles]\n{}\n", tones.join("\n"));
    StyleSheet::new(&Theme::parse("test", "test", &source).expect("the test's own theme"), ColourDepth::True)
}

pub(crate) fn drawn(model: &Model) -> (Buffer, FrameReport) {
    drawn_at(model, model.size.columns, model.size.rows)
}

pub(crate) fn drawn_at(model: &Model, columns: u16, rows: u16) -> (Buffer, FrameReport) {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a test backend cannot fail");
    let look = look();
    let mut seen = FrameReport::default();
    terminal.draw(|frame| seen = view::draw(frame, model, &look)).expect("a test backend cannot fail");
    (terminal.backend().buffer().clone(), seen)
}

pub(crate) fn lines(buffer: &Buffer, letter: impl Fn(&ratatui::buffer::Cell) -> String) -> String {
    let area = buffer.area();
    let mut lines = String::new();
    for y in 0..area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < area.width {
            let cell = &buffer[(x, y)];
            let text = letter(cell);
            x += u16::try_from(unicode_width::UnicodeWidthStr::width(cell.symbol())).unwrap_or(1).max(1);
            line.push_str(&text);
        }
        lines.push_str(line.trim_end());
        lines.push('\n');
    }
    lines
}

pub(crate) fn role_letter(cell: &ratatui::buffer::Cell) -> String {
    let letter = |colour: Color| match colour {
        Color::Rgb(_, _, place) => LETTERS.chars().nth(usize::from(place)).unwrap_or('?'),
        _ => '?',
    };
    let ground = match cell.bg {
        Color::Rgb(1, 0, place) => Role::ALL.get(usize::from(place)).map(|(role, _)| *role),
        _ => None,
    };
    let fore = letter(cell.fg);
    let blank = cell.symbol().trim().is_empty();
    let letter = match ground {
        Some(Role::Hit) => '#',
        Some(Role::HitCurrent) => '@',
        Some(Role::Selection) if blank => '_',
        Some(Role::Selection) => fore.to_ascii_uppercase(),
        Some(Role::Menu) if blank => '.',
        _ if blank => ' ',
        _ => fore,
    };
    letter.to_string().repeat(unicode_width::UnicodeWidthStr::width(cell.symbol()).max(1))
}

/// Where the snapshots are, and under which name: the test's own, or the one that is given.
pub(crate) fn snapshots() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}
