//! Real sockets on loopback: the story that a connection tells is the one that happened.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::io::{Read, Write};
use std::net::Shutdown;
use std::sync::mpsc;

use sockeye::wire::ladder::{Label, Rung};
use sockeye::wire::reading::TcpState;
use sockeye::wire::spec::ListenSpec;
use sockeye::wire::story::Story;
use sockeye::wire::{Direction, SessionId, Spec, Verb, What};
use support::{Watch, closed_port, outcome, peer, tcp};

fn story(watch: &Watch, id: SessionId) -> &Story {
    watch.session(id).story.as_ref().unwrap()
}

fn states(watch: &Watch, id: SessionId) -> Vec<&'static str> {
    story(watch, id).track.latest().iter().map(|step| step.to.name()).collect()
}

fn labels(watch: &Watch, id: SessionId) -> Vec<String> {
    let line = |rung: &Rung| {
        let arrow = match rung.direction {
            Some(Direction::Sent) => ">",
            Some(Direction::Received) => "<",
            None => "-",
        };
        format!("{arrow} {}", rung.label.brief())
    };
    story(watch, id).ladder.rungs().map(line).collect()
}

fn has(watch: &Watch, id: SessionId, is_it: impl Fn(&Label) -> bool) -> bool {
    story(watch, id).ladder.rungs().any(|rung| is_it(&rung.label))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_half_close_walks_down_the_left_side() {
    let (go, wait) = mpsc::channel::<()>();
    let (address, other) = peer(move |mut stream| {
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        wait.recv().unwrap();
        stream.write_all(b"bye").unwrap();
        all
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_open(id).await;
    watch.send(id, "hello");
    watch.until("sent", |watch| watch.sent(id) == 5).await;
    if cfg!(target_os = "linux") {
        watch.until("acknowledged", |watch| has(watch, id, |label| *label == Label::Ack { octet: 5 })).await;
    }
    watch.order(id, Verb::FinishSending);
    watch.until("in FIN-WAIT-2", |watch| story(watch, id).track.state() == TcpState::FinWait2).await;
    go.send(()).unwrap();
    watch.until_closed(id).await;
    assert_eq!(outcome(other).await, b"hello");
    let steps = states(&watch, id);
    assert_eq!(steps[..5], ["SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT"], "{steps:?}");
    let rungs = labels(&watch, id);
    let told: Vec<&str> = rungs.iter().map(String::as_str).filter(|rung| !rung.starts_with('-')).collect();
    let expected = ["> SYN", "< SYN-ACK", "> ACK", "> 5 B", "< ACK", "> FIN", "< ACK of FIN", "< 3 B", "< FIN"];
    assert_eq!(told, expected, "{rungs:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_peers_half_close_walks_down_the_right_side() {
    let (address, other) = peer(|mut stream| {
        stream.shutdown(Shutdown::Write).unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        all
    });
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until("in CLOSE-WAIT", |watch| story(watch, id).track.state() == TcpState::CloseWait).await;
    watch.send(id, "still");
    watch.until("sent", |watch| watch.sent(id) == 5).await;
    watch.order(id, Verb::FinishSending);
    watch.until_closed(id).await;
    assert_eq!(outcome(other).await, b"still");
    assert_eq!(states(&watch, id), ["SYN-SENT", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_connection_is_a_syn_and_a_rst() {
    let (_held, address) = closed_port();
    let mut watch = Watch::new();
    let id = watch.open(tcp(address));
    watch.until_closed(id).await;
    assert_eq!(labels(&watch, id), ["> SYN", "< RST"]);
    assert_eq!(states(&watch, id), ["SYN-SENT", "CLOSED"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_knows_the_peers_syn_and_both_ends_tell_one_story() {
    let mut watch = Watch::new();
    let spec = ListenSpec { local: "127.0.0.1:0".parse().unwrap(), ..listen() };
    let listener = watch.open(Spec::new(What::Listen(spec)));
    watch.until("bound", |watch| watch.session(listener).bound().is_some()).await;
    let address = watch.session(listener).bound().unwrap();
    let id = watch.open(tcp(address));
    watch.until("accepted", |watch| !watch.children().is_empty()).await;
    let child = watch.children()[0];
    watch.until_open(id).await;
    watch.order(id, Verb::FinishSending);
    watch.until("the child in CLOSE-WAIT", |watch| story(watch, child).track.state() == TcpState::CloseWait).await;
    if cfg!(target_os = "linux") {
        let syn = |label: &Label| matches!(label, Label::Syn(options) if options.contains("mss"));
        watch.until("the saved SYN", |watch| has(watch, child, syn)).await;
    }
    watch.order(child, Verb::FinishSending);
    watch.until_closed(id).await;
    watch.until_closed(child).await;
    assert_eq!(states(&watch, child), ["LISTEN", "SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED"]);
    assert_eq!(states(&watch, id).last(), Some(&"TIME-WAIT"));
}

fn listen() -> ListenSpec {
    ListenSpec::at(([127, 0, 0, 1], 0).into())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_does_not_read_closes_its_window_on_the_ladder() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let (go, wait) = mpsc::channel::<()>();
    let (address, other) = peer(move |mut stream| {
        wait.recv().unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        all.len()
    });
    let mut watch = Watch::new().counting();
    let id = watch.open(tcp(address));
    watch.until_open(id).await;
    watch.send(id, vec![7; 32 << 20]);
    watch.until("window closed", |watch| has(watch, id, |label| *label == Label::WindowClosed)).await;
    go.send(()).unwrap();
    watch.until("window open", |watch| has(watch, id, |label| matches!(label, Label::WindowOpened { .. }))).await;
    watch.order(id, Verb::FinishSending);
    watch.until_closed(id).await;
    assert_eq!(outcome(other).await, 32 << 20);
}
