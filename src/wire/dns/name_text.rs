//! A name as it is typed: labels between dots, with the escapes of RFC 1035 §5.1.

use crate::text::sanitize::quoted;

/// The longest label, in bytes (RFC 1035 §2.3.4).
const LONGEST_LABEL: usize = 63;

/// The longest name, in bytes on the wire: the length bytes and the root label are counted (RFC 1035 §2.3.4).
const LONGEST_NAME: usize = 255;

/// What is accepted, for the end of a message.
const ACCEPTED: &str =
    "labels of 1 to 63 bytes, 255 bytes in all on the wire; any byte as \\DDD (decimal), a dot in a label as \\.";

/// A name of legal length; a label may hold any bytes (RFC 2181 §11).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameLabels {
    /// The labels without the root; empty for the root itself.
    labels: Vec<Vec<u8>>,
    /// Whether it was written with a dot at its end, as the root is.
    is_absolute: bool,
}

impl NameLabels {
    /// Parses a name: `\DDD` is the byte with this decimal number, `\X` is X itself, and a dot without a backslash ends
    /// a label. Other characters stand for themselves; those that are not ASCII for their UTF-8.
    ///
    /// # Errors
    /// Fails if a label or the name is empty or too long, or an escape is not complete; the message names the label.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "." {
            return Ok(NameLabels { labels: Vec::new(), is_absolute: true });
        }
        if text.is_empty() {
            return Err(format!("the name is empty; accepted: {ACCEPTED}, or . for the root"));
        }
        let (mut labels, mut rest) = (Vec::new(), text);
        loop {
            let (label, typed, after) = first_label(rest).map_err(|why| wrong(text, &why))?;
            match label.len() {
                0 => return Err(wrong(text, &format!("its label number {} is empty", labels.len() + 1))),
                1..=LONGEST_LABEL => {}
                length => return Err(wrong(text, &format!("its label {} has {length} bytes", quoted(typed)))),
            }
            labels.push(label);
            match after {
                None => return Self::of_labels(labels, false, text),
                Some("") => return Self::of_labels(labels, true, text),
                Some(after) => rest = after,
            }
        }
    }

    fn of_labels(labels: Vec<Vec<u8>>, is_absolute: bool, text: &str) -> Result<Self, String> {
        let name = NameLabels { labels, is_absolute };
        match name.wire_length() {
            0..=LONGEST_NAME => Ok(name),
            length => Err(wrong(text, &format!("it has {length} bytes on the wire"))),
        }
    }

    /// Whether it ends with a dot: search domains are not for it.
    pub fn is_absolute(&self) -> bool {
        self.is_absolute
    }

    /// The number of dots between its labels.
    pub fn inner_dots(&self) -> usize {
        self.labels.len().saturating_sub(1)
    }

    /// The last label: the top-level domain of an absolute name.
    pub fn last_label(&self) -> Option<&[u8]> {
        self.labels.last().map(Vec::as_slice)
    }

    /// The absolute name of these labels and the labels of `domain`; `None` if it is too long.
    pub fn within(&self, domain: &NameLabels) -> Option<NameLabels> {
        let labels = self.labels.iter().chain(&domain.labels).cloned().collect();
        let name = NameLabels { labels, is_absolute: true };
        (name.wire_length() <= LONGEST_NAME).then_some(name)
    }

    /// The text of the name in the one form that is used everywhere: what a name server is asked for, and what is read
    /// of its answer, are written alike, so that two names are equal if their texts are, apart from capital letters.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (place, label) in self.labels.iter().enumerate() {
            if place > 0 {
                text.push('.');
            }
            label.iter().for_each(|byte| push_byte(&mut text, *byte));
        }
        if self.is_absolute {
            text.push('.');
        }
        text
    }

    /// The name on the wire, uncompressed, at most 255 bytes.
    pub fn to_wire(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.wire_length());
        for label in &self.labels {
            bytes.extend(u8::try_from(label.len()));
            bytes.extend(label);
        }
        bytes.push(0);
        bytes
    }

    fn wire_length(&self) -> usize {
        self.labels.iter().map(|label| label.len() + 1).sum::<usize>() + 1
    }
}

fn wrong(text: &str, why: &str) -> String {
    format!("{} is no name: {why}; accepted: {ACCEPTED}", quoted(text))
}

/// The first label, how it was typed, and what follows its dot; `None` if no dot ends it.
fn first_label(text: &str) -> Result<(Vec<u8>, &str, Option<&str>), String> {
    let bytes = text.as_bytes();
    let (mut label, mut at) = (Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'.' => return Ok((label, &text[..at], Some(&text[at + 1..]))),
            b'\\' => {
                let (value, length) = escape(&bytes[at + 1..]).ok_or_else(|| incomplete(text, at))?;
                label.push(value);
                at += 1 + length;
            }
            other => {
                label.push(*other);
                at += 1;
            }
        }
    }
    Ok((label, text, None))
}

/// The byte that an escape stands for, and how many bytes follow its backslash.
fn escape(after: &[u8]) -> Option<(u8, usize)> {
    match after {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', ..] => {
            let [a, b, c] = [a, b, c].map(|digit| u16::from(digit - b'0'));
            u8::try_from(a * 100 + b * 10 + c).ok().map(|value| (value, 3))
        }
        [b'0'..=b'9', ..] | [] => None,
        [other, ..] => Some((*other, 1)),
    }
}

