//! Compares the table with a second one, written from the RFC state by state.

use proptest::prelude::*;

use super::event::{STATES, TcpEvent};
use super::path::rows_from;
use super::state::TcpState;
use super::table::{EventOutcome, rows, transition};
use super::*;

/// Every state and event: the state after, `=` if it stays, `!` and the RFC's words if a call fails, `-` if it cannot
/// happen; then the segment sent. Written by state, from §3.10.1 to §3.10.8.
const EXPECTED: &str = "
CLOSED
  listen()        LISTEN
  connect()       SYN-SENT > SYN
  write()         ! connection does not exist
  close           ! connection does not exist
  abort           ! connection does not exist
  SYN arrives     = > RST
  SYN-ACK arrives = > RST
  ACK of SYN      = > RST
  FIN arrives     = > RST
  ACK of FIN      = > RST
  FIN+ACK of FIN  = > RST
  RST arrives     =
  2 MSL over      -
  user timeout    -
  RTO             -
  gave up         -
LISTEN
  listen()        ! connection already exists
  connect()       SYN-SENT > SYN
  write()         SYN-SENT > SYN
  close           CLOSED
  abort           CLOSED
  SYN arrives     SYN-RECEIVED > SYN-ACK
  SYN-ACK arrives = > RST
  ACK of SYN      = > RST
  FIN arrives     = > RST
  ACK of FIN      = > RST
  FIN+ACK of FIN  = > RST
  RST arrives     =
  2 MSL over      -
  user timeout    CLOSED
  RTO             -
  gave up         -
SYN-SENT
  listen()        ! connection already exists
  connect()       ! connection already exists
  write()         =
  close           CLOSED
  abort           CLOSED
  SYN arrives     SYN-RECEIVED > SYN-ACK
  SYN-ACK arrives ESTABLISHED > ACK
  ACK of SYN      =
  FIN arrives     =
  ACK of FIN      = > RST
  FIN+ACK of FIN  = > RST
  RST arrives     CLOSED
  2 MSL over      -
  user timeout    CLOSED
  RTO             = > SYN
  gave up         CLOSED
SYN-RECEIVED
  listen()        ! connection already exists
  connect()       ! connection already exists
  write()         =
  close           FIN-WAIT-1 > FIN
  abort           CLOSED > RST
  SYN arrives     = > ACK
  SYN-ACK arrives ESTABLISHED
  ACK of SYN      ESTABLISHED
  FIN arrives     CLOSE-WAIT > ACK
  ACK of FIN      = > RST
  FIN+ACK of FIN  = > RST
  RST arrives     CLOSED
  2 MSL over      -
  user timeout    CLOSED
  RTO             = > SYN-ACK
  gave up         CLOSED
ESTABLISHED
  listen()        ! connection already exists
  connect()       ! connection already exists
  write()         = > data
  close           FIN-WAIT-1 > FIN
  abort           CLOSED > RST
  SYN arrives     = > ACK
  SYN-ACK arrives = > ACK
  ACK of SYN      =
  FIN arrives     CLOSE-WAIT > ACK
  ACK of FIN      = > ACK
  FIN+ACK of FIN  = > ACK
  RST arrives     CLOSED
  2 MSL over      -
  user timeout    CLOSED
  RTO             = > data
  gave up         CLOSED
FIN-WAIT-1
  listen()        ! connection already exists
  connect()       ! connection already exists
  write()         ! connection closing
  close           ! connection closing
  abort           CLOSED > RST
  SYN arrives     = > ACK
  SYN-ACK arrives = > ACK
  ACK of SYN      =
  FIN arrives     CLOSING > ACK
  ACK of FIN      FIN-WAIT-2
  FIN+ACK of FIN  TIME-WAIT > ACK
  RST arrives     CLOSED
  2 MSL over      -
  user timeout    CLOSED
  RTO             = > FIN
  gave up         CLOSED
