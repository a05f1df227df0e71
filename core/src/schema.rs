//! JSON Schemas of the types whose JSON is written by hand.

use alloc::{borrow::Cow, vec::Vec};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{
    time::Day,
    verify::{CheckName, Code},
};

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = Self::ALL.iter().map(|code| code.as_str()).collect();
        json_schema!({ "description": "A stable code of a verdict.", "type": "string", "enum": words })
    }
}

impl JsonSchema for CheckName {
    fn schema_name() -> Cow<'static, str> {
        "CheckName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = Self::ALL.iter().map(|name| name.as_str()).collect();
        json_schema!({ "description": "One of the eleven checks.", "type": "string", "enum": words })
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A day in UTC+8, `YYYYMMDD`.", "type": "string", "pattern": DAY })
    }
}

const DAY: &str = "^[0-9]{8}$";
