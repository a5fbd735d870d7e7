//! Masks the secrets in the texts of an event.

use serde_json::Value;

use super::fields::EventFields;
use crate::text::secret::SecretDisplay;

/// Masks the secrets in every text of these fields. Not for a payload, which is what went over the wire.
pub(crate) fn mask_fields(fields: &mut EventFields, secrets: SecretDisplay) {
    if secrets == SecretDisplay::Masked {
        fields.values_mut().for_each(mask_value);
    }
}

fn mask_value(value: &mut Value) {
    match value {
        Value::String(text) => {
            let masked = SecretDisplay::Masked.text(text).into_owned();
            *text = masked;
        }
        Value::Array(values) => values.iter_mut().for_each(mask_value),
        Value::Object(fields) => fields.values_mut().for_each(mask_value),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