fn incomplete(text: &str, at: usize) -> String {
    let shown: String = text[at..].chars().take(4).collect();
    format!(
        "{} is no escape: after a backslash stand three digits from 000 to 255, or one other character",
        quoted(&shown)
    )
}

/// Appends one byte of a label: as itself, as `\X` if it has a meaning in a zone file, or as `\DDD` (RFC 4343 §2.1).
pub(super) fn push_byte(text: &mut String, byte: u8) {
    match byte {
        b'.' | b'\\' | b'"' | b'(' | b')' | b';' | b'@' | b'$' => text.extend(['\\', char::from(byte)]),
        0x21..=0x7e => text.push(char::from(byte)),
        other => text.push_str(&format!("\\{other:03}")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::dns::wire_name;

    #[track_caller]
    fn wire(text: &str) -> Vec<u8> {
        NameLabels::parse(text).unwrap().to_wire()
    }

    #[test]
    fn an_escape_is_decimal_and_any_other_character_is_itself() {
        assert_eq!(wire(r"\065.example.test"), b"\x01A\x07example\x04test\0");
        assert_eq!(wire(r"\141"), b"\x01\x8d\0");
        assert_eq!(wire(r"\a.test."), b"\x01a\x04test\0");
        assert_eq!(wire(r"a\.b.c"), b"\x03a.b\x01c\0");
        assert_eq!(wire(r"a\\.c"), b"\x02a\\\x01c\0");
        assert_eq!(wire(r"\000\032\255.x"), b"\x03\0 \xff\x01x\0");
        assert_eq!(wire("\";@$() ~"), b"\x08\";@$() ~\0");
        assert_eq!(wire(r"\0651"), b"\x02A1\0");
        assert_eq!(wire("."), b"\0");
    }

    #[test]
    fn whether_a_name_is_absolute_is_said_by_a_dot_that_is_no_part_of_a_label() {
        let absolute = |text| NameLabels::parse(text).unwrap().is_absolute();
        assert_eq!([r"a.", r"a\.", r"a\\.", r"a\046", "."].map(absolute), [true, false, true, false, true]);
        assert_eq!(NameLabels::parse(r"a\.b.c.d").unwrap().inner_dots(), 2);
    }

    #[test]
    fn every_name_that_is_none_is_told_with_its_label() {
        let why = |text: &str| NameLabels::parse(text).unwrap_err();
        assert!(why("a..b").contains("its label number 2 is empty"), "{}", why("a..b"));
        assert!(why(".a").contains("its label number 1 is empty"));
        assert!(why("").contains("the name is empty"));
        let long = format!("www.{}.x", "y".repeat(64));
        assert!(why(&long).contains("its label \"yyyy") && why(&long).contains("has 64 bytes"), "{}", why(&long));
        for (text, shown) in
            [(r"a\256", r"\256"), (r"a\1", r"\1"), (r"a\12x.b", r"\12x"), ("a\\", "\\"), (r"\999.", r"\999")]
        {
            assert!(why(text).contains(&format!("\"{shown}\" is no escape")), "{}", why(text));
        }
        assert!(!why("a\u{1b}[31m..").contains('\u{1b}'));
    }

    #[test]
    fn the_bounds_of_a_label_and_of_a_name_are_those_of_the_wire() {
        assert!(NameLabels::parse(&"x".repeat(63)).is_ok());
        assert!(NameLabels::parse(&r"\120".repeat(63)).is_ok());
        assert!(NameLabels::parse(&r"\120".repeat(64)).is_err());
        let longest = ["x".repeat(63), "x".repeat(63), "x".repeat(63), "x".repeat(61)].join(".");
        assert_eq!(wire(&longest).len(), 255);
        assert!(NameLabels::parse(&format!("{longest}x")).unwrap_err().contains("256 bytes on the wire"));
    }

    #[test]
    fn a_name_within_a_domain_is_absolute_and_not_too_long() {
        let name = |text| NameLabels::parse(text).unwrap();
        assert_eq!(name(r"a\.b").within(&name("x.y")).unwrap().to_text(), r"a\.b.x.y.");
        let long = name(&["x".repeat(63), "x".repeat(63), "x".repeat(63)].join("."));
        assert!(long.within(&long).is_none());
    }

    proptest! {
        #[test]
        fn a_text_never_panics_and_its_written_form_means_the_same(text in "[a-z.\\\\0-9\\PC]{0,40}") {
            if let Ok(name) = NameLabels::parse(&text) {
                let again = NameLabels::parse(&name.to_text()).unwrap();
                prop_assert_eq!(&again, &name);
                let wire = name.to_wire();
                let read = wire_name::read(&wire, 0).unwrap();
                let written = name.to_text();
                let absolute = if name.is_absolute() { written } else { format!("{written}.") };
                prop_assert_eq!(&read.text, &absolute);
                prop_assert_eq!(read.end, wire.len());
            }
        }

        #[test]
        fn any_bytes_of_a_label_can_be_written(label in proptest::collection::vec(any::<u8>(), 1..64)) {
            let escaped: String = label.iter().map(|byte| format!("\\{byte:03}")).collect();
            let wire = NameLabels::parse(&escaped).unwrap().to_wire();
            prop_assert_eq!(&wire[1..=label.len()], &label[..]);
        }
    }
}
