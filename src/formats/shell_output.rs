//! The bytes that bash's `echo` and `printf` write; what is not done here is refused by name.

use super::shell;
use crate::text::sanitize::quoted;

/// Which escapes are decoded. Everywhere: those of [`shell::control_escape`], `\\`, `\xHH`, `\uHHHH` and `\UHHHHHHHH`. Any
/// other backslash stands for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EscapeRules {
    /// Also `\0NNN`, and `\c`, which ends the output.
    EchoText,
    /// Also `\NNN`, and quotes and the question mark.
    PrintfFormat,
    /// The argument of `%b`: also `\NNN`, `\0NNN`, the question mark, and `\c`.
    PrintfArgument,
}

/// Bytes, and whether `\c` ended the output with them.
struct EscapedBytes {
    bytes: Vec<u8>,
    is_end: bool,
}

/// What `echo` writes for these words: escapes are decoded only with `-e`.
///
/// # Errors
/// Fails for an escape that is no character.
pub(super) fn echo(mut words: &[&str]) -> Result<Vec<u8>, String> {
    let (mut ends, mut escaped) = (true, false);
    while let Some((options, rest)) = words.split_first()
        && let Some(letters) = options.strip_prefix('-').filter(|letters| !letters.is_empty())
        && letters.chars().all(|letter| matches!(letter, 'n' | 'e' | 'E'))
    {
        for letter in letters.chars() {
            match letter {
                'n' => ends = false,
                letter => escaped = letter == 'e',
            }
        }
        words = rest;
    }
    let mut text = words.join(" ");
    if ends {
        text.push('\n');
    }
    if !escaped {
        return Ok(text.into_bytes());
    }
    escaped_bytes(&text, EscapeRules::EchoText).map(|escaped| escaped.bytes)
}

/// What `printf` writes for these words: a format with `%s`, `%b`, `%d`, `%i`, `%u`, `%c` and `%%`, and its arguments; the
/// format is used again while arguments are left.
///
/// # Errors
/// Fails for options and other conversions, for a number that bash complains of, and for an escape that is no character.
pub(super) fn printf(words: &[&str]) -> Result<Vec<u8>, String> {
    let words = match words {
        ["--", rest @ ..] => rest,
        [option, ..] if option.len() > 1 && option.starts_with('-') => {
            return Err(format!("printf's {} is not read here; accepted: printf FORMAT [ARGUMENT…]", quoted(option)));
        }
        words => words,
    };
    let Some((format, arguments)) = words.split_first() else {
        return Err("printf writes nothing without a format; accepted: printf FORMAT [ARGUMENT…]".to_owned());
    };
    let mut arguments = arguments.iter();
    let mut bytes = Vec::new();
    loop {
        let left = arguments.len();
        let mut plain = String::new();
        let mut rest = format.chars().peekable();
        while let Some(c) = rest.next() {
            if c != '%' {
                plain.push(c);
                // A backslash does not protect a percent sign.
                if c == '\\' {
                    plain.extend(rest.next_if(|next| *next != '%'));
                }
                continue;
            }
            bytes.extend(escaped_bytes(&plain, EscapeRules::PrintfFormat)?.bytes);
            plain.clear();
            let conversion = rest.next();
            if conversion == Some('%') {
                bytes.push(b'%');
                continue;
            }
            let argument = arguments.next().copied().unwrap_or_default();
            match conversion {
                Some('s') => bytes.extend(argument.as_bytes()),
                Some('d' | 'i') => bytes.extend(integer(argument, false)?.into_bytes()),
                Some('u') => bytes.extend(integer(argument, true)?.into_bytes()),
                // The first byte, also of a longer character; without one a byte 0.
                Some('c') => bytes.push(argument.bytes().next().unwrap_or_default()),
                Some('b') => {
                    let escaped = escaped_bytes(argument, EscapeRules::PrintfArgument)?;
                    bytes.extend(escaped.bytes);
                    if escaped.is_end {
                        return Ok(bytes);
                    }
                }
                other => {
                    let shown: String = std::iter::once('%').chain(other).collect();
                    return Err(format!(
                        "printf's {} is not read here; accepted: %s %b %d %i %u %c %%",
                        quoted(&shown)
                    ));
                }
            }
        }
        bytes.extend(escaped_bytes(&plain, EscapeRules::PrintfFormat)?.bytes);
        if arguments.len() == 0 || arguments.len() == left {
            return Ok(bytes);
        }
    }
}

