//! How the screen looks where the terminal has less: no UTF-8, no colours; and what is told without them.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use sockeye::files::theme::Theme;
use sockeye::model::state::Focus;
use sockeye::sessions::news::HttpNews;
use sockeye::sessions::spec::http::HttpSpec;
use sockeye::sessions::{CloseReason, News, SpecKind};
use sockeye::view::{self, ColourDepth, StyleSheet};
use sockeye::wire::http::head::{RequestHead, ResponseHead};
use sockeye::wire::{Both, Class, Direction, FailedOperation, Failure};

use super::moving::shown;
use super::{repeat, scenes, tcp};
use crate::bench::{Bench, tcp_to};
use crate::drawn::{drawn, lines, role_letter};

fn drawn_with(bench: &Bench, theme: &str, ascii: bool) -> Buffer {
    let (columns, rows) = (bench.model.size.columns, bench.model.size.rows);
    let look = StyleSheet::new(&Theme::preset(theme).unwrap(), ColourDepth::Sixteen).with_ascii(ascii);
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).expect("a test backend cannot fail");
    terminal.draw(|frame| drop(view::draw(frame, &bench.model, &look))).expect("a test backend cannot fail");
    terminal.backend().buffer().clone()
}

fn text(buffer: &Buffer) -> String {
    lines(buffer, |cell| cell.symbol().to_owned())
}

#[test]
fn in_ascii_every_cell_is_ascii_and_the_directions_differ() {
    let scenes: [fn(u16, u16) -> Bench; 9] = [
        scenes::home,
        scenes::chat,
        scenes::half_closed,
        scenes::failed,
        scenes::response,
        scenes::bound,
        scenes::help,
        tcp::kernel,
        repeat::running,
    ];
    for scene in scenes {
        for (columns, rows) in [(40, 12), (80, 24), (170, 45)] {
            let buffer = drawn_with(&scene(columns, rows), "ansi", true);
            assert!(text(&buffer).is_ascii(), "{}", text(&buffer));
        }
    }
    let chat = text(&drawn_with(&scenes::chat(120, 36), "ansi", true));
    assert!(chat.contains("v  ") && chat.contains("^ ") && chat.contains("hello world$"), "{chat}");
}

#[test]
fn without_colours_the_shape_of_a_frame_tells_the_focus() {
    let mut bench = scenes::chat(120, 36);
    let mut looks = Vec::new();
    for focus in [Focus::Sessions, Focus::View] {
        bench.model.focus = focus;
        let frame = text(&drawn_with(&bench, "mono", false));
        looks.push(frame.lines().nth(1).unwrap().chars().filter(|c| "┏┓╭╮".contains(*c)).collect::<String>());
    }
    assert_eq!(looks, ["┏┓╭╮", "╭╮┏┓"]);
    bench.model.focus = Focus::View;
    let coloured = text(&drawn_with(&bench, "dark", false));
    assert!(!coloured.contains('┏'));
}

#[test]
fn a_sparkline_says_its_direction_in_a_mark() {
    for (direction, mark) in [(Direction::Sent, '▲'), (Direction::Received, '▼')] {
        let mut bench = Bench::new(120, 24);
        let id = bench.connected(0, "127.0.0.1:7001");
        for half in 1..8_u64 {
            bench.data(id, half * 500_000, direction, &[b'x'; 100]);
        }
        bench.wake(4_100_000);
        let screen = shown(&mut bench);
        let row = screen.lines().nth(3).unwrap();
        let bars = row.find(|c| "▁▂▃▄▅▆▇█".contains(c)).unwrap_or_else(|| panic!("{screen}"));
        assert_eq!(row[..bars].chars().next_back(), Some(mark), "{row}");
    }
}

#[test]
fn the_kernel_view_has_a_chart_at_the_usual_size_and_whole_sentences() {
    for (columns, rows) in [(80, 24), (120, 36), (170, 45)] {
        let mut bench = tcp::kernel(columns, rows);
        bench.keys("g");
        let screen = shown(&mut bench);
        let pane: String = screen.lines().map(|line| line.chars().skip(28).collect::<String>() + "\n").collect();
        assert!(pane.contains('┤') && pane.contains("to now"), "no chart at {columns}×{rows}:\n{screen}");
        assert!(!pane.contains("smoothed: SRTT"), "the sentence says it already:\n{screen}");
    }
}

