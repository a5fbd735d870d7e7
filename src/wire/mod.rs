//! What can be true of a conversation on a network. No I/O, no clock, no person, no screen.

pub mod curl;
pub mod direction;
pub mod dns;
pub mod escapes;
pub mod explain;
pub mod failure;
pub mod filter;
pub mod http;
pub mod id;
pub mod neutral;
pub mod news;
pub mod order;
pub mod paste;
pub mod quantity;
pub mod rate;
pub mod reading;
pub mod record;
pub mod search;
pub mod session;
pub mod shell;
pub mod spec;
pub mod target;
pub mod transcript;
pub mod way;

pub use direction::{Both, Direction, Totals};
pub use failure::{Class, Evidence, Failure};
pub use id::SessionId;
pub use news::{How, News};
pub use order::{Order, Refused, Verb};
pub use reading::Reading;
pub use record::{Block, Record};
pub use session::{Phase, Session};
pub use spec::{Spec, What};
pub use transcript::Transcript;
