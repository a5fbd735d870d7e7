//! What the view asks of a kind of session, a file for each kind.

mod dns;
mod http;
mod kinds;
mod listener;
mod questions;
mod repeat;
mod tcp;
mod udp;

pub(super) use kinds::{
    about, detail, ended_status, last_figures, listening, meaning, name, open, own_figures, status_line, unit,
};
pub(super) use questions::FigurePlace;
