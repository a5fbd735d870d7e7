//! What our machine for HTTP/1.1 read, as it is told.

use crate::sessions::news::BrokenRuleNews;
use crate::text::latin1::utf8_or_latin1;
use crate::wire::http1::{BrokenRule, FieldSection};

/// Fields as they came, in order. A line without a colon is a value without a name.
pub(in crate::net::http) fn section_fields(section: &FieldSection) -> Vec<(String, Vec<u8>)> {
    section.fields().map(|field| (utf8_or_latin1(field.name()).into_owned(), field.value().into_owned())).collect()
}

/// What a head or a trailer section breaks.
pub(in crate::net::http) fn broken_rules(section: &FieldSection) -> impl Iterator<Item = BrokenRuleNews> {
    section.broken().listed().iter().map(|broken| {
        let name = section.field_at(broken.offset).map(|field| field.name()).filter(|name| !name.is_empty());
        BrokenRuleNews { field: name.map(|name| utf8_or_latin1(name).into_owned()), ..broken_rule(broken) }
    })
}

/// A rule that was broken outside of heads and trailers.
pub(super) fn broken_rule(broken: &BrokenRule) -> BrokenRuleNews {
    BrokenRuleNews {
        rule: broken.rule.words().to_owned(),
        field: None,
        section: broken.rule.section().to_owned(),
        offset: broken.offset,
        bytes: broken.bytes,
    }
}
