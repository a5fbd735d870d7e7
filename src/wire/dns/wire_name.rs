//! Names on the wire: labels, and pointers to earlier labels (RFC 1035 §4.1.4).

use super::name_text::push_byte;

/// The longest name, in bytes on the wire, including the root label (RFC 1035 §2.3.4).
const LONGEST: usize = 255;

/// The most pointers that are followed for one name: it has at most as many labels (RFC 1035 §2.3.4).
const MOST_POINTERS: usize = 127;

/// A name, as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ReadName {
    /// In presentation form, absolute, with a final dot; printable ASCII only, other bytes become `\DDD` (RFC 4343
    /// §2.1).
    pub(super) text: String,
    /// Where the bytes after the name begin.
    pub(super) end: usize,
    /// The target of its first pointer.
    pub(super) pointer: Option<usize>,
}

/// Reads the name at `start` and follows its pointers. Every pointer must point before the labels that contain it, so
/// the walk ends for any bytes.
///
/// # Errors
/// Fails if the name is not valid; the message says what is wrong.
pub(super) fn read(bytes: &[u8], start: usize) -> Result<ReadName, String> {
    let beyond = || "a name runs over the end of the message".to_owned();
    let (mut at, mut chunk, mut length, mut pointers) = (start, start, 1, 0);
    let (mut end, mut pointer) = (None, None);
    let mut text = String::new();
    loop {
        let head = *bytes.get(at).ok_or_else(beyond)?;
        match head & 0xc0 {
            0 if head == 0 => {
                if text.is_empty() {
                    text.push('.');
                }
                return Ok(ReadName { text, end: end.unwrap_or(at + 1), pointer });
            }
            0 => {
                let label = bytes.get(at + 1..at + 1 + usize::from(head)).ok_or_else(beyond)?;
                length += label.len() + 1;
                if length > LONGEST {
                    return Err(format!("a name is longer than {LONGEST} bytes"));
                }
                label.iter().for_each(|byte| push_byte(&mut text, *byte));
                text.push('.');
                at += label.len() + 1;
            }
            0xc0 => {
                let low = *bytes.get(at + 1).ok_or_else(beyond)?;
                let target = usize::from(head & 0x3f) << 8 | usize::from(low);
                pointers += 1;
                if target > at {
                    return Err(format!(
                        "the pointer at byte {at} leads forward, to byte {target}; only pointers back cannot loop"
                    ));
                }
                if target >= chunk {
                    return Err(format!("the pointer at byte {at} leads to byte {target}, into its own name: a loop"));
                }
                if pointers > MOST_POINTERS {
                    return Err(format!("a name has more than {MOST_POINTERS} pointers: at byte {at} stands one more"));
                }
                end.get_or_insert(at + 2);
                pointer.get_or_insert(target);
                (at, chunk) = (target, target);
            }
            _ => return Err(format!("byte {at} begins neither a label nor a pointer ({head:#04x})")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_followed_and_what_follows_it_is_found() {
        let bytes = b"\x03www\x07example\x00\x02ns\xc0\x04rest";
        let name = read(bytes, 13).unwrap();
        assert_eq!((name.text.as_str(), name.end, name.pointer), ("ns.example.", 18, Some(4)));
        assert_eq!(read(bytes, 12).unwrap().text, ".");
    }

    #[test]
    fn a_loop_of_pointers_ends() {
        assert!(read(b"\xc0\x00", 0).is_err());
        assert!(read(b"\x01a\xc0\x00", 0).is_err());
        assert!(read(b"\xc0\x02\xc0\x00", 2).is_err());
        assert!(read(b"\x01a\xc0\x00", 0).unwrap_err().contains("its own name: a loop"));
        assert!(read(b"\xc0\x02\x00", 0).unwrap_err().contains("leads forward, to byte 2"));
    }

    /// A chain of pointers, each to the one before it, and the first to the root at byte 0.
    #[test]
    fn a_chain_of_pointers_is_neither_a_loop_nor_forward_and_ends_at_its_bound() {
        let chain: Vec<u8> =
            [0, 0].into_iter().chain((0..200_u16).flat_map(|n| (0xc000 | (n * 2)).to_be_bytes())).collect();
        assert_eq!(read(&chain, 2 * MOST_POINTERS).unwrap().text, ".");
        let why = read(&chain, 2 * MOST_POINTERS + 2).unwrap_err();
        assert!(why.contains("more than 127 pointers") && !why.contains("loop") && !why.contains("forward"), "{why}");
    }

    #[test]
    fn nothing_in_a_name_controls_a_terminal() {
        assert_eq!(read(b"\x05a.\x1b\xff \x00", 0).unwrap().text, "a\\.\\027\\255\\032.");
        let long: Vec<u8> = std::iter::repeat_n([1, b'x'], 128).flatten().chain([0]).collect();
        assert!(read(&long, 0).unwrap_err().contains("255"));
    }
}
