//! News of socket options as JSON fields.

use serde_json::{Value, json};

use super::fields::{EventFields, into_fields, milliseconds};
use crate::sessions::news::OptionNews;
use crate::wire::option::OptionValue;

/// The name of the event, and its fields.
pub(super) fn event(news: &OptionNews) -> (&'static str, EventFields) {
    match news {
        OptionNews::Set { option, asked, now } => {
            let fields = json!({"option": option.name(), "asked": value(asked), "now": value(now)});
            ("option", into_fields(fields))
        }
        OptionNews::Reported(options) => {
            let read = options.iter().filter_map(|(option, read)| Some((option, read.as_ref().ok()?)));
            ("options", read.map(|(option, read)| (option.name().to_owned(), value(read))).collect())
        }
    }
}

/// The value: a number of bytes, a count, milliseconds, true or false, or a name; null if lingering is off.
fn value(value: &OptionValue) -> Value {
    match value {
        OptionValue::Switch(on) => (*on).into(),
        OptionValue::Count(count) | OptionValue::Bytes(count) => (*count).into(),
        OptionValue::Time(time) | OptionValue::Linger(Some(time)) => milliseconds(*time),
        OptionValue::Linger(None) => Value::Null,
        OptionValue::Name(name) => name.as_str().into(),
    }
}
