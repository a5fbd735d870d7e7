//! What the data of each type of record is made of: one table (IANA, "DNS Parameters", and the RFCs named there).

use super::part::DataPart::{self, *};
use super::{addresses, gateway, keys, location, svcb, type_bitmap};

/// Types whose data is defined for the class IN only; in another class they are bytes.
const INTERNET_ONLY: &[u16] = &[1, 11, 22, 23, 26, 28, 31, 32, 33, 34, 36, 38, 42, 49, 64, 65];

/// The parts of a type's data; `None`: the type is not known, and its data is bytes (RFC 3597).
pub(super) fn parts(kind: u16, class: u16) -> Option<&'static [DataPart]> {
    if INTERNET_ONLY.contains(&kind) && class != 1 {
        return match (kind, class) {
            // RFC 1035 §3.4.1 is for IN; Hesiod has addresses of IN, Chaosnet a domain and an octal number.
            (1, 4) => Some(&[Ip4("address")]),
            (1, 3) => Some(&[Name("domain"), Other(addresses::chaosnet)]),
            _ => None,
        };
    }
    Some(match kind {
        1 => &[Ip4("address")],
        28 => &[Ip6("address")],
        2 | 3 | 4 | 5 | 7 | 8 | 9 | 12 | 23 | 39 => &[Name("name")],
        6 => &[
            Name("primary server"),
            Name("mailbox"),
            U32("serial"),
            Seconds("refresh"),
            Seconds("retry"),
            Seconds("expire"),
            Seconds("minimum: how long a no is kept"),
        ],
        11 => &[Ip4("address"), U8("protocol"), Other(addresses::ports)],
        13 => &[Text("processor"), Text("operating system")],
        14 => &[Name("mailbox"), Name("mailbox for errors")],
        15 => &[U16("preference"), Name("exchange")],
        16 | 56 | 99 | 258 | 261 | 262 => &[Texts("text")],
        17 => &[Name("mailbox"), Name("name of a text")],
        18 => &[U16("subtype"), Name("host")],
        19 => &[Other(addresses::x25)],
        20 => &[Text("address"), Other(addresses::isdn_subaddress)],
        21 => &[U16("preference"), Name("router")],
        22 => &[Other(addresses::nsap)],
        24 => &[
            Type("type covered"),
            U8("algorithm"),
            U8("labels"),
            Seconds("original ttl"),
            Date("expires"),
            Date("signed"),
            U16("key tag"),
            Name("signer"),
            Base64("signature"),
        ],
        46 => &[
            Type("type covered"),
            U8("algorithm"),
            U8("labels"),
            Seconds("original ttl"),
            Date("expires"),
            Date("signed"),
            U16("key tag"),
            WholeName("signer"),
            Base64("signature"),
        ],
        25 => &[Other(keys::key)],
        26 => &[U16("preference"), Name("RFC 822 domain"), Name("X.400 domain")],
        27 => &[Text("longitude"), Text("latitude"), Text("altitude")],
        29 => &[Other(location::read)],
        30 => &[Name("next name"), Other(type_bitmap::single)],
        31 => &[Hex("endpoint")],
        32 => &[Hex("locator")],
        33 => &[U16("priority"), U16("weight"), U16("port"), Name("target")],
        34 => &[Other(addresses::atm)],
        35 => &[
            U16("order"),
            U16("preference"),
            Text("flags"),
            Text("services"),
            Other(addresses::regexp),
            Name("replacement"),
        ],
        36 => &[U16("preference"), Name("exchanger")],
        37 => &[Other(keys::certificate)],
        38 => &[Other(addresses::a6)],
        40 => &[U8("meaning"), U8("coding"), U8("subcoding"), Base64OrNothing("data")],
        41 => &[Other(keys::options)],
        42 => &[Other(addresses::prefixes)],
        43 | 32_768 | 32_769 | 59 => &[U16("key tag"), U8("algorithm"), Other(keys::digest)],
        44 => &[U8("algorithm"), Other(keys::fingerprint)],
        45 => &[Other(gateway::ipsec_key)],
        47 => &[Name("next name"), Other(type_bitmap::some)],
        48 | 60 => &[U16("flags"), U8("protocol"), U8("algorithm"), Base64("key")],
        49 | 61 | 67 | 68 => &[Base64("data")],
        50 => &[Other(type_bitmap::hashed)],
        51 => &[U8("hash algorithm"), U8("flags"), U16("iterations"), Other(type_bitmap::salt)],
        52 | 53 => &[U8("usage"), U8("selector"), U8("matching type"), Hex("association")],
        55 => &[Other(keys::host_identity)],
        57 => &[Other(keys::zero_flags), U8("protocol"), U8("algorithm"), Base64("key")],
        58 => &[Name("previous"), Name("next")],
        62 => &[U32("serial"), U16("flags"), Other(type_bitmap::any)],
        63 => &[U32("serial"), U8("scheme"), Other(keys::zone_digest)],
        64 | 65 => &[Other(svcb::read)],
        66 => &[Type("type"), Other(keys::notify_scheme), U16("port"), Name("target")],
        104 | 106 => &[U16("preference"), Locator64("locator")],
        105 => &[U16("preference"), Ip4("locator")],
        107 => &[U16("preference"), Name("name")],
        108 => &[Hardware("address", 6)],
        109 => &[Hardware("address", 8)],
        249 => &[Other(keys::transaction_key)],
        // RFC 8945 §4.2: its class is ANY.
        250 if class == 255 => &[Other(keys::transaction_signature)],
        256 => &[U16("priority"), U16("weight"), RestAsText("target")],
        257 => &[U8("flags"), Other(keys::authority_tag), RestAsText("value")],
        259 => &[U32("enterprise"), U32("type"), U8("location"), Text("media type"), Other(keys::object)],
        260 => &[Other(gateway::relay)],
        _ => return None,
    })
}
