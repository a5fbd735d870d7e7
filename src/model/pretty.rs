//! JSON, laid out to be read.
