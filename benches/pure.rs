//! What the pure parts cost: the store, the search, the filter, and one frame.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark that cannot go on fails; criterion's macros document nothing"
)]

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use sockeye::files::theme::Theme;
use sockeye::model::history::InputHistory;
use sockeye::model::msg::Msg;
use sockeye::model::seen::ScreenSize;
use sockeye::model::settings::{LineEnding, Settings};
use sockeye::model::state::Model;
use sockeye::model::transcript_layout::{TranscriptLayout, TranscriptMode, TranscriptPlace};
use sockeye::model::update::update;
use sockeye::model::words::text_of;
use sockeye::sessions::news::DialNews;
use sockeye::sessions::search::filter::{FilterIndex, TranscriptFilter};
use sockeye::sessions::search::{Needle, find_all};
use sockeye::sessions::spec::{HostPort, TcpSpec};
use sockeye::sessions::{Block, News, Reading, Record, Retention, SessionId, Spec, SpecKind, Transcript};
use sockeye::view::{self, ColourDepth, StyleSheet};
use sockeye::wire::{Both, Direction, Totals};
use sockeye::{files, headless};

const MIB: usize = 1024 * 1024;

fn block(bytes: Bytes) -> Record {
    Record::Block(Block::single_piece(Direction::Received, Instant::now(), bytes))
}

/// 64 MiB in reads of 256 KiB: one line without end.
fn one_line() -> Transcript {
    let read = Bytes::from(vec![b'x'; 256 * 1024]);
    let mut transcript = Transcript::new(65 * MIB);
    for _ in 0..256 {
        transcript.push(block(read.clone()));
    }
    transcript
}

/// A million small reads.
fn many() -> Transcript {
    let mut transcript = Transcript::new(usize::MAX);
    for number in 0..1_000_000_u32 {
        let text = format!("datagram number {number}");
        transcript.push(block(Bytes::from(text)));
    }
    transcript
}

fn store(c: &mut Criterion) {
    let read = Bytes::from(vec![b'x'; 256 * 1024]);
    let mut group = c.benchmark_group("store");
    group.throughput(Throughput::Bytes(read.len() as u64));
    let mut transcript = Transcript::new(64 * MIB);
    group.bench_function("push 256 KiB, evicting", |b| b.iter(|| transcript.push(block(read.clone()))));
    group.finish();
    let line = one_line();
    let sight = |transcript| TranscriptLayout { transcript, filter: None, lens: TranscriptMode::Text, columns: 80 };
    c.bench_function("rows: the tail of 64 MiB without a line end", |b| {
        b.iter(|| sight(&line).rows_from(sight(&line).last_page(36), 36).len());
    });
    c.bench_function("rows: a page up in the middle of 64 MiB", |b| {
        b.iter(|| sight(&line).rows_back(TranscriptPlace { entry: 128, offset: 100_000 }, 36));
    });
}

fn find(c: &mut Criterion) {
    let (line, many) = (one_line(), many());
    let needle = Needle::parse("needle").unwrap();
    let number = Needle::parse("number 999999").unwrap();
    let mut group = c.benchmark_group("search");
    group.sample_size(10);
    group.throughput(Throughput::Bytes(64 * MIB as u64));
    group.bench_function("64 MiB, no hit", |b| b.iter(|| find_all(black_box(&line), &needle, text_of, 1000).len()));
    group.throughput(Throughput::Elements(1_000_000));
    group.bench_function("a million reads, one hit", |b| {
        b.iter(|| find_all(black_box(&many), &number, text_of, 1000).len());
    });
    let filter = TranscriptFilter::parse("received 77").unwrap();
    group.bench_function("filter a million reads", |b| {
        b.iter(|| {
            let mut index = FilterIndex::default();
            index.update(black_box(&many), &filter, text_of);
            index.len()
        });
    });
    group.finish();
}

fn busy_model() -> Model {
    let now = Instant::now();
    let settings = Settings {
        theme: "dark".into(),
        themes: vec!["dark".into()],
        mouse: true,
        wall_clock: false,
        retain: Retention::DEFAULT,
        connect_timeout: Duration::from_secs(10),
        line_ending: LineEnding::Lf,
        secrets: sockeye::text::secret::SecretDisplay::Masked,
    };
    let size = ScreenSize { columns: 120, rows: 36 };
    let mut model = Model::new(files::keymap::presets(), settings, InputHistory::new(), size, now);
    let peer: SocketAddr = "127.0.0.1:7001".parse().unwrap();
    for id in 1..=12 {
        let target = HostPort { host: "127.0.0.1".into(), port: 7001 };
        update(
            &mut model,
            Msg::Opened { id: SessionId(id), spec: Box::new(Spec::new(SpecKind::Tcp(TcpSpec::new(target)))) },
            now,
        );
        let news = News::Dial(DialNews::Connected { local: peer, peer, took: Duration::from_micros(92), attempt: 1 });
        let mut records = vec![Record::News { at: now, news }];
        records
            .extend((0..200).map(|number| block(Bytes::from(format!("line {number} of something that is said\r\n")))));
        let totals = Both { sent: Totals::default(), received: Totals { bytes: 8000, ops: 200 } };
        let reading = Reading { totals, records, ..Reading::empty(SessionId(id)) };
        update(&mut model, Msg::Readings(vec![reading]), now);
    }
    model
}

fn frame(c: &mut Criterion) {
    let model = busy_model();
    let look = StyleSheet::new(&Theme::preset("dark").unwrap(), ColourDepth::True);
    let mut terminal = Terminal::new(TestBackend::new(120, 36)).unwrap();
    c.bench_function("draw a busy frame of 120x36", |b| {
        b.iter(|| terminal.draw(|frame| drop(black_box(view::draw(frame, &model, &look)))).unwrap().count);
    });
}

fn json_line(c: &mut Criterion) {
    let text: Vec<u8> = b"a line of text that somebody said\r\n".iter().copied().cycle().take(16 * 1024).collect();
    let random: Vec<u8> = (0..16 * 1024_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut group = c.benchmark_group("JSON line");
    group.throughput(Throughput::Bytes(text.len() as u64));
    for (name, bytes) in [("16 KiB of text", text), ("16 KiB of random", random)] {
        let mut lines = Vec::new();
        group.bench_function(name, |b| {
            b.iter(|| {
                lines.clear();
                let mut fields = serde_json::Map::new();
                fields.insert("event".to_owned(), "received".into());
                headless::put_payload(&mut fields, black_box(&bytes));
                headless::line(&mut lines, &fields.into());
                lines.len()
            });
        });
    }
    group.finish();
}

criterion_group!(pure, store, find, frame, json_line);
criterion_main!(pure);