#[test]
fn what_does_not_change_and_what_is_zero_is_not_loud() {
    let mut bench = tcp::kernel(120, 36);
    bench.keys("g");
    let (_, seen) = drawn(&bench.model);
    bench.model.seen = seen;
    let (buffer, _) = drawn(&bench.model);
    let (text, roles) = (lines(&buffer, |cell| cell.symbol().to_owned()), lines(&buffer, role_letter));
    for (line, roles) in text.lines().zip(roles.lines()) {
        if ["retransmits", "lost  ", "probes"].iter().any(|name| line.contains(name)) {
            assert!(line.contains('▁') && !roles.contains('x'), "{line}\n{roles}");
        }
        assert!(!line.contains("▄▄▄▄▄▄▄▄▄▄"), "{line}");
    }
}

#[test]
fn each_side_of_the_flow_view_names_its_own_window_and_there_is_one_legend() {
    let screen = shown(&mut tcp::flow(120, 36));
    assert_eq!(screen.matches("█ in flight").count(), 1, "{screen}");
    let both = screen.lines().filter(|line| line.contains("peer window") && line.contains("own window")).count();
    assert_eq!(both, 2, "a sender's peer window beside the receiver's own: {screen}");
}

fn get(bench: &mut Bench, url: &str) {
    bench.open(0, SpecKind::Http(HttpSpec::get(url)));
}

#[test]
fn requests_name_their_host_where_hosts_differ() {
    let mut bench = Bench::new(120, 24);
    get(&mut bench, "http://one.test:8080/a");
    get(&mut bench, "http://one.test:8080/b");
    let screen = shown(&mut bench);
    let list: String = screen.lines().map(|line| line.chars().take(30).collect::<String>() + "\n").collect();
    assert!(list.contains("http GET /a") && !list.contains("one.test"), "{list}");
    get(&mut bench, "http://me:secret@two.test/a");
    let screen = shown(&mut bench);
    let list: String = screen.lines().map(|line| line.chars().take(30).collect::<String>() + "\n").collect();
    assert!(list.contains("GET one.test:8080/a") && list.contains("GET two.test/a"), "{list}");
    assert!(!list.contains("secret"), "{list}");
}

#[test]
fn a_reason_that_is_too_long_for_the_list_goes_on_or_is_named_in_short() {
    let mut bench = Bench::new(120, 36);
    let fail = |bench: &mut Bench| {
        let id = bench.open(0, tcp_to("127.0.0.1:9"));
        let message = "the certificate does not hold for the name that was asked for";
        let failure = Failure::new(Class::Tls, FailedOperation::Connect, "127.0.0.1:9", message);
        bench.news(id, 100, News::Failed(failure));
    };
    fail(&mut bench);
    for sessions in 2..20 {
        let screen = shown(&mut bench);
        let list: Vec<String> = screen.lines().map(|line| line.chars().take(29).collect()).collect();
        assert!(list.iter().all(|line| !line.contains('…')), "with {} sessions:\n{screen}", sessions - 1);
        fail(&mut bench);
    }
}

#[test]
fn a_frozen_display_says_how_much_waits_and_which_key_goes_on() {
    let mut bench = Bench::new(120, 24);
    let id = bench.connected(0, "127.0.0.1:7001");
    bench.keys("p");
    let header = |screen: &str| screen.lines().next().unwrap_or_default().to_owned();
    let screen = shown(&mut bench);
    assert!(header(&screen).contains("frozen ") && screen.contains("p goes on"), "{screen}");
    bench.data(id, 1_000_000, Direction::Received, b"one\n");
    bench.data(id, 1_100_000, Direction::Received, b"two\n");
    for height in [24, 11] {
        bench.model.size.rows = height;
        let screen = shown(&mut bench);
        assert!(header(&screen).contains("frozen, 2 more wait") && !screen.contains("one␊"), "{screen}");
        assert_eq!((screen.matches("p goes on").count(), screen.matches("wait").count()), (1, 1), "{screen}");
    }
}