/// The decimal digits of an argument of `%d` or `%u`: decimal, octal with a 0 before it, hex with 0x, or the number of a
/// character with a quotation mark before it. A negative number of `%u` is the one that has the same 64 bits.
///
/// # Errors
/// Fails for anything else: bash writes a part of it, and complains.
fn integer(argument: &str, unsigned: bool) -> Result<String, String> {
    if let Some(character) = argument.strip_prefix(['\'', '"']) {
        return Ok(character.chars().next().map_or(0, u32::from).to_string());
    }
    let text = argument.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, radix) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => (hex, 16),
        None if digits.len() > 1 && digits.starts_with('0') => (&digits[1..], 8),
        None if argument.is_empty() => ("0", 10),
        None => (digits, 10),
    };
    // `from_str_radix` would take a second sign.
    let number = digits.chars().all(|digit| digit.is_digit(radix)).then(|| u64::from_str_radix(digits, radix).ok());
    let value = number.flatten().map(|number| if is_negative { -i128::from(number) } else { i128::from(number) });
    let value = value.filter(|value| unsigned || i64::try_from(*value).is_ok());
    let value = value
        .ok_or_else(|| format!("{} is no number for printf; accepted: 64 bits, as 9, 011 or 0x9", quoted(argument)))?;
    Ok(if unsigned { value.rem_euclid(1 << 64) } else { value }.to_string())
}

