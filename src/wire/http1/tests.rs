//! What the readers say of whole inputs, and that it does not depend on the slices.

mod kinds;
mod requests;
mod responses;
mod slices;
mod transcript;
mod written;