#[test]
fn a_count_of_zero_is_quiet_in_every_view() {
    for scene in super::SCENES.into_iter().chain([super::ports::trying as fn(u16, u16) -> Bench]) {
        for (columns, rows) in [(120, 36), (170, 45)] {
            let (buffer, _) = drawn(&scene(columns, rows).model);
            for y in 0..rows {
                let cell = |x: u16| (buffer[(x, y)].symbol(), role_letter(&buffer[(x, y)]));
                let line: String = (0..columns).map(|x| cell(x).0).collect();
                // A zero that is a figure, not a word of a sentence.
                let loud = (1..columns - 2).find(|x| {
                    let (zero, role) = cell(*x);
                    let alone =
                        cell(x - 1).0 == " " && cell(x + 1).0 == " " && [" ", "·", "│"].contains(&cell(x + 2).0);
                    zero == "0" && alone && ["x", "y", "s", "r"].contains(&role.to_lowercase().as_str())
                });
                // A window of zero bytes is closed, and the first sequence number is 0: these are no counts.
                let no_count = ["window", "seq 0"].iter().any(|name| line.contains(name));
                assert!(loud.is_none() || no_count, "{line}");
            }
        }
    }
}

#[test]
fn the_whole_entry_of_the_selected_session_is_selected_and_stays_in_the_list() {
    let fail = |bench: &mut Bench| {
        let id = bench.open(0, tcp_to("127.0.0.1:9"));
        let message = "the certificate does not hold for the name that was asked for";
        let failure = Failure::new(Class::Tls, FailedOperation::Connect, "127.0.0.1:9", message);
        bench.news(id, 100, News::Failed(failure));
    };
    for rows in 14..40 {
        let mut bench = Bench::new(120, rows);
        for _ in 0..(rows - 3) / 3 {
            fail(&mut bench);
            let (buffer, _) = drawn(&bench.model);
            let row = |y: u16| (0..30).map(|x| buffer[(x, y)].symbol()).collect::<String>();
            let picked: Vec<u16> = (0..rows).filter(|y| row(*y).starts_with("│▌")).collect();
            let text = |y: u16| row(y).trim_matches(['│', ' ', '▌']).to_owned();
            let first = picked[0];
            let entry: Vec<u16> = (first..first + 3).take_while(|y| row(*y).starts_with('│')).collect();
            let entry: Vec<u16> = entry.into_iter().filter(|y| !text(*y).is_empty()).collect();
            assert_eq!(picked, entry, "{rows} rows: {}", text(first));
            for y in picked {
                let roles: String = (1..29).map(|x| role_letter(&buffer[(x, y)])).collect();
                assert!(roles.chars().all(|role| role == '_' || role.is_uppercase()), "{}: {roles}", row(y));
            }
            let edge = row(rows - 2);
            assert!(edge.starts_with('╰') && edge.trim_matches(['╰', '─', '╯']).is_empty(), "{rows} rows: {edge}");
        }
    }
}

#[test]
fn what_takes_less_than_ten_milliseconds_is_told_in_microseconds() {
    let mut bench = Bench::new(120, 24);
    let id = bench.connected(0, "127.0.0.1:7001");
    bench.data(id, 732, Direction::Sent, b"a\n");
    bench.data(id, 9_999, Direction::Received, b"b\n");
    bench.data(id, 10_000, Direction::Received, b"c\n");
    let screen = shown(&mut bench);
    for time in [" 92 µs ◆", " 732 µs ▲", " 9999 µs ▼", " 0.010 ▼"] {
        assert!(screen.contains(time), "{time}:\n{screen}");
    }
}

#[test]
fn a_redirect_that_is_not_followed_says_where_it_leads() {
    for (redirects, status, told) in [(0, 301, true), (0, 304, false), (5, 301, false), (0, 200, false)] {
        let mut bench = Bench::new(120, 24);
        let url = "http://127.0.0.1:7001/".to_owned();
        let id = bench.open(0, SpecKind::Http(HttpSpec { redirects, ..HttpSpec::get(&url) }));
        let head = RequestHead { method: "GET".into(), url, headers: Vec::new(), body_bytes: None };
        bench.news(id, 100, News::Http(HttpNews::Request(head)));
        let response = ResponseHead {
            version: "HTTP/1.1".into(),
            status,
            reason: String::new(),
            headers: vec![("Location".into(), b"/elsewhere".to_vec())],
            after: std::time::Duration::from_millis(1),
            peer: None,
        };
        bench.news(id, 200, News::Http(HttpNews::Response(response)));
        bench.news(id, 300, News::Closed { totals: Both::default(), how: CloseReason::Fin });
        let screen = shown(&mut bench);
        assert_eq!(screen.contains("→ /elsewhere, not followed; -L follows"), told, "{screen}");
    }
}
