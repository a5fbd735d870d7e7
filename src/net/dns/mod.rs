//! DNS over our own sockets: a question as a session, and a second opinion besides the system's resolver.

mod exchange;
mod hosts;
mod lookup;
mod no_answer;
mod pending;
mod query;
mod resolv_conf;
mod second_opinion;
mod session;
mod transport;

pub(crate) use second_opinion::SecondOpinion;
pub(crate) use session::run;
