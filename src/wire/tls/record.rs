//! Reads the records of a handshake in both directions, for display (RFC 8446 §5, RFC 5246 §6.2).
//!
//! Nothing is decrypted: what is encrypted is a record with a length. The reader takes no decision, and no input is an
//! error for it.

use std::time::Duration;

use super::hello::ServerHello;
use super::names::{TlsAlertReason, TlsCipherSuite, TlsGroup, TlsHandshakeType, TlsRecordType, TlsVersion};
use crate::wire::{Both, Direction};

/// How many messages of a handshake are kept; further ones are counted.
pub const MOST_TLS_MESSAGES: usize = 64;

/// How many bytes of a ServerHello are read for what it chose. With a post-quantum key share it has some 1,200.
const MOST_HELLO: usize = 4096;

/// The head of a record: type, version, length.
const RECORD_HEAD: usize = 5;

/// The head of a handshake message: type, length.
const MESSAGE_HEAD: usize = 4;

/// One message of a handshake, or one record whose content is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsMessage {
    /// Who sent it.
    pub direction: Direction,
    /// When its last byte was written or read, from the start of the handshake.
    pub at: Duration,
    /// What it is.
    pub what: TlsMessageKind,
    /// Its length with its own head: of a message in the clear without the heads of records, of anything else that of
    /// the whole record.
    pub bytes: u64,
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsMessageKind {
    /// A handshake message in the clear.
    Handshake(TlsHandshakeType),
    /// A ServerHello that asks for another ClientHello (RFC 8446 §4.1.4).
    HelloRetryRequest,
    /// "From here on it is encrypted"; in TLS 1.3 without meaning (RFC 8446 §D.4).
    ChangeCipherSpec,
    /// An alert in the clear.
    Alert {
        /// Whether its level is fatal (2).
        is_fatal: bool,
        /// What it says.
        reason: TlsAlertReason,
    },
    /// A record whose content is encrypted.
    Encrypted(TlsRecordType),
    /// A record of another type.
    Other(TlsRecordType),
    /// Bytes that are no record of TLS. Nothing behind them is read.
    NotTls,
}

/// Reads what both sides wrote during a handshake, as it goes over the wire.
#[derive(Clone, Debug, Default)]
pub struct HandshakeReader {
    sides: Both<RecordSide>,
    choice: Option<ServerHello>,
    messages: Vec<TlsMessage>,
    left_out: u64,
}

/// How far the records of one direction were read.
#[derive(Clone, Debug, Default)]
struct RecordSide {
    bytes: u64,
    records: u64,
    head: [u8; RECORD_HEAD],
    head_len: usize,
    /// The rest of the record's content.
    record_left: usize,
    message: OpenMessage,
    /// The first bytes of an alert.
    alert: Vec<u8>,
    /// A ChangeCipherSpec was read.
    has_changed: bool,
    is_broken: bool,
}

/// The handshake message that is being read.
#[derive(Clone, Debug, Default)]
struct OpenMessage {
    head: [u8; MESSAGE_HEAD],
    head_len: usize,
    left: usize,
    /// The content, of a ServerHello only.
    content: Vec<u8>,
}

impl HandshakeReader {
    /// Reads the next bytes of one direction. `at`: since the start of the handshake.
    pub fn read(&mut self, direction: Direction, bytes: &[u8], at: Duration) {
        self.sides.of_mut(direction).bytes += bytes.len() as u64;
        let mut rest = bytes;
        while !rest.is_empty() && !self.sides.of(direction).is_broken {
            rest = self.read_some(direction, rest, at);
        }
    }

    /// The messages so far, oldest first; at most [`MOST_TLS_MESSAGES`].
    pub fn messages(&self) -> &[TlsMessage] {
        &self.messages
    }

    /// How many messages were not kept.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// All bytes that were read, by direction.
    pub fn wire_bytes(&self) -> Both<u64> {
        Both { sent: self.sides.sent.bytes, received: self.sides.received.bytes }
    }

