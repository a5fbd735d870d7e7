//! The only place where the model changes: a message and the time go in, effects come out.

mod actions;
mod app;
mod command_line;
mod compose;
mod copy;
mod cursor;
mod dispatch;
mod effects;
mod follow;
mod home;
mod keys;
mod ladder;
mod menus;
mod mouse;
mod moving;
pub(crate) mod notices;
mod options;
mod overlay;
mod pane;
mod prompt;
mod readings;
mod remedies;
mod sampling;
mod scroll;
mod search;
mod session;
pub use dispatch::update;
