//! Whole screens, as text and as roles: what is drawn, and in which colour.

mod captured;
mod dns;
mod looks;
mod moving;
mod ports;
mod repeat;
mod scenes;
mod tcp;
mod timers;
mod timing;
mod udp;
mod unix;
mod widths;

use sockeye::model::state::Model;

use crate::bench::Bench;
use crate::drawn::{drawn, drawn_at, lines, role_letter};

fn check(name: &str, scene: fn(u16, u16) -> Bench, sizes: &[(u16, u16)]) {
    for (columns, rows) in sizes.iter().copied() {
        let mut bench = scene(columns, rows);
        // As in the program, what a frame showed is known to the next one.
        let (_, seen) = drawn(&bench.model);
        bench.model.seen = seen;
        let (buffer, _) = drawn(&bench.model);
        let text = lines(&buffer, |cell| cell.symbol().to_owned());
        let roles = lines(&buffer, role_letter);
        crate::drawn::snapshots()
            .bind(|| insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), format!("{text}\n{roles}")));
    }
}

const SMALL: (u16, u16) = (40, 12);
const USUAL: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (120, 36);
const WIDE: (u16, u16) = (170, 45);

#[test]
fn a_udp_session_shows_packets_verdicts_its_ledger_and_its_path() {
    check("udp", udp::conversation, &[SMALL, USUAL, LARGE, WIDE]);
    check("udp_ledger", udp::ledger, &[SMALL, USUAL, LARGE, WIDE]);
    check("udp_socket", udp::socket, &[SMALL, USUAL, LARGE]);
    check("udp_fields", udp::dns_fields, &[USUAL, LARGE]);
}

#[test]
fn what_is_under_way_shows_how_far_it_is() {
    check("upload", moving::upload, &[SMALL, USUAL, LARGE]);
    check("connecting", moving::connecting, &[SMALL, USUAL]);
}

#[test]
fn a_range_of_ports_is_a_table_that_fills_up() {
    check("ports_trying", ports::trying, &[SMALL, USUAL, LARGE]);
    check("ports_known", ports::known, &[SMALL, USUAL, LARGE, WIDE]);
}

#[test]
fn a_unix_socket_shows_who_its_peer_is_and_what_it_has_not_read() {
    check("unix_stream", unix::stream, &[SMALL, USUAL, LARGE, WIDE]);
    check("unix_kernel", unix::stream_kernel, &[SMALL, USUAL, LARGE]);
    check("unix_no_ladder", unix::stream_without_ladder, &[USUAL]);
    check("unix_listener", unix::listener, &[USUAL, LARGE]);
}

#[test]
fn a_listener_shows_its_queue_and_what_a_full_one_does() {
    check("full_queue", unix::full_queue, &[SMALL, USUAL, LARGE, WIDE]);
    check("full_queue_explained", unix::full_queue_explained, &[USUAL]);
}

#[test]
fn the_home_screen_says_what_to_press() {
    check("home", scenes::home, &[SMALL, USUAL, LARGE]);
    check("home_again", scenes::home_again, &[USUAL, LARGE]);
    check("lab", scenes::lab, &[SMALL, USUAL]);
}

#[test]
fn a_conversation_shows_both_directions_events_and_gaps() {
    check("chat", scenes::chat, &[SMALL, USUAL, LARGE, WIDE]);
}

#[test]
fn a_half_closed_session_says_which_half_is_open() {
    check("half", scenes::half_closed, &[SMALL, USUAL, LARGE]);
}

#[test]
fn a_failed_session_says_why_and_what_to_do() {
    check("failed", scenes::failed, &[SMALL, USUAL, LARGE]);
}

#[test]
fn the_explain_view_says_what_happened_what_it_rules_out_and_what_to_try() {
    check("explain_refused", scenes::explained, &[SMALL, USUAL, LARGE, WIDE]);
    check("explain_silence", scenes::silence, &[USUAL, LARGE, WIDE]);
    check("explain_filtered", scenes::filtered, &[USUAL, LARGE]);
    check("explain_standing", scenes::standing, &[USUAL, LARGE]);
}

#[test]
fn the_timers_of_an_open_connection_stand_below_our_own() {
    check("timers_unanswered", timers::unanswered, &[SMALL, USUAL, LARGE]);
    check("timers_user_timeout", timers::user_timeout, &[LARGE]);
    check("timers_keepalive", timers::keepalive, &[USUAL, LARGE]);
}

#[test]
fn reset_closed_paused_half_closed_and_waiting_look_different() {
    check("waiting", scenes::waiting, &[SMALL, USUAL]);
}

#[test]
fn an_http_response_has_its_figures_and_its_body() {
    check("response", scenes::response, &[SMALL, USUAL, LARGE, WIDE]);
}