FIN-WAIT-2
  listen()        ! connection already exists
  connect()       ! connection already exists
  write()         ! connection closing
  close           ! connection closing
  abort           CLOSED > RST
  SYN arrives     = > ACK
  SYN-ACK arrives = > ACK
  ACK of SYN      =
  FIN arrives     TIME-WAIT > ACK
  ACK of FIN      =
  FIN+ACK of FIN  TIME-WAIT > ACK
  RST arrives     CLOSED
  2 MSL over      -
  user timeout    CLOSED
  RTO             -
  gave up         -
CLOSE-WAIT
  listen()        ! connection already exists
  connect()       ! connection already exists
  write()         = > data
  close           LAST-ACK > FIN
  abort           CLOSED > RST
  SYN arrives     = > ACK
  SYN-ACK arrives = > ACK
  ACK of SYN      =
  FIN arrives     = > ACK
  ACK of FIN      = > ACK
  FIN+ACK of FIN  = > ACK
  RST arrives     CLOSED
  2 MSL over      -
  user timeout    CLOSED
  RTO             = > data
  gave up         CLOSED
CLOSING
  listen()        ! connection already exists
  connect()       ! connection already exists
  write()         ! connection closing
  close           ! connection closing
  abort           CLOSED
  SYN arrives     = > ACK
  SYN-ACK arrives = > ACK
  ACK of SYN      =
  FIN arrives     = > ACK
  ACK of FIN      TIME-WAIT
  FIN+ACK of FIN  TIME-WAIT > ACK
  RST arrives     CLOSED
  2 MSL over      -
  user timeout    CLOSED
  RTO             = > FIN
  gave up         CLOSED
LAST-ACK
  listen()        ! connection already exists
  connect()       ! connection already exists
  write()         ! connection closing
  close           ! connection closing
  abort           CLOSED
  SYN arrives     = > ACK
  SYN-ACK arrives = > ACK
  ACK of SYN      =
  FIN arrives     = > ACK
  ACK of FIN      CLOSED
  FIN+ACK of FIN  CLOSED
  RST arrives     CLOSED
  2 MSL over      -
  user timeout    CLOSED
  RTO             = > FIN
  gave up         CLOSED
TIME-WAIT
  listen()        ! connection already exists
  connect()       ! connection already exists
  write()         ! connection closing
  close           ! connection closing
  abort           CLOSED
  SYN arrives     = > ACK
  SYN-ACK arrives = > ACK
  ACK of SYN      =
  FIN arrives     = > ACK
  ACK of FIN      =
  FIN+ACK of FIN  = > ACK
  RST arrives     CLOSED
  2 MSL over      CLOSED
  user timeout    CLOSED
  RTO             -
  gave up         -
";

fn written(outcome: EventOutcome) -> String {
    let (state, sends) = match outcome {
        EventOutcome::Moves { to, sends } => (to.name().to_owned(), sends),
        EventOutcome::Stays { sends } => ("=".to_owned(), sends),
        EventOutcome::Refused(words) => (format!("! {words}"), None),
        EventOutcome::Never => ("-".to_owned(), None),
    };
    sends.map_or(state.clone(), |segment| format!("{state} > {}", segment.name()))
}

#[test]
fn every_event_in_every_state_does_what_the_rfc_says() {
    let mut state = None;
    let mut checked = 0;
    for line in EXPECTED.lines().filter(|line| !line.is_empty()) {
        let Some(row) = line.strip_prefix("  ") else {
            state = STATES.into_iter().find(|state| state.name() == line);
            assert!(state.is_some(), "{line}");
            continue;
        };
        let (name, outcome) = row.split_at(16);
        let event = TcpEvent::ALL.into_iter().find(|event| event.name() == name.trim()).expect(name);
        let found = transition(state.unwrap(), event);
        assert_eq!(written(found.outcome), outcome, "{} in {}", event.name(), found.from.name());
        checked += 1;
    }
    assert_eq!(checked, TcpEvent::ALL.len() * STATES.len());
}

