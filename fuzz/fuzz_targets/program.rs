//! The whole program without its sockets: keys, pastes, clicks, sizes and readings in any order, drawn after each.
//!
//! No panic, no hostile character in any cell, no count that falls, and no more memory than the retention allows.
#![no_main]

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use sockeye::files::theme::Theme;
use sockeye::files::{explain, keymap};
use sockeye::formats::paste;
use sockeye::model::history::InputHistory;
use sockeye::model::key::Chord;
use sockeye::model::keymap::Keymap;
use sockeye::model::msg::{Effect, MouseAction, MouseInput, Msg};
use sockeye::model::notice::NoticeWeight;
use sockeye::model::seen::{FrameReport, ScreenSize};
use sockeye::model::settings::{LineEnding, Settings};
use sockeye::model::state::Model;
use sockeye::model::update::update;
use sockeye::model::words;
use sockeye::sessions::search;
use sockeye::sessions::spec::system_names::SystemNames;
use sockeye::sessions::{RefusedOrder, Retention, SessionId};
use sockeye::text::sanitize;
use sockeye::text::secret::SecretDisplay;
use sockeye::view::{self, ColourDepth, StyleSheet};
use sockeye::wire::{Both, Totals};
use sockeye_fuzz::{Input, assert_shown, reading};

const KEYS: &[&str] = &[
    "q",
    "esc",
    "?",
    "f1",
    "ctrl-p",
    ":",
    "tab",
    "shift-tab",
    "m",
    "t",
    "T",
    "c",
    "o",
    "S",
    "C",
    "r",
    "x",
    "s",
    "M",
    "n",
    "J",
    "K",
    "1",
    "2",
    "3",
    "9",
    "i",
    "e",
    "j",
    "k",
    "ctrl-d",
    "ctrl-u",
    "pagedown",
    "pageup",
    "g",
    "G",
    "F",
    "enter",
    "/",
    "N",
    "f",
    "v",
    "V",
    "f2",
    "f3",
    "f4",
    "f5",
    "f6",
    "f7",
    "f8",
    "f9",
    "f10",
    "R",
    "a",
    "A",
    "w",
    "W",
    "b",
    "z",
    "p",
    "P",
    "#",
    "y",
    "ctrl-o",
    "ctrl-j",
    "alt-e",
    "ctrl-x",
    "ctrl-l",
    "up",
    "down",
    "left",
    "right",
    "home",
    "end",
    "backspace",
    "delete",
    "ctrl-w",
    "alt-d",
    "ctrl-k",
    "ctrl-_",
    "ctrl-home",
    "ctrl-end",
    "alt-b",
    "alt-f",
    "space",
    "0",
    "é",
    "中",
    "ctrl-n",
    "d",
    "l",
    "h",
    "u",
    "5",
    "ctrl-left",
    "ctrl-right",
    "ctrl-a",
    "ctrl-b",
    "insert",
    "f11",
    "alt-enter",
    "ctrl-delete",
    "ctrl-c",
    "X",
    "H",
    "D",
    "E",
    "L",
    "I",
    "!",
];

const TARGETS: &[&str] = &[
    "127.0.0.1:80",
    "udp://127.0.0.1:53",
    "http://h/x?y",
    "listen tcp 9000",
    "dig example.org",
    "nc -u -l 5000",
    "https://u:p@h/?token=abc",
    "sockeye tcp a:1",
    "dig -x 127.0.0.1 @9.9.9.9",
    "[::1]:1",
    "curl -d a=b http://h/ -H 'A: b'",
];

/// The most that a session may keep beyond its retention: the newest block, notes, and the structures that hold them.
const SLACK: usize = 1024 * 1024;

/// The program's end of the circle: everything but the sockets.
struct Program {
    model: Model,
    next: u32,
    totals: BTreeMap<SessionId, Both<Totals>>,
    shown: BTreeMap<SessionId, Counts>,
}

/// Counts of a session that never fall.
#[derive(Clone, Copy, Default)]
struct Counts {
    sent: u64,
    received: u64,
    end: u64,
}

impl Program {
    fn update(&mut self, msg: Msg, now: Instant, deep: usize) {
        let effects = update(&mut self.model, msg, now);
        for effect in effects {
            if deep < 4
                && let Some(answer) = self.perform(effect)
            {
                self.update(answer, now, deep + 1);
            }
        }
    }

    fn perform(&mut self, effect: Effect) -> Option<Msg> {
        match effect {
            Effect::Open(spec) => Some(self.opened(*spec)),
            Effect::Search { id, generation, needle, from, transcript } => {
                let mut finder = search::Finder::new(&transcript, &needle, words::text_of, from, 1000);
                while finder.search_slice() {}
                Some(Msg::Found { id, generation, hits: finder.hits(), done: true })
            }
            Effect::EditOutside { id, text } => Some(Msg::Edited { id, text: text + "x\ny\u{1b}[2J" }),
            Effect::Net(order) if self.next & 3 == 0 => {
                Some(Msg::Refused(RefusedOrder { order, why: "busy \u{1b}[2J".into() }))
            }
            Effect::FindFile { request, id, path } => Some(Msg::FileReady { request, id, path }),
            Effect::Net(_)
            | Effect::Retain(..)
            | Effect::Copy(_)
            | Effect::CopyShown { .. }
            | Effect::Save { .. }
            | Effect::GrabMouse(_)
            | Effect::Remember(_)
            | Effect::RememberLine(..)
            | Effect::StartLab(_)
            | Effect::Redraw
            | Effect::Suspend => None,
        }
    }

