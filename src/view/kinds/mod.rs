//! The texts of each session kind that the view needs; one file per kind.

mod dns;
mod http;
mod kinds;
mod listener;
mod ports;
mod questions;
mod repeat;
mod tcp;
mod udp;
mod unix;

pub(super) use http::open_words as http_words;
pub(super) use kinds::{
    about, detail, ended_status, last_figures, listening, meaning, name, open, own_figures, status_line, unit,
};
pub(super) use questions::FigurePlace;
