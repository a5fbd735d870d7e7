//! Record types by name and number (IANA, "DNS Parameters").

use std::fmt;

/// The type number of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordType(pub u16);

/// Every type of the registry that has a name.
const NAMES: &[(u16, &str)] = &[
    (1, "A"),
    (2, "NS"),
    (3, "MD"),
    (4, "MF"),
    (5, "CNAME"),
    (6, "SOA"),
    (7, "MB"),
    (8, "MG"),
    (9, "MR"),
    (10, "NULL"),
    (11, "WKS"),
    (12, "PTR"),
    (13, "HINFO"),
    (14, "MINFO"),
    (15, "MX"),
    (16, "TXT"),
    (17, "RP"),
    (18, "AFSDB"),
    (19, "X25"),
    (20, "ISDN"),
    (21, "RT"),
    (22, "NSAP"),
    (23, "NSAP-PTR"),
    (24, "SIG"),
    (25, "KEY"),
    (26, "PX"),
    (27, "GPOS"),
    (28, "AAAA"),
    (29, "LOC"),
    (30, "NXT"),
    (31, "EID"),
    (32, "NIMLOC"),
    (33, "SRV"),
    (34, "ATMA"),
    (35, "NAPTR"),
    (36, "KX"),
    (37, "CERT"),
    (38, "A6"),
    (39, "DNAME"),
    (40, "SINK"),
    (41, "OPT"),
    (42, "APL"),
    (43, "DS"),
    (44, "SSHFP"),
    (45, "IPSECKEY"),
    (46, "RRSIG"),
    (47, "NSEC"),
    (48, "DNSKEY"),
    (49, "DHCID"),
    (50, "NSEC3"),
    (51, "NSEC3PARAM"),
    (52, "TLSA"),
    (53, "SMIMEA"),
    (55, "HIP"),
    (56, "NINFO"),
    (57, "RKEY"),
    (58, "TALINK"),
    (59, "CDS"),
    (60, "CDNSKEY"),
    (61, "OPENPGPKEY"),
    (62, "CSYNC"),
    (63, "ZONEMD"),
    (64, "SVCB"),
    (65, "HTTPS"),
    (66, "DSYNC"),
    (67, "HHIT"),
    (68, "BRID"),
    (99, "SPF"),
    (100, "UINFO"),
    (101, "UID"),
    (102, "GID"),
    (103, "UNSPEC"),
    (104, "NID"),
    (105, "L32"),
    (106, "L64"),
    (107, "LP"),
    (108, "EUI48"),
    (109, "EUI64"),
    (128, "NXNAME"),
    (249, "TKEY"),
    (250, "TSIG"),
    (251, "IXFR"),
    (252, "AXFR"),
    (253, "MAILB"),
    (254, "MAILA"),
    (255, "ANY"),
    (256, "URI"),
    (257, "CAA"),
    (258, "AVC"),
    (259, "DOA"),
    (260, "AMTRELAY"),
    (261, "RESINFO"),
    (262, "WALLET"),
    (263, "CLA"),
    (264, "IPN"),
    (32768, "TA"),
    (32769, "DLV"),
];

impl RecordType {
    /// An IPv4 address.
    pub const A: RecordType = RecordType(1);
    /// A name server of a zone.
    pub const NS: RecordType = RecordType(2);
    /// An alias of another name.
    pub const CNAME: RecordType = RecordType(5);
    /// The start of a zone.
    pub const SOA: RecordType = RecordType(6);
    /// The name of an address (reverse lookup).
    pub const PTR: RecordType = RecordType(12);
    /// An IPv6 address.
    pub const AAAA: RecordType = RecordType(28);
    /// EDNS; not a real record (RFC 6891).
    pub const OPT: RecordType = RecordType(41);
    /// Any type: only in a question.
    pub const ANY: RecordType = RecordType(255);

    /// Parses a type name in upper or lower case, as `AAAA` or `TYPE28`; `None` if it is none.
    pub fn parse(word: &str) -> Option<RecordType> {
        let upper = word.to_ascii_uppercase();
        if let Some((number, _)) = NAMES.iter().find(|(_, name)| *name == upper) {
            return Some(RecordType(*number));
        }
        upper.strip_prefix("TYPE").and_then(number).map(RecordType)
    }

