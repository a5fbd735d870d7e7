//! What a message says to a question: the records that answer it, and what it says instead.

use std::net::IpAddr;

use super::message::{DnsMessage, DnsQuestion, DnsRecord};
use super::record_type::RecordType;

/// The most aliases that are followed; a longer chain, or a loop, ends without records. glibc follows 16.
const MOST_ALIASES: usize = 16;

/// What a message without an error says to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerMeaning<'a> {
    /// Records of the type that was asked for, of the name or of the name that it is an alias of.
    Records(Vec<&'a DnsRecord>),
    /// Other servers know more: no answer, and name servers without the zone's SOA (RFC 2308 §2.1.1).
    Referral,
    /// The name is an alias of this one, and the message has no record of it of the type that was asked for.
    AliasAlone(String),
    /// The aliases lead back to where they began, or there are too many.
    AliasLoop,
    /// The answer section has records, but none of the name, type and class that were asked for.
    OtherRecords,
    /// The answer section is empty: the name has no such record (RFC 2308 §2.2).
    NoRecord,
}

impl DnsMessage {
    /// What the message says to a question. Names are compared without regard to capital letters (RFC 4343).
    pub fn meaning_for(&self, question: &DnsQuestion) -> AnswerMeaning<'_> {
        let mut name = question.name.as_str();
        for aliases in 0..=MOST_ALIASES {
            let of_name = |record: &&DnsRecord| {
                record.name.eq_ignore_ascii_case(name)
                    && (record.class == question.class || question.class == ANY_CLASS)
            };
            let wanted = |record: &&DnsRecord| record.kind == question.kind || question.kind == RecordType::ANY;
            let records: Vec<&DnsRecord> = self.answers.iter().filter(of_name).filter(wanted).collect();
            if !records.is_empty() {
                return AnswerMeaning::Records(records);
            }
            let alias = self.answers.iter().filter(of_name).find(|record| record.kind == RecordType::CNAME);
            match alias {
                // The data of an alias is a name in the form in which names are compared.
                Some(alias) if alias.fault.is_none() => name = alias.data.as_str(),
                _ if aliases > 0 => return AnswerMeaning::AliasAlone(name.to_owned()),
                _ => return self.without_alias(),
            }
        }
        AnswerMeaning::AliasLoop
    }

    /// The addresses with which it answers a question.
    pub fn addresses_for(&self, question: &DnsQuestion) -> Vec<IpAddr> {
        let AnswerMeaning::Records(records) = self.meaning_for(question) else { return Vec::new() };
        records.into_iter().filter_map(|record| record.address).collect()
    }

    fn without_alias(&self) -> AnswerMeaning<'_> {
        let has = |kind| self.authorities.iter().any(|record| record.kind == kind);
        let is_authoritative = self.flags & 0x0400 != 0;
        if !self.answers.is_empty() {
            AnswerMeaning::OtherRecords
        } else if has(RecordType::NS) && !has(RecordType::SOA) && !is_authoritative {
            AnswerMeaning::Referral
        } else {
            AnswerMeaning::NoRecord
        }
    }
}

/// The class with which any class is asked for.
const ANY_CLASS: u16 = 255;

#[cfg(test)]
mod tests {
    use super::*;

    fn message(records: &[(&str, RecordType, u16, &str)]) -> DnsMessage {
        let answers = records.iter().map(|(name, kind, class, data)| DnsRecord {
            name: (*name).to_owned(),
            kind: *kind,
            class: *class,
            ttl: 1,
            data: (*data).to_owned(),
            address: data.parse().ok(),
            fault: None,
        });
        DnsMessage { answers: answers.collect(), ..DnsMessage::default() }
    }

    fn question(name: &str) -> DnsQuestion {
        DnsQuestion { name: name.to_owned(), kind: RecordType::A, class: 1 }
    }

    #[test]
    fn an_alias_leads_to_the_records_of_another_name_in_any_order() {
        let message = message(&[
            ("c.", RecordType::A, 1, "192.0.2.1"),
            ("B.", RecordType::CNAME, 1, "c."),
            ("a.", RecordType::CNAME, 1, "b."),
            ("x.", RecordType::A, 1, "192.0.2.9"),
        ]);
        assert_eq!(message.addresses_for(&question("A.")), [IpAddr::from([192, 0, 2, 1])]);
        let alias = DnsQuestion { kind: RecordType::CNAME, ..question("a.") };
        assert!(matches!(message.meaning_for(&alias), AnswerMeaning::Records(records) if records[0].data == "b."));
    }

    #[test]
    fn records_of_another_name_type_or_class_are_no_answer() {
        let alias = message(&[("a.", RecordType::CNAME, 1, "b.")]);
        assert_eq!(alias.meaning_for(&question("a.")), AnswerMeaning::AliasAlone("b.".into()));
        let looped = message(&[("a.", RecordType::CNAME, 1, "b."), ("b.", RecordType::CNAME, 1, "a.")]);
        assert_eq!(looped.meaning_for(&question("a.")), AnswerMeaning::AliasLoop);
        for other in [
            message(&[("b.", RecordType::A, 1, "192.0.2.1")]),
            message(&[("a.", RecordType::A, 3, "192.0.2.1")]),
            message(&[("a.", RecordType::AAAA, 1, "::1")]),
        ] {
            assert_eq!(other.meaning_for(&question("a.")), AnswerMeaning::OtherRecords);
            assert!(other.addresses_for(&question("a.")).is_empty());
        }
        assert_eq!(message(&[]).meaning_for(&question("a.")), AnswerMeaning::NoRecord);
    }

    #[test]
    fn any_type_and_any_class_are_asked_for_by_255() {
        let message = message(&[("a.", RecordType(13), 3, "x")]);
        let any = DnsQuestion { kind: RecordType::ANY, class: 255, ..question("a.") };
        assert!(matches!(message.meaning_for(&any), AnswerMeaning::Records(_)));
    }
}