#[test]
fn every_row_cites_its_section_and_has_a_sentence() {
    for row in rows() {
        assert!(row.cite.starts_with("RFC 9293 §3."), "{row:?}");
        assert!(row.explain().ends_with('.'), "{row:?}");
    }
    for state in STATES {
        assert!(explain_state(state).ends_with('.'));
    }
}

#[test]
fn nothing_leads_out_of_closed_but_an_open() {
    let out: Vec<TcpEvent> = rows_from(TcpState::Closed).map(|row| row.event).collect();
    assert_eq!(out, [TcpEvent::PassiveOpen, TcpEvent::ActiveOpen]);
}

#[test]
fn every_state_can_be_reached_and_left() {
    for state in STATES {
        assert!(path(TcpState::Closed, state).is_some(), "{}", state.name());
        assert!(path(state, TcpState::Closed).is_some(), "{}", state.name());
    }
}

fn walk(events: &[TcpEvent]) -> Vec<&'static str> {
    let mut state = TcpState::Closed;
    let step = |event: &TcpEvent| {
        state = transition(state, *event).next_state();
        state.name()
    };
    events.iter().map(step).collect()
}

#[test]
fn a_simultaneous_open_meets_in_established() {
    let states = walk(&[TcpEvent::ActiveOpen, TcpEvent::Syn, TcpEvent::SynAck]);
    assert_eq!(states, ["SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"]);
}

#[test]
fn a_simultaneous_close_meets_in_time_wait() {
    let states = walk(&[
        TcpEvent::ActiveOpen,
        TcpEvent::SynAck,
        TcpEvent::Close,
        TcpEvent::Fin,
        TcpEvent::AckOfFin,
        TcpEvent::TimeWaitOver,
    ]);
    assert_eq!(states, ["SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "CLOSING", "TIME-WAIT", "CLOSED"]);
}

#[test]
fn a_listener_survives_a_request_that_is_taken_back() {
    let row = transition(TcpState::SynReceived, TcpEvent::Rst);
    assert_eq!((row.next_state(), row.passive_to), (TcpState::Closed, Some(TcpState::Listen)));
    assert_eq!(rows().filter(|row| row.passive_to.is_some()).count(), 1);
}

#[test]
fn the_usual_way_between_two_states_is_the_shortest() {
    let names =
        |from, to| -> Option<Vec<&str>> { path(from, to).map(|way| way.iter().map(|r| r.event.name()).collect()) };
    assert_eq!(names(TcpState::Closed, TcpState::Established).unwrap(), ["connect()", "SYN-ACK arrives"]);
    assert_eq!(names(TcpState::Established, TcpState::TimeWait).unwrap(), ["close", "FIN+ACK of FIN"]);
    assert_eq!(names(TcpState::Established, TcpState::LastAck).unwrap(), ["FIN arrives", "close"]);
    assert_eq!(names(TcpState::TimeWait, TcpState::Established), None);
}

#[test]
fn a_difference_is_told_and_says_who_is_ahead() {
    assert_eq!(compare(TcpState::Established, TcpState::Established), None);
    let ahead = compare(TcpState::Established, TcpState::CloseWait).unwrap();
    assert!(ahead.meaning.contains("FIN arrives"), "{}", ahead.meaning);
    let behind = compare(TcpState::FinWait1, TcpState::Established).unwrap();
    assert!(behind.meaning.contains("behind"), "{}", behind.meaning);
    assert!(compare(TcpState::LastAck, TcpState::FinWait2).unwrap().meaning.contains("no way"));
}

proptest! {
    #[test]
    fn any_run_of_events_stays_in_the_table(events in prop::collection::vec(0..TcpEvent::ALL.len(), 0..64)) {
        let mut state = TcpState::Closed;
        for event in events {
            let row = transition(state, TcpEvent::ALL[event]);
            prop_assert_eq!(row.from, state);
            if row.outcome == EventOutcome::Never || matches!(row.outcome, EventOutcome::Refused(_)) {
                prop_assert_eq!(row.next_state(), state);
            }
            state = row.next_state();
        }
    }
}