    fn opened(&mut self, spec: sockeye::sessions::Spec) -> Msg {
        let id = SessionId(self.next);
        self.next += 1;
        Msg::Opened { id, spec: Box::new(spec) }
    }

    /// Counts only grow, and what is kept stays within the retention.
    fn check_counts(&mut self) {
        for (id, session) in &self.model.sessions {
            let transcript = &session.transcript;
            let now = Counts {
                sent: session.totals.sent.bytes,
                received: session.totals.received.bytes,
                end: transcript.end_number(),
            };
            let before = self.shown.insert(*id, now).unwrap_or_default();
            assert!(now.sent >= before.sent && now.received >= before.received && now.end >= before.end);
            let most = transcript.retention().bytes.saturating_add(SLACK);
            assert!(transcript.memory_bytes() <= most, "{} of {most} bytes", transcript.memory_bytes());
        }
        self.shown.retain(|id, _| self.model.sessions.contains_key(id));
    }
}

fn message(program: &mut Program, input: &mut Input<'_>, size: &mut ScreenSize, now: Instant) -> Option<Msg> {
    Some(match input.below(20) {
        0..=6 => Msg::Key(Chord::parse(input.one_of(KEYS)).ok()?),
        7 => Msg::Paste(input.text()),
        8 => Msg::Mouse(MouseInput {
            what: input.one_of(&[MouseAction::Click, MouseAction::WheelUp, MouseAction::WheelDown]),
            column: u16::from(input.byte()),
            row: u16::from(input.byte()),
        }),
        9 => {
            *size = ScreenSize { columns: u16::from(input.byte()), rows: u16::from(input.byte() % 70) };
            Msg::Resized(*size)
        }
        10 | 11 => {
            let pasted = paste::parse_anything(input.one_of(TARGETS), &SystemNames::usual()).ok()?;
            program.opened(pasted.spec)
        }
        12 => Msg::Wake,
        13 => Msg::Said {
            weight: input.one_of(&[NoticeWeight::Done, NoticeWeight::Problem]),
            text: sanitize::line(&input.text()),
        },
        _ => {
            let id = SessionId(1 + u32::from(input.byte()) % program.next.max(1));
            // A listener's news may have made this session: its number is given to no other one.
            program.next = program.next.max(id.0.saturating_add(1));
            let totals = program.totals.entry(id).or_default();
            Msg::Readings(vec![reading(input, id, totals, now)])
        }
    })
}

fn settings(input: &mut Input<'_>) -> Settings {
    Settings {
        theme: "dark".into(),
        themes: vec!["dark".into(), "light".into()],
        mouse: true,
        wall_clock: input.flag(),
        retain: Retention { bytes: input.one_of(&[1, 1000, 1 << 20]), segments: input.one_of(&[1, 5, 100_000]) },
        connect_timeout: Duration::from_secs(10),
        line_ending: LineEnding::CrLf,
        secrets: SecretDisplay::Masked,
    }
}

thread_local! {
    static KEYMAP: OnceCell<Keymap> = const { OnceCell::new() };
    static LOOK: OnceCell<StyleSheet> = const { OnceCell::new() };
}

fn look() -> StyleSheet {
    StyleSheet::new(&Theme::preset("dark").expect("a theme of ours"), ColourDepth::True)
}

fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let start = Instant::now();
    let mut now = start;
    let mut size = ScreenSize { columns: 100, rows: 30 };
    let keymap = KEYMAP.with(|kept| kept.get_or_init(keymap::presets).clone());
    let mut model = Model::new(keymap, settings(&mut input), InputHistory::default(), size, now);
    model.book = explain::explanation_book();
    let mut program = Program { model, next: 1, totals: BTreeMap::new(), shown: BTreeMap::new() };
    let mut terminal = Terminal::new(TestBackend::new(size.columns, size.rows)).expect("no I/O");
    for _ in 0..200 {
        if input.is_empty() || program.model.quitting {
            break;
        }
        now += input.time().min(Duration::from_secs(100));
        let Some(msg) = message(&mut program, &mut input, &mut size, now) else { continue };
        program.update(msg, now, 0);
        program.check_counts();
        let area = terminal.backend().buffer().area;
        if (area.width, area.height) != (size.columns, size.rows) {
            terminal = Terminal::new(TestBackend::new(size.columns, size.rows)).expect("no I/O");
        }
        let mut seen = FrameReport::default();
        LOOK.with(|kept| {
            let look = kept.get_or_init(look);
            terminal.draw(|frame| seen = view::draw(frame, &program.model, look)).expect("no I/O");
        });
        program.model.seen = seen;
        terminal.backend().buffer().content().iter().for_each(|cell| assert_shown(cell.symbol()));
        std::hint::black_box(program.model.wakes_at(now));
    }
});
