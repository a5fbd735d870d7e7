//! Record data: one table of layouts, and a reader for each part of a layout.

mod addresses;
mod gateway;
mod keys;
mod layout;
mod location;
mod part;
mod printed;
mod rdata;
mod svcb;
mod type_bitmap;

pub(super) use printed::{character_string, hex_digits};
pub(super) use rdata::{RecordData, read};
