//! Specs, records and state of sessions, and their explanations. No I/O, no clock, no screen.

pub mod attempts;
pub mod explain;
pub mod id;
pub mod kinds;
pub mod news;
pub mod options;
pub mod order;
pub mod panic_guard;
pub mod path;
pub mod phase;
pub mod rate;
pub mod reading;
pub mod record;
pub mod repeat;
pub mod retention;
pub mod search;
pub mod send_progress;
pub mod session;
mod session_facts;
pub mod socket_moves;
pub mod spec;
pub mod tcp;
pub mod transcript;

pub use id::SessionId;
pub use news::{CloseReason, News};
pub use order::{DatagramVerb, ListenerVerb, Order, RefusedOrder, SocketVerb, StreamVerb, Verb};
pub use phase::{OpenState, SessionPhase};
pub use reading::Reading;
pub use record::{Block, Record};
pub use retention::Retention;
pub use session::Session;
pub use spec::{Spec, SpecKind};
pub use transcript::Transcript;
