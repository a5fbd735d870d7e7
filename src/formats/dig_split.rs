//! How dig splits long data: hex and base64 in pieces, with a blank between two.

use std::borrow::Cow;

use crate::wire::dns::record_type::RecordType;

/// The data of a record with its hex or base64 in pieces of `length` characters; `None`: in one piece.
pub(super) fn split_data(kind: RecordType, data: &str, length: Option<u16>) -> Cow<'_, str> {
    let (Some(length), Some(first)) = (length, first_split_word(kind, data)) else { return Cow::Borrowed(data) };
    let mut words = Vec::new();
    for (place, word) in data.split(' ').enumerate() {
        let mut rest = word;
        // Names have no blanks, and hex and base64 are ASCII.
        while place >= first
            && let Some((piece, more)) = rest.split_at_checked(length.into())
            && !more.is_empty()
        {
            words.push(piece);
            rest = more;
        }
        words.push(rest);
    }
    Cow::Owned(words.join(" "))
}

/// The place, from 0, of the first word that dig splits (dig 9.18); `None`: it splits no word of this type. Hashes,
/// salts, and the keys of HIP, SVCB and DOA are never split. OPT and TSIG, which dig prints in sections of their own, stay
/// whole.
fn first_split_word(kind: RecordType, data: &str) -> Option<usize> {
    if data.starts_with("\\# ") {
        return Some(2);
    }
    match kind.0 {
        // EID, NIMLOC, DHCID, OPENPGPKEY, HHIT, BRID
        31 | 32 | 49 | 61 | 67 | 68 => Some(0),
        // SSHFP
        44 => Some(2),
        // KEY, CERT, SINK, DS and its like, DNSKEY, TLSA, SMIMEA, RKEY, CDNSKEY, ZONEMD
        25 | 37 | 40 | 43 | 48 | 52 | 53 | 57 | 59 | 60 | 63 | 32_768 | 32_769 => Some(3),
        // IPSECKEY
        45 => Some(4),
        // TKEY
        249 => Some(6),
        // SIG, RRSIG
        24 | 46 => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What dig 9.18.49 prints with +split=4.
    const SPLIT: &[(u16, &str, &str)] = &[
        (1, "\\# 3 616263", "\\# 3 6162 63"),
        (2, "a-name-longer-than-four.", "a-name-longer-than-four."),
        (16, "\"0001 000200030004\"", "\"0001 000200030004\""),
        (22, "0xaabbccddaabb", "0xaabbccddaabb"),
        (
            24,
            "A 5 2 3600 20231114221320 20200913122640 12345 s.x. c2lnc2ln",
            "A 5 2 3600 20231114221320 20200913122640 12345 s.x. c2ln c2ln",
        ),
        (25, "256 3 5 a2V5a2V5", "256 3 5 a2V5 a2V5"),
        (31, "E32C6F78163A9348", "E32C 6F78 163A 9348"),
        (32, "3251A030", "3251 A030"),
        (37, "PKIX 12345 RSASHA1 Y2VydGRhdGE=", "PKIX 12345 RSASHA1 Y2Vy dGRh dGE="),
        (40, "1 2 3 ZGF0YQ==", "1 2 3 ZGF0 YQ=="),
        (
            43,
            "60485 5 1 000102030405060708090A0B0C0D0E0F10111213",
            "60485 5 1 0001 0203 0405 0607 0809 0A0B 0C0D 0E0F 1011 1213",
        ),
        (44, "2 1 0000000000000000000000000000000000000000", "2 1 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000"),
        (45, "10 1 2 192.0.2.38 a2V5a2V5", "10 1 2 192.0.2.38 a2V5 a2V5"),
        (45, "10 3 0 gateway.example.", "10 3 0 gateway.example."),
        (
            46,
            "A 5 2 3600 20231114221320 20200913122640 12345 s.x. c2lnc2ln",
            "A 5 2 3600 20231114221320 20200913122640 12345 s.x. c2ln c2ln",
        ),
        (48, "256 3 8 a2V5a2V5aw==", "256 3 8 a2V5 a2V5 aw=="),
        (49, "ZGhjaWRk", "ZGhj aWRk"),
        (
            50,
            "1 1 12 AABBCCDD 000G40O40K30E209185GO38E1S8124GJ A",
            "1 1 12 AABBCCDD 000G40O40K30E209185GO38E1S8124GJ A",
        ),
        (51, "1 1 12 AABBCCDDAABBCCDD", "1 1 12 AABBCCDDAABBCCDD"),
        (52, "3 1 0 ABCDEF", "3 1 0 ABCD EF"),
        (53, "3 1 0 ABCDEF", "3 1 0 ABCD EF"),
        (
            55,
            "2 00000000000000000000000000000000 a2V5a2V5a2V5a2V5",
            "2 00000000000000000000000000000000 a2V5a2V5a2V5a2V5",
        ),
        (57, "0 1 8 cmtleQ==", "0 1 8 cmtl eQ=="),
        (
            59,
            "5 0 1 0000000000000000000000000000000000000000",
            "5 0 1 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000",
        ),
        (60, "256 3 8 a2V5a2V5", "256 3 8 a2V5 a2V5"),
        (61, "cGdwcGdw", "cGdw cGdw"),
        (63, "2018031500 1 241 000000000000000000000000", "2018031500 1 241 0000 0000 0000 0000 0000 0000"),
        (64, "1 . ech=ZWNoZWNoZWNoZWNo", "1 . ech=ZWNoZWNoZWNoZWNo"),
        (67, "aGhpdA==", "aGhp dA=="),
        (68, "YnJpZA==", "YnJp ZA=="),
        (
            249,
            "abc. 1 2 3 NOERROR 16 MDEyMzQ1Njc4OWFiY2RlZg== 12 b3RoZXJzb3RoZXJz",
            "abc. 1 2 3 NOERROR 16 MDEy MzQ1 Njc4 OWFi Y2Rl Zg== 12 b3Ro ZXJz b3Ro ZXJz",
        ),
        (259, "1 2 3 \"hello\" ZGF0YWRhdGFkYXRhZGF0YQ==", "1 2 3 \"hello\" ZGF0YWRhdGFkYXRhZGF0YQ=="),
        (
            32_768,
            "12345 5 1 0000000000000000000000000000000000000000",
            "12345 5 1 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000",
        ),
        (65_280, "\\# 4 00010203", "\\# 4 0001 0203"),
    ];

    #[test]
    fn data_is_split_as_dig_splits_it() {
        for (kind, whole, split) in SPLIT {
            assert_eq!(split_data(RecordType(*kind), whole, Some(4)), *split, "type {kind}");
            assert_eq!(split_data(RecordType(*kind), whole, None), *whole, "type {kind}");
        }
        let (whole, split) = ("AB".repeat(56), ["AB".repeat(28), "AB".repeat(28)].join(" "));
        assert_eq!(split_data(RecordType(61), &whole, Some(56)), split);
        assert_eq!(split_data(RecordType(61), &whole, Some(112)), whole);
    }
}
