//! Reads the data of a record by the layout of its type.

use std::net::IpAddr;

use super::{layout, printed};
use crate::wire::dns::message::DnsFault;
use crate::wire::dns::reader::DnsWalk;
use crate::wire::dns::record_type::RecordType;

/// The data of a record.
pub(in crate::wire::dns) struct RecordData {
    /// Its presentation form.
    pub(in crate::wire::dns) text: String,
    /// The address, of an A or AAAA record of the Internet.
    pub(in crate::wire::dns) address: Option<IpAddr>,
    /// The rule of its type that it breaks; then the text is its bytes (RFC 3597 §5).
    pub(in crate::wire::dns) fault: Option<DnsFault>,
}

/// Reads the data up to `end`, which is within the message, and goes there. Never fails: data that its type does not
/// allow is told by its bytes.
pub(in crate::wire::dns) fn read(walk: &mut DnsWalk<'_>, kind: RecordType, class: u16, end: usize) -> RecordData {
    let (start, outer) = (walk.at, walk.limit);
    walk.limit = end;
    let presented = present(walk, kind, class);
    let stopped = walk.at;
    walk.at = start;
    let bytes = walk.take_rest().unwrap_or_default();
    walk.at = end;
    walk.limit = outer;
    match presented {
        Ok(Some(text)) => {
            let is_address = matches!((kind, class), (RecordType::A | RecordType::AAAA, 1));
            let address = if is_address { text.parse().ok() } else { None };
            RecordData { text, address, fault: None }
        }
        Ok(None) => RecordData { text: printed::unknown(bytes), address: None, fault: None },
        Err(why) => {
            let why = format!("the data is none of a {kind} record: {why}");
            walk.add_field(start..end, "not by the rules", why.as_str());
            let fault = DnsFault { at: stopped, why };
            RecordData { text: printed::unknown(bytes), address: None, fault: Some(fault) }
        }
    }
}

/// The text of the data; `None` if it has no form but its bytes.
fn present(walk: &mut DnsWalk<'_>, kind: RecordType, class: u16) -> Result<Option<String>, String> {
    let Some(parts) = layout::parts(kind.0, class) else { return Ok(None) };
    let start = walk.at;
    let mut texts = Vec::with_capacity(parts.len());
    for part in parts {
        texts.push(part.read(walk)?);
    }
    match walk.left() {
        0 => {}
        // A part that knows no form for these bytes leaves them all.
        _ if walk.at == start => return Ok(None),
        1 => return Err("1 byte follows after its last part".to_owned()),
        left => return Err(format!("{left} bytes follow after its last part")),
    }
    texts.retain(|text| !text.is_empty());
    Ok(Some(texts.join(" ")))
}
