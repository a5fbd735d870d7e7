//! `--repeat`: repeats a session many times.

use std::time::Duration;

use super::args;
use super::values::option;
use crate::sessions::spec::ScriptStep;
use crate::sessions::spec::repeat::{DEFAULT_PATIENCE, EchoSpec, MOST_CONCURRENCY, RepeatKind, RepeatSpec, StartPace};
use crate::sessions::{Spec, SpecKind};
use crate::text::quantity;
use crate::text::sanitize::quoted;

/// The default payload of a datagram: 52 bytes; with the 12 bytes of its number, 64.
const PAYLOAD: &[u8; 52] = b"sockeye is measuring the way to you and back to us. ";

/// Makes a spec that repeats the given one, if `--repeat` was given. It takes `run_for`, which then ends the run, not
/// the program.
pub(super) fn repeated(args: &args::RepeatArgs, spec: Spec, run_for: &mut Option<Duration>) -> Result<Spec, String> {
    let Some(times) = &args.repeat else {
        let others = [
            ("--concurrency", &args.concurrency),
            ("--rate", &args.rate),
            ("--interval", &args.interval),
            ("--patience", &args.patience),
        ];
        return match others.into_iter().find(|(_, value)| value.is_some()) {
            Some((name, _)) => Err(format!("{name} says how to repeat: accepted with --repeat N or --repeat forever")),
            None => Ok(spec),
        };
    };
    let count = match times.as_str() {
        "forever" => None,
        text => Some(parse_count("--repeat", text, u64::MAX)?),
    };
    let pace = match (&args.rate, &args.interval) {
        (Some(_), Some(_)) => return Err("--rate and --interval exclude each other: take one of them".to_owned()),
        (Some(text), None) => rate(text)?,
        (None, Some(text)) => StartPace::Interval(option("--interval", text)?),
        (None, None) => StartPace::FlatOut,
    };
    let most = MOST_CONCURRENCY as u64;
    let concurrency = args.concurrency.as_deref().map_or(Ok(1), |text| parse_count("--concurrency", text, most))?;
    let concurrency = usize::try_from(concurrency).unwrap_or(MOST_CONCURRENCY);
    let patience = args.patience.as_deref().map(|text| option("--patience", text)).transpose()?;
    // The options about standard input exclude `--repeat`, so `input` and `answers` are the defaults.
    let Spec { what, script, input: _, answers: _, retain, label, capture } = spec;
    if capture {
        return Err("--capture is for one session: accepted without --repeat".to_owned());
    }
    let what = match what {
        SpecKind::Tcp(_) if !script.steps.is_empty() => {
            return Err("--repeat with tcp measures connecting only: accepted without --send and --finish".to_owned());
        }
        SpecKind::Tcp(tcp) => RepeatKind::Connect(tcp),
        SpecKind::Http(http) => RepeatKind::Http(http),
        SpecKind::Udp(udp) => {
            let (payload, tagged) = match script.steps.as_slice() {
                [] => (PAYLOAD.as_slice().into(), true),
                [ScriptStep::Send(bytes)] => (bytes.clone(), false),
                _ => {
                    return Err("--repeat with udp sends one datagram: accepted is one --send or --send-hex".to_owned());
                }
            };
            if udp.broadcast && patience != Some(Duration::ZERO) {
                return Err("--repeat measures the answers of one peer, and a broadcast has many: accepted with \
                            --patience 0s, which waits for no answers"
                    .to_owned());
            }
            RepeatKind::Echo(EchoSpec { udp, payload, tagged, patience: patience.unwrap_or(DEFAULT_PATIENCE) })
        }
        SpecKind::Ports(_) => {
            return Err("--repeat means nothing for a range of ports: accepted with one port".to_owned());
        }
        SpecKind::Unix(_) => {
            return Err("--repeat means nothing for a Unix socket: accepted with an IP address".to_owned());
        }
        SpecKind::UdpBound(_)
        | SpecKind::Listen(_)
        | SpecKind::Accepted(_)
        | SpecKind::Repeat(_)
        | SpecKind::Dns(_)
        | SpecKind::UnixListen(_)
        | SpecKind::UnixAccepted(_) => {
            return Err("--repeat: accepted with tcp, udp and http".to_owned());
        }
    };
    if patience.is_some() && !matches!(what, RepeatKind::Echo(_)) {
        return Err("--patience is how long an answer to a datagram is waited for: accepted with udp".to_owned());
    }
    let repeat = RepeatSpec { what, count, duration: run_for.take(), pace, concurrency };
    Ok(Spec { retain, label, ..Spec::new(SpecKind::Repeat(Box::new(repeat))) })
}

fn parse_count(name: &str, text: &str, most: u64) -> Result<u64, String> {
    let wrong = || {
        let most = if most == u64::MAX { String::new() } else { format!(" to {}", quantity::grouped(most)) };
        let forever = if name == "--repeat" { ", or forever" } else { "" };
        format!("{name}: {}: accepted is a whole number from 1{most}{forever}", quoted(text))
    };
    text.parse().ok().filter(|number| (1..=most).contains(number)).ok_or_else(wrong)
}

fn rate(text: &str) -> Result<StartPace, String> {
    let number = text.strip_suffix("/s").unwrap_or(text);
    let number: f64 = number
        .parse()
        .map_err(|_| format!("--rate: {}: accepted is a number a second: 50, 0.5, 200/s", quoted(text)))?;
    StartPace::per_second(number).map_err(|why| format!("--rate: {why}"))
}