#[test]
fn a_refused_certificate_is_shown_with_its_chain_and_the_check_that_failed() {
    check("tls", scenes::refused_tls, &[SMALL, USUAL, LARGE]);
}

#[test]
fn the_phases_of_an_exchange_are_bars_on_one_axis() {
    check("timing_waiting", timing::waiting, &[USUAL, LARGE]);
    check("timing", timing::done, &[SMALL, USUAL, LARGE, WIDE]);
}

#[test]
fn a_listener_shows_its_children() {
    check("listener", scenes::listener, &[SMALL, USUAL, LARGE]);
}

#[test]
fn a_bound_socket_names_each_peer_and_what_was_cut() {
    check("bound", scenes::bound, &[SMALL, USUAL, LARGE]);
}

#[test]
fn the_peers_of_a_bound_socket_are_a_table() {
    check("peers", scenes::peers, &[SMALL, USUAL, LARGE]);
}

#[test]
fn the_help_lists_every_key() {
    check("help", scenes::help, &[SMALL, USUAL, LARGE, WIDE]);
}

#[test]
fn the_new_session_dialog_says_what_it_would_open() {
    check("new", scenes::new_dialog, &[SMALL, USUAL]);
}

#[test]
fn the_close_menu_explains_each_way() {
    check("close", scenes::close_menu, &[SMALL, USUAL]);
}

#[test]
fn the_socket_options_have_their_values_and_a_line_each() {
    check("options", tcp::options, &[SMALL, USUAL, LARGE]);
    check("options_wrong", tcp::options_wrong, &[USUAL]);
    check("options_wished", tcp::options_wished, &[USUAL]);
}

#[test]
fn a_search_marks_its_hits() {
    check("search", scenes::search, &[USUAL, LARGE]);
    check("search_prompt", scenes::search_prompt, &[SMALL, USUAL]);
    check("hex", scenes::hex, &[SMALL, USUAL, LARGE]);
}

#[test]
fn a_command_shows_what_it_could_become() {
    check("command", scenes::command, &[SMALL, USUAL]);
    check("palette", scenes::palette, &[SMALL, USUAL]);
}

#[test]
fn a_busy_session_shows_rates_and_where_one_is() {
    check("busy", scenes::busy, &[USUAL, LARGE]);
    check("scrolled", scenes::scrolled, &[SMALL, USUAL]);
}

#[test]
fn a_ladder_of_captured_segments_names_what_they_are() {
    check("captured", captured::ladder, &[SMALL, USUAL, LARGE, WIDE]);
    check("captured_absolute", captured::absolute, &[LARGE]);
    check("captured_jump", captured::jumped, &[USUAL]);
    check("captured_back", captured::back, &[USUAL]);
}

#[test]
fn a_ladder_shows_who_sent_what_and_how_we_know() {
    check("ladder", tcp::ladder, &[SMALL, USUAL, LARGE, WIDE]);
    check("ladder_picked", tcp::ladder_picked, &[USUAL]);
    check("ladder_flood", tcp::ladder_flood, &[USUAL]);
    check("ladder_timeout", tcp::ladder_timeout, &[USUAL]);
    check("ladder_refused", tcp::ladder_refused, &[USUAL]);
}

#[test]
fn the_states_are_a_diagram_with_the_way_lit() {
    check("states", tcp::states, &[SMALL, USUAL, LARGE, WIDE]);
    check("states_twins", tcp::states_twins, &[USUAL, LARGE]);
    check("states_unborn", tcp::states_unborn, &[USUAL]);
    check("states_asked", tcp::states_asked, &[USUAL, LARGE]);
    check("states_resting", tcp::states_resting, &[USUAL, LARGE]);
}

#[test]
fn the_kernels_gauges_have_values_bars_and_a_line_each() {
    check("kernel", tcp::kernel, &[SMALL, USUAL, LARGE, WIDE]);
    check("kernel_unknown", tcp::kernel_unknown, &[USUAL]);
}

#[test]
fn flow_control_shows_both_ends_and_counts_down_to_the_next_probe() {
    check("flow", tcp::flow, &[SMALL, USUAL, LARGE, WIDE]);
    check("flow_beside", tcp::flow_beside, &[USUAL, LARGE, WIDE]);
    check("flow_paused", tcp::flow_paused, &[USUAL, LARGE]);
    check("flow_far", tcp::flow_far, &[USUAL, LARGE]);
}

#[test]
fn where_reads_and_writes_met_is_marked_in_text_and_hex() {
    check("met_sender", tcp::met_sender, &[USUAL, LARGE]);
    check("met_reader", tcp::met_reader, &[USUAL, LARGE]);
    check("met_hex", tcp::met_hex, &[USUAL, LARGE]);
    check("ladder_held", tcp::ladder_held, &[USUAL, LARGE]);
}

