//! The options about standard input, and how they become a spec.

#![allow(rustdoc::broken_intra_doc_links, reason = "these doc comments are the help's text, not Markdown")]

use std::num::{NonZeroU16, NonZeroU64};

use clap::Args;

use super::values::option;
use crate::sessions::spec::{InputEnd, InputSpec, MOST_DATAGRAM};
use crate::sessions::{Spec, SpecKind};
use crate::text::quantity;
use crate::text::sanitize::quoted;

/// How standard input is sent, and when the run ends.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Standard input, without a screen")]
pub(super) struct InputArgs {
    /// Send each line by itself, as one datagram or one write, its line end included. A line longer than 1 MiB goes out
    /// in pieces; with UDP, one longer than 65507 bytes ends the input. Either is told
    #[arg(long)]
    pub(super) lines: bool,
    /// Send CRLF for a line feed that has no carriage return before it. On the screen: the composer's line ending
    #[arg(long)]
    pub(super) crlf: bool,
    /// Do not tell the peer that standard input has ended: no FIN (nc's default; UDP has nothing to tell, and always
    /// does so). The run ends when the peer finishes, or by --answers, --for or --idle-timeout
    #[arg(long, conflicts_with = "finish_after")]
    pub(super) keep_open: bool,
    /// Wait this long after the end of standard input (where it is not read: after the start), then finish sending
    /// (FIN); UDP: then end (nc -q). With listen udp, standard input is read from the first datagram on
    #[arg(long, value_name = "DURATION", allow_negative_numbers = true)]
    pub(super) finish_after: Option<String>,
    /// End with 0 after the Nth datagram (TCP: read) from a peer. With 10 if it does not come in time (--for,
    /// --idle-timeout, --finish-after), with 9 if a peer ends before
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(super) answers: Option<String>,
}

/// How a file or standard input becomes datagrams.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Script")]
pub(super) struct DatagramArgs {
    /// UDP: cut files and standard input into datagrams of this many bytes. Without it a file of up to 65507 bytes is
    /// one datagram, and a longer one is refused
    #[arg(long, value_name = "N", allow_negative_numbers = true, conflicts_with = "lines")]
    pub(super) datagram_size: Option<String>,
}

impl DatagramArgs {
    /// The size in bytes, if it was given.
    pub(super) fn parse(&self) -> Result<Option<NonZeroU16>, String> {
        let Some(text) = &self.datagram_size else { return Ok(None) };
        let size = quantity::parse_size(text).map_err(|why| format!("--datagram-size: {why}"))?;
        let size =
            u16::try_from(size).ok().filter(|size| usize::from(*size) <= MOST_DATAGRAM).and_then(NonZeroU16::new);
        size.map(Some).ok_or_else(|| {
            format!("--datagram-size: {} is no size of a datagram; accepted: 1 to {MOST_DATAGRAM} bytes", quoted(text))
        })
    }
}

impl InputArgs {
    /// The name of the first given option that only a run without a screen can do.
    pub(super) fn headless_only(&self) -> Option<&'static str> {
        let given = [
            ("--lines", self.lines),
            ("--keep-open", self.keep_open),
            ("--finish-after", self.finish_after.is_some()),
            ("--answers", self.answers.is_some()),
        ];
        given.into_iter().find_map(|(name, is_given)| is_given.then_some(name))
    }

    /// The name of the first given option, whichever it is.
    pub(super) fn any_given(&self) -> Option<&'static str> {
        self.headless_only().or(self.crlf.then_some("--crlf"))
    }

    /// The spec with these options.
    pub(super) fn applied_to(&self, spec: Spec) -> Result<Spec, String> {
        let end = match &self.finish_after {
            Some(text) => InputEnd::After(option("--finish-after", text)?),
            None if self.keep_open => InputEnd::KeepOpen,
            None => InputEnd::Usual,
        };
        let answers = self.answers.as_deref().map(answer_count).transpose()?;
        let merged = match &spec.what {
            SpecKind::Udp(udp) => udp.receive.merged,
            SpecKind::UdpBound(bound) => bound.receive.merged,
            _ => false,
        };
        if answers.is_some() && merged {
            return Err("--gro and --answers exclude each other: one read may bring many datagrams".to_owned());
        }
        let input = InputSpec { lines: self.lines, crlf: self.crlf, end };
        Ok(Spec { input, answers, ..spec })
    }
}

fn answer_count(text: &str) -> Result<NonZeroU64, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| digits)
        .ok_or_else(|| format!("--answers: {} is no number of answers; accepted: a whole number from 1", quoted(text)))
}
