//! What differs between a reader of responses and one of requests.

use std::ops::Range;

use crate::wire::http1::error::Http1Refusal;
use crate::wire::http1::fields::FieldSection;
use crate::wire::http1::head::Http1Head;
use crate::wire::http1::start::HeadStart;

/// A head that was judged.
#[derive(Debug)]
pub struct JudgedHead<S> {
    /// The head.
    pub head: Http1Head<S>,
    /// Whether it is an interim one.
    pub is_interim: bool,
    /// Why the end of the body cannot be known, and the part of the head that is at fault.
    pub refusal: Option<(Http1Refusal, Range<usize>)>,
}

/// Which messages a reader reads: [`ResponseRole`](crate::wire::http1::ResponseRole) or
/// [`RequestRole`](crate::wire::http1::RequestRole).
pub trait MessageRole {
    /// The first line of the messages.
    type Start: HeadStart;

    /// Whether a message is awaited. What comes while none is, is surplus.
    fn awaits(&self) -> bool;

    /// Whether the peer may finish now although a message is awaited.
    fn may_finish(&self) -> bool;

    /// Whether bytes that begin no head are an answer of HTTP/0.9, which is a body alone.
    fn takes_headless(&self) -> bool;

    /// The message is whole: the next one is awaited, if any.
    fn on_end(&mut self);

    /// Says how a head's message is framed, and names what is wrong with it.
    fn judge(&mut self, start: Self::Start, section: FieldSection) -> JudgedHead<Self::Start>;
}