/// Decodes the escapes of a text.
///
/// # Errors
/// Fails for `\u` and `\U` with a number that is no character.
fn escaped_bytes(text: &str, rules: EscapeRules) -> Result<EscapedBytes, String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let after = &rest[at + 1..];
        let letter = after.chars().next();
        let digits = |from: usize, most: usize, radix: u32| {
            after.chars().skip(from).take(most).take_while(|c| c.is_digit(radix)).count()
        };
        let (byte, length) = match letter {
            Some('c') if rules != EscapeRules::PrintfFormat => return Ok(EscapedBytes { bytes, is_end: true }),
            Some('\\') => (b'\\', 1),
            Some(mark @ ('"' | '\'')) if rules == EscapeRules::PrintfFormat => (mark as u8, 1),
            Some('?') if rules != EscapeRules::EchoText => (b'?', 1),
            Some(first @ '0'..='7') if first == '0' || rules != EscapeRules::EchoText => {
                // The 0 before the digits counts as one of them only in a format.
                let most = if first == '0' && rules != EscapeRules::PrintfFormat { 4 } else { 3 };
                let length = digits(0, most, 8);
                // Of nine bits the lower eight are written.
                (u32::from_str_radix(&after[..length], 8).unwrap_or_default().to_le_bytes()[0], length)
            }
            Some('x') if digits(1, 2, 16) > 0 => {
                let length = 1 + digits(1, 2, 16);
                (u8::from_str_radix(&after[1..length], 16).unwrap_or_default(), length)
            }
            Some(letter @ ('u' | 'U')) if digits(1, 1, 16) > 0 => {
                let length = 1 + digits(1, if letter == 'u' { 4 } else { 8 }, 16);
                let escape = &after[..length];
                let character = u32::from_str_radix(&escape[1..], 16).ok().and_then(char::from_u32);
                let wrong = || format!("{} is no character", quoted(&format!("\\{escape}")));
                bytes.extend(character.ok_or_else(wrong)?.to_string().into_bytes());
                rest = &after[length..];
                continue;
            }
            Some(letter) => shell::control_escape(letter).map_or((b'\\', 0), |byte| (byte, 1)),
            None => (b'\\', 0),
        };
        bytes.push(byte);
        rest = &after[length..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(EscapedBytes { bytes, is_end: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Writer = fn(&[&str]) -> Result<Vec<u8>, String>;

    /// What bash 5.2 writes.
    const WRITTEN: &[(Writer, &[&str], &[u8])] = &[
        (echo, &["-e", r"\101"], b"\\101\n"),
        (echo, &["-e", r"\0101\01011"], b"AA1\n"),
        (echo, &["-e", r"\0\08\0777"], b"\0\08\xff\n"),
        (echo, &["-e", r"\x4\x414\xg\x{41}"], b"\x04A4\\xg\\x{41}\n"),
        (echo, &["-e", r#"\"\'\?\z\\"#], b"\\\"\\'\\?\\z\\\n"),
        (echo, &["-e", r"\u41\u\U0001f6000"], "A\\u\u{1f600}0\n".as_bytes()),
        (echo, &["-e", r"\e\E\a", "b"], b"\x1b\x1b\x07 b\n"),
        (echo, &["-e", r"a\cb"], b"a"),
        (echo, &["-e", r"a\"], b"a\\\n"),
        (echo, &["-eE", r"a\n"], b"a\\n\n"),
        (echo, &["-n", "-e", "-q"], b"-q"),
        (echo, &["--", "a"], b"-- a\n"),
        (printf, &[r"\101\0101\1011\777\0\8"], b"A\x081A1\xff\0\\8"),
        (printf, &[r#"\"\'\?\z\E\cb"#], b"\"'?\\z\x1b\\cb"),
        (printf, &[r"\u20ac\U20ac"], "€€".as_bytes()),
        (printf, &[r"\%s\\%s", "a", "b"], b"\\a\\b"),
        (printf, &[r"a\"], b"a\\"),
        (printf, &["%b", r"\101\0101\1\01011"], b"AA\x01A1"),
        (printf, &["%b", r#"\"\'\?\8"#], b"\\\"\\'?\\8"),
        (printf, &["x%bz", r"a\cb", "c"], b"xa"),
        (printf, &["%d %d %d %i", "010", "0x1F", "-010", "+5"], b"8 31 -8 5"),
        (printf, &["%d %d %d", " 5", "-0", "007"], b"5 0 7"),
        (printf, &["%d%d,", ""], b"00,"),
        (printf, &["%d %d %d", "'a", "\"ab", "'"], b"97 97 0"),
        (printf, &["%d", "-9223372036854775808"], b"-9223372036854775808"),
        (printf, &["%u %u", "-1", "18446744073709551615"], b"18446744073709551615 18446744073709551615"),
        (printf, &["%c%c%c", "é", "ab"], b"\xc3a\0"),
        (printf, &["%d\n", "1", "2"], b"1\n2\n"),
        (printf, &["-"], b"-"),
        (printf, &["--", "-%s%%", "a"], b"-a%"),
    ];

    #[test]
    fn what_is_written_is_what_bash_writes() {
        for (writer, words, written) in WRITTEN {
            let bytes = writer(words).unwrap_or_else(|why| panic!("{words:?}: {why}"));
            assert_eq!(bytes.escape_ascii().to_string(), written.escape_ascii().to_string(), "{words:?}");
        }
    }

    #[test]
    fn what_bash_complains_of_or_is_not_done_is_refused_by_name() {
        for (words, named) in [
            (&["%d", "5x"][..], "\"5x\" is no number"),
            (&["%d", "5 "], "\"5 \" is no number"),
            (&["%i", "08"], "\"08\" is no number"),
            (&["%d", "0x"], "\"0x\" is no number"),
            (&["%d", "--5"], "\"--5\" is no number"),
            (&["%d", "-"], "\"-\" is no number"),
            (&["%d", "9223372036854775808"], "\"9223372036854775808\" is no number"),
            (&["%x", "5"], "printf's \"%x\""),
            (&["%"], "printf's \"%\""),
            (&["-v", "x", "y"], "printf's \"-v\""),
            (&["-%s", "a"], "printf's \"-%s\""),
            (&[], "without a format"),
            (&[r"\ud800"], "d800"),
        ] {
            let why = printf(words).unwrap_err();
            assert!(why.contains(named), "{words:?}: {why}");
        }
    }
}
