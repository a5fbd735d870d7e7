//! DNS over our own sockets: a question as a session, and a second opinion beside the system's resolver.

mod ask;
mod beside;
mod conf;
mod exchange;
mod hosts;
mod query;
mod session;

pub(crate) use beside::SecondOpinion;
pub(crate) use session::run;
