//! What a schema says of a type that is both sent and given back.

use schemars::Schema;
use serde_json::Value;

/// A member with a default may be left out; so that one schema serves requests and answers, answers promise no more.
pub fn optional_where_defaulted(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    let has_default = |members: &Value, name: &str| members[name].get("default").is_some();
    let members = object.get("properties").cloned().unwrap_or_default();
    if let Some(Value::Array(required)) = object.get_mut("required") {
        required.retain(|name| name.as_str().is_none_or(|name| !has_default(&members, name)));
    }
}