    /// How many records began, by direction.
    pub fn record_counts(&self) -> Both<u64> {
        Both { sent: self.sides.sent.records, received: self.sides.received.records }
    }

    /// The version that the server chose.
    pub fn version(&self) -> Option<TlsVersion> {
        self.choice.map(|hello| hello.version)
    }

    /// The cipher suite that the server chose.
    pub fn cipher(&self) -> Option<TlsCipherSuite> {
        self.choice.map(|hello| hello.cipher)
    }

    /// The group of the server's key share; TLS 1.2 names it elsewhere.
    pub fn group(&self) -> Option<TlsGroup> {
        self.choice.and_then(|hello| hello.group)
    }

    /// Reads one piece: a part of a record's head, or of its content. Returns what is behind it.
    fn read_some<'a>(&mut self, direction: Direction, bytes: &'a [u8], at: Duration) -> &'a [u8] {
        let side = self.sides.of_mut(direction);
        if side.head_len < RECORD_HEAD {
            let taken = bytes.len().min(RECORD_HEAD - side.head_len);
            side.head[side.head_len..][..taken].copy_from_slice(&bytes[..taken]);
            side.head_len += taken;
            // The first bytes tell whether it is TLS at all, before the head is complete.
            let is_tls = (20..=24).contains(&side.head[0]) && (side.head_len < 2 || side.head[1] == 3);
            if !is_tls {
                side.is_broken = true;
                return self.add(direction, at, TlsMessageKind::NotTls, bytes.len() as u64, &[]);
            }
            if side.head_len == RECORD_HEAD {
                side.records += 1;
                side.record_left = usize::from(u16::from_be_bytes([side.head[3], side.head[4]]));
                side.alert.clear();
                if side.record_left == 0 {
                    return self.end_record(direction, at, &bytes[taken..]);
                }
            }
            return &bytes[taken..];
        }
        let (content, behind) = bytes.split_at(bytes.len().min(side.record_left));
        side.record_left -= content.len();
        let is_over = side.record_left == 0;
        match (side.record_type(), self.is_encrypted(direction)) {
            (TlsRecordType::HANDSHAKE, false) => self.read_messages(direction, content, at),
            (TlsRecordType::ALERT, false) => {
                let side = self.sides.of_mut(direction);
                side.alert.extend(content.iter().take(2 - side.alert.len().min(2)));
            }
            _ => {}
        }
        if is_over { self.end_record(direction, at, behind) } else { behind }
    }

    /// Whether the content of this direction's records of handshake and alert is encrypted: in TLS 1.3 such records
    /// have another type, and a ChangeCipherSpec means nothing.
    fn is_encrypted(&self, direction: Direction) -> bool {
        let is_tls13 = self.version().is_some_and(|version| version >= TlsVersion::TLS13);
        self.sides.of(direction).has_changed && !is_tls13
    }

    fn end_record<'a>(&mut self, direction: Direction, at: Duration, behind: &'a [u8]) -> &'a [u8] {
        let is_encrypted = self.is_encrypted(direction);
        let side = self.sides.of_mut(direction);
        side.head_len = 0;
        let kind = side.record_type();
        let length = RECORD_HEAD as u64 + u64::from(u16::from_be_bytes([side.head[3], side.head[4]]));
        let what = match kind {
            TlsRecordType::CHANGE_CIPHER_SPEC => {
                side.has_changed = true;
                TlsMessageKind::ChangeCipherSpec
            }
            TlsRecordType::APPLICATION_DATA => TlsMessageKind::Encrypted(kind),
            TlsRecordType::HANDSHAKE | TlsRecordType::ALERT if is_encrypted => TlsMessageKind::Encrypted(kind),
            // Its messages were added as they ended.
            TlsRecordType::HANDSHAKE => return behind,
            TlsRecordType::ALERT => match side.alert.as_slice() {
                [level, reason] => TlsMessageKind::Alert { is_fatal: *level == 2, reason: TlsAlertReason(*reason) },
                _ => TlsMessageKind::Other(kind),
            },
            other => TlsMessageKind::Other(other),
        };
        self.add(direction, at, what, length, behind)
    }

    /// Reads handshake messages: a record may hold several, and a message may stand in several records.
    fn read_messages(&mut self, direction: Direction, content: &[u8], at: Duration) {
        let mut rest = content;
        while !rest.is_empty() {
            let message = &mut self.sides.of_mut(direction).message;
            if message.head_len < MESSAGE_HEAD {
                let taken = rest.len().min(MESSAGE_HEAD - message.head_len);
                message.head[message.head_len..][..taken].copy_from_slice(&rest[..taken]);
                message.head_len += taken;
                rest = &rest[taken..];
                if message.head_len < MESSAGE_HEAD {
                    return;
                }
                message.left = message.length();
                message.content.clear();
            }
            let taken = rest.len().min(message.left);
            if message.kind() == TlsHandshakeType::SERVER_HELLO {
                let room = MOST_HELLO - message.content.len().min(MOST_HELLO);
                message.content.extend(rest[..taken].iter().take(room));
            }
            message.left -= taken;
            rest = &rest[taken..];
            if message.left == 0 {
                self.end_message(direction, at);
            }
        }
    }

    fn end_message(&mut self, direction: Direction, at: Duration) {
        let message = &mut self.sides.of_mut(direction).message;
        message.head_len = 0;
        let (kind, length) = (message.kind(), (MESSAGE_HEAD + message.length()) as u64);
        let hello = (direction == Direction::Received && kind == TlsHandshakeType::SERVER_HELLO)
            .then(|| ServerHello::read(&message.content))
            .flatten();
        let what = match hello {
            Some(hello) if hello.is_retry => TlsMessageKind::HelloRetryRequest,
            _ => TlsMessageKind::Handshake(kind),
        };
        self.choice = hello.or(self.choice);
        self.add(direction, at, what, length, &[]);
    }

    fn add<'a>(
        &mut self,
        direction: Direction,
        at: Duration,
        what: TlsMessageKind,
        bytes: u64,
        behind: &'a [u8],
    ) -> &'a [u8] {
        if self.messages.len() < MOST_TLS_MESSAGES {
            self.messages.push(TlsMessage { direction, at, what, bytes });
        } else {
            self.left_out += 1;
        }
        behind
    }
}