    /// Whether it requests a zone transfer, which is a stream of messages, not one answer.
    pub fn is_transfer(self) -> bool {
        matches!(self.0, 251 | 252)
    }
}

impl fmt::Display for RecordType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.iter().find(|(number, _)| *number == self.0) {
            Some((_, name)) => f.write_str(name),
            None => write!(f, "TYPE{}", self.0),
        }
    }
}

/// A number of digits alone.
fn number(digits: &str) -> Option<u16> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// A class by name: `IN`, `CH`, `CLASS1232`.
pub fn class_name(class: u16) -> String {
    match class {
        1 => "IN".to_owned(),
        3 => "CH".to_owned(),
        4 => "HS".to_owned(),
        254 => "NONE".to_owned(),
        255 => "ANY".to_owned(),
        other => format!("CLASS{other}"),
    }
}

/// A class by its name in upper or lower case, as `IN`, `CHAOS` or `CLASS3`; `None` if it is none.
pub fn parse_class(word: &str) -> Option<u16> {
    let upper = word.to_ascii_uppercase();
    match upper.as_str() {
        "IN" => Some(1),
        "CH" | "CHAOS" => Some(3),
        "HS" | "HESIOD" => Some(4),
        "NONE" => Some(254),
        "ANY" => Some(255),
        other => other.strip_prefix("CLASS").and_then(number),
    }
}

/// A response code by name (IANA, "DNS RCODEs"), as `NXDOMAIN`.
pub fn rcode_name(code: u16) -> String {
    let known = match code {
        0 => "NOERROR",
        1 => "FORMERR",
        2 => "SERVFAIL",
        3 => "NXDOMAIN",
        4 => "NOTIMP",
        5 => "REFUSED",
        6 => "YXDOMAIN",
        7 => "YXRRSET",
        8 => "NXRRSET",
        9 => "NOTAUTH",
        10 => "NOTZONE",
        11 => "DSOTYPENI",
        16 => "BADVERS",
        17 => "BADKEY",
        18 => "BADTIME",
        19 => "BADMODE",
        20 => "BADNAME",
        21 => "BADALG",
        22 => "BADTRUNC",
        23 => "BADCOOKIE",
        other => return format!("RCODE{other}"),
    };
    known.to_owned()
}

/// An operation code by name.
pub fn opcode_name(code: u16) -> String {
    let known = match code {
        0 => "QUERY",
        1 => "IQUERY",
        2 => "STATUS",
        4 => "NOTIFY",
        5 => "UPDATE",
        other => return format!("OPCODE{other}"),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_known_by_its_name_and_by_its_number() {
        assert_eq!(RecordType::parse("aaaa"), Some(RecordType::AAAA));
        assert_eq!(RecordType::parse("TYPE65"), Some(RecordType(65)));
        assert_eq!(RecordType(65).to_string(), "HTTPS");
        assert_eq!(RecordType(9999).to_string(), "TYPE9999");
        for wrong in ["example", "TYPE", "TYPE+1", "TYPE65536", ""] {
            assert_eq!(RecordType::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_name_of_the_registry_is_the_name_of_its_number() {
        for (number, name) in NAMES {
            assert_eq!(
                (RecordType::parse(name), RecordType(*number).to_string().as_str()),
                (Some(RecordType(*number)), *name)
            );
        }
        let numbers: std::collections::BTreeSet<u16> = NAMES.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers.len(), NAMES.len());
    }

    #[test]
    fn a_class_is_known_by_its_names_and_by_its_number() {
        for (word, class) in [("in", 1), ("CH", 3), ("chaos", 3), ("HESIOD", 4), ("CLASS3", 3), ("any", 255)] {
            assert_eq!(parse_class(word), Some(class), "{word}");
        }
        for wrong in ["", "INN", "CLASS", "CLASS+1", "CLASS65536"] {
            assert_eq!(parse_class(wrong), None, "{wrong}");
        }
    }
}