#[test]
fn a_run_of_many_shows_its_times_and_how_it_went() {
    check("repeat", repeat::running, &[SMALL, USUAL, LARGE, WIDE]);
    check("repeat_lossy", repeat::lossy, &[USUAL]);
}

const SCENES: [fn(u16, u16) -> Bench; 47] = [
    scenes::home_again,
    scenes::lab,
    tcp::options,
    tcp::options_wrong,
    tcp::options_wished,
    tcp::flow,
    tcp::flow_beside,
    tcp::flow_paused,
    tcp::flow_far,
    tcp::met_sender,
    tcp::met_reader,
    tcp::met_hex,
    tcp::ladder_held,
    scenes::explained,
    scenes::silence,
    scenes::filtered,
    scenes::standing,
    repeat::running,
    repeat::lossy,
    tcp::ladder,
    tcp::ladder_picked,
    tcp::ladder_flood,
    tcp::ladder_timeout,
    tcp::states,
    tcp::states_twins,
    tcp::kernel,
    tcp::kernel_unknown,
    scenes::home,
    scenes::chat,
    scenes::failed,
    scenes::waiting,
    scenes::response,
    scenes::listener,
    scenes::bound,
    scenes::peers,
    scenes::help,
    scenes::new_dialog,
    scenes::close_menu,
    scenes::search,
    scenes::search_prompt,
    scenes::hex,
    scenes::command,
    scenes::palette,
    scenes::busy,
    scenes::scrolled,
    scenes::hostile,
    scenes::half_closed,
];

/// Every view, focus, zoom and filter of a scene.
fn variants(bench: &mut Bench, mut each: impl FnMut(&Model)) {
    use sockeye::model::state::Focus;
    use sockeye::model::view::View;

    each(&bench.model);
    bench.model.overlay = None;
    for focus in [Focus::Sessions, Focus::View, Focus::Composer] {
        for zoomed in [false, true] {
            bench.model.focus = focus;
            bench.model.zoomed = zoomed;
            let views = bench.model.session().map_or(&[][..], View::of_session);
            for view in views {
                if let Some(panel) = bench.model.panel_mut() {
                    panel.view = *view;
                }
                each(&bench.model);
            }
        }
    }
}

#[test]
fn no_size_makes_the_screen_panic() {
    let sizes = [
        (0, 0),
        (1, 1),
        (1, 30),
        (3, 2),
        (2, 4),
        (5, 5),
        (9, 3),
        (12, 7),
        (27, 13),
        (40, 12),
        (71, 14),
        (72, 15),
        (149, 20),
        (150, 9),
    ];
    for scene in SCENES {
        let mut bench = scene(80, 24);
        variants(&mut bench, |model| {
            for (columns, rows) in sizes {
                drawn_at(model, columns, rows);
            }
        });
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(64))]
    #[test]
    fn no_size_at_all_makes_the_screen_panic(columns in 0_u16..200, rows in 0_u16..60, scene in 0..SCENES.len()) {
        let bench = SCENES[scene](columns, rows);
        drawn_at(&bench.model, columns, rows);
    }
}

#[test]
fn nothing_from_outside_reaches_a_cell_as_control() {
    for (columns, rows) in [SMALL, USUAL, LARGE, WIDE] {
        let mut bench = scenes::hostile(columns, rows);
        for id in bench.model.sessions.keys().copied().collect::<Vec<_>>() {
            bench.model.selected = Some(id);
            variants(&mut bench, |model| {
                let (buffer, _) = drawn_at(model, columns, rows);
                for cell in buffer.content() {
                    for letter in cell.symbol().chars() {
                        assert!(!sockeye::text::sanitize::is_hostile(letter), "U+{:04X}", u32::from(letter));
                        assert!(!letter.is_control(), "U+{:04X}", u32::from(letter));
                    }
                }
            });
        }
    }
}

#[test]
fn only_the_visible_sessions_of_ten_thousand_are_on_the_screen() {
    let mut bench = scenes::home(80, 24);
    for _ in 0..10_000 {
        let spec =
            sockeye::sessions::spec::TcpSpec::new(sockeye::sessions::spec::HostPort { host: "a".into(), port: 1 });
        bench.open(0, sockeye::sessions::SpecKind::Tcp(spec));
    }
    let (buffer, seen) = drawn(&bench.model);
    let text = lines(&buffer, |cell| cell.symbol().to_owned());
    assert!(text.contains("▌10000 ◌ tcp a:1"), "{text}");
    assert!(text.contains("▲ 9,990"), "{text}");
    assert!(seen.hits.len() < 40);
}