impl RecordSide {
    fn record_type(&self) -> TlsRecordType {
        TlsRecordType(self.head[0])
    }
}

impl OpenMessage {
    fn kind(&self) -> TlsHandshakeType {
        TlsHandshakeType(self.head[0])
    }

    /// The length of its content: three bytes.
    fn length(&self) -> usize {
        self.head[1..].iter().fold(0, |length, byte| length << 8 | usize::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(kind: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![kind, 3, 3];
        bytes.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
        bytes.extend(content);
        bytes
    }

    fn message(kind: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
        bytes[0] = kind;
        bytes.extend(content);
        bytes
    }

    fn server_hello(version: u8) -> Vec<u8> {
        let mut body = vec![3, 3];
        body.extend([1; 32]);
        body.extend([0, 0x13, 0x01, 0, 0, 6, 0, 43, 0, 2, 3, version]);
        message(2, &body)
    }

    /// The messages as `direction type bytes`.
    fn told(reader: &HandshakeReader) -> Vec<String> {
        let line = |message: &TlsMessage| {
            let mark = if message.direction == Direction::Sent { '▲' } else { '▼' };
            format!("{mark} {:?} {}", message.what, message.bytes)
        };
        reader.messages().iter().map(line).collect()
    }

    fn read(parts: &[(Direction, Vec<u8>)]) -> HandshakeReader {
        let mut reader = HandshakeReader::default();
        for (direction, bytes) in parts {
            reader.read(*direction, bytes, Duration::ZERO);
        }
        reader
    }

    use Direction::{Received, Sent};

    #[test]
    fn a_handshake_of_tls_1_3_is_in_the_clear_up_to_the_server_hello() {
        let mut answer = record(22, &server_hello(4));
        answer.extend(record(20, &[1]));
        answer.extend(record(23, &[0; 90]));
        let reader = read(&[(Sent, record(22, &message(1, &[5; 10]))), (Received, answer)]);
        assert_eq!(
            told(&reader),
            [
                "▲ Handshake(TlsHandshakeType(1)) 14",
                "▼ Handshake(TlsHandshakeType(2)) 50",
                "▼ ChangeCipherSpec 6",
                "▼ Encrypted(TlsRecordType(23)) 95"
            ]
        );
        assert_eq!((reader.version(), reader.cipher()), (Some(TlsVersion::TLS13), Some(TlsCipherSuite(0x1301))));
        assert_eq!(reader.wire_bytes(), Both { sent: 19, received: 55 + 6 + 95 });
        assert_eq!(reader.record_counts(), Both { sent: 1, received: 3 });
    }

    #[test]
    fn after_change_cipher_spec_tls_1_2_is_encrypted() {
        let mut answer = record(22, &[server_hello(3), message(11, &[0; 300]), message(14, &[])].concat());
        answer.extend(record(20, &[1]));
        answer.extend(record(22, &[0xff; 40]));
        answer.extend(record(21, &[0xff; 26]));
        let reader = read(&[(Received, answer)]);
        assert_eq!(
            told(&reader),
            [
                "▼ Handshake(TlsHandshakeType(2)) 50",
                "▼ Handshake(TlsHandshakeType(11)) 304",
                "▼ Handshake(TlsHandshakeType(14)) 4",
                "▼ ChangeCipherSpec 6",
                "▼ Encrypted(TlsRecordType(22)) 45",
                "▼ Encrypted(TlsRecordType(21)) 31"
            ]
        );
    }

    #[test]
    fn a_message_may_stand_in_several_records() {
        let whole = message(11, &[7; 300]);
        let parts = [record(22, &whole[..2]), record(22, &whole[2..200]), record(22, &whole[200..])].concat();
        assert_eq!(told(&read(&[(Received, parts)])), ["▼ Handshake(TlsHandshakeType(11)) 304"]);
    }

    #[test]
    fn an_alert_and_what_is_no_tls_are_said() {
        let reader = read(&[(Received, record(21, &[2, 40])), (Sent, b"HTTP/1.1 400 Bad".to_vec())]);
        assert_eq!(told(&reader), ["▼ Alert { is_fatal: true, reason: TlsAlertReason(40) } 7", "▲ NotTls 16"]);
    }

    #[test]
    fn messages_beyond_the_bound_are_counted() {
        let reader = read(&[(Received, record(23, &[0; 3]).repeat(MOST_TLS_MESSAGES + 5))]);
        assert_eq!((reader.messages().len(), reader.left_out()), (MOST_TLS_MESSAGES, 5));
    }

    proptest! {
        #[test]
        fn any_split_of_the_input_gives_the_same_messages(
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
            kinds in proptest::collection::vec((20_u8..25, 0_usize..40), 0..8),
            at in any::<prop::sample::Index>(),
        ) {
            let mut input: Vec<u8> = kinds.iter().flat_map(|(kind, length)| record(*kind, &bytes[..(*length).min(bytes.len())])).collect();
            input.extend(&bytes);
            let whole = read(&[(Received, input.clone())]);
            let cut = at.index(input.len() + 1);
            let halves = read(&[(Received, input[..cut].to_vec()), (Received, input[cut..].to_vec())]);
            let comparable = |reader: &HandshakeReader| {
                // Where it stops being TLS, the rest of the slice is counted, not the rest of the input.
                reader.messages().iter().map(|message| message.what).collect::<Vec<_>>()
            };
            prop_assert_eq!(comparable(&whole), comparable(&halves));
            prop_assert_eq!(whole.wire_bytes(), halves.wire_bytes());
        }
    }
}
