//! Helpers for the JSON fields of all events.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::wire::Failure;

/// The fields of one event, in order.
pub(crate) type EventFields = Map<String, Value>;

/// A time in milliseconds, with a resolution of one microsecond.
pub(crate) fn milliseconds(duration: Duration) -> Value {
    (duration.as_micros() as f64 / 1e3).into()
}

/// The fields of a JSON object.
pub(super) fn into_fields(value: Value) -> EventFields {
    match value {
        Value::Object(fields) => fields,
        other => Map::from_iter([("value".to_owned(), other)]),
    }
}

/// Each value as it is printed, in a JSON array.
pub(super) fn texts<T: ToString>(all: &[T]) -> Value {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().into()
}

/// The fields of a failure: `class`, `operation`, `peer`, `errno`, `message`.
pub(super) fn failure_fields(failure: &Failure) -> EventFields {
    let mut fields = into_fields(json!({"class": failure.class.name(), "operation": failure.operation.name()}));
    if !failure.peer.is_empty() {
        fields.insert("peer".to_owned(), failure.peer.as_str().into());
    }
    if let Some(code) = failure.os_code {
        fields.insert("errno".to_owned(), code.into());
    }
    fields.insert("message".to_owned(), failure.message.as_str().into());
    fields
}
