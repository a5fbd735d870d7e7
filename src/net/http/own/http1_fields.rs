//! What our machine for HTTP/1.1 read, as it is told.

use crate::sessions::news::BrokenRuleNews;
use crate::text::latin1::utf8_or_latin1;
use crate::text::quantity;
use crate::wire::http1::{BrokenRule, FieldSection, Http1Rule, MOST_LISTED_OF_A_RULE};

/// Fields as they came, in order. A line without a colon is a value without a name.
pub(in crate::net::http) fn section_fields(section: &FieldSection) -> Vec<(String, Vec<u8>)> {
    section.fields().map(|field| (utf8_or_latin1(field.name()).into_owned(), field.value().into_owned())).collect()
}

/// What a head or a trailer section breaks.
pub(in crate::net::http) fn broken_rules(section: &FieldSection) -> impl Iterator<Item = BrokenRuleNews> {
    let listed = section.broken().listed().iter().map(|broken| {
        let name = section.field_at(broken.offset).map(|field| field.name()).filter(|name| !name.is_empty());
        BrokenRuleNews { field: name.map(|name| utf8_or_latin1(name).into_owned()), ..broken_rule(broken) }
    });
    let end = section.offset() + section.bytes().len() as u64;
    listed.chain(section.broken().counts().iter().filter_map(move |(rule, count)| repeated_rule(*rule, *count, end)))
}

/// How often a rule was broken in all, if not each time was told; known at this offset.
pub(super) fn repeated_rule(rule: Http1Rule, count: usize, offset: u64) -> Option<BrokenRuleNews> {
    let told = broken_rule(&BrokenRule { rule, offset, bytes: 0 });
    let rule = format!("{}, {} times in all", told.rule, quantity::grouped(count as u64));
    (count > MOST_LISTED_OF_A_RULE).then_some(BrokenRuleNews { rule, ..told })
}

/// A rule that was broken outside of heads and trailers.
pub(super) fn broken_rule(broken: &BrokenRule) -> BrokenRuleNews {
    BrokenRuleNews::new(broken.rule.words(), broken.rule.section(), broken.offset, broken.bytes)
}
