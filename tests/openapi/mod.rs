//! The document of `/api`, and what it says of a body.
#![allow(dead_code, reason = "not every test uses all of it")]

use serde_json::{Value, json};

/// The document as the repository has it.
pub fn document() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// What a reference of the document points to.
pub fn resolved<'a>(document: &'a Value, part: &'a Value) -> &'a Value {
    match part["$ref"].as_str() {
        Some(to) => document.pointer(to.trim_start_matches('#')).unwrap(),
        None => part,
    }
}

/// What is wrong with a value, by the part of JSON Schema the document uses.
pub fn faults(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let schema = resolved(document, schema);
    let mut found = Vec::new();
    let known = [
        "type",
        "required",
        "properties",
        "additionalProperties",
        "enum",
        "const",
        "pattern",
        "minimum",
        "maximum",
        "maxLength",
        "format",
        "description",
        "anyOf",
        "items",
    ];
    for key in schema.as_object().unwrap().keys() {
        assert!(known.contains(&key.as_str()), "this test does not know `{key}`");
    }
    // One that holds is enough; parts that only name what is required are for those who ask.
    let choices = schema["anyOf"].as_array().into_iter().flatten();
    let choices: Vec<_> = choices
        .filter(|choice| choice["required"].is_null())
        .map(|choice| faults(document, choice, value, at))
        .collect();
    if !choices.is_empty() && choices.iter().all(|faults| !faults.is_empty()) {
        found.extend(choices.into_iter().flatten());
    }
    for (number, one) in value.as_array().into_iter().flatten().enumerate() {
        if !schema["items"].is_null() {
            found.extend(faults(document, &schema["items"], one, &format!("{at}[{number}]")));
        }
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = match &schema["type"] {
        Value::String(one) => one == kind,
        Value::Array(several) => several.contains(&json!(kind)),
        _ => true,
    };
    if !fits {
        found.push(format!("{at}: {kind} is not {}", schema["type"]));
    }
    if !schema["enum"].is_null() && !schema["enum"].as_array().unwrap().contains(value) {
        found.push(format!("{at}: {value} is none of {}", schema["enum"]));
    }
    if !schema["const"].is_null() && schema["const"] != *value {
        found.push(format!("{at}: {value} is not {}", schema["const"]));
    }
    if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str())
        && !regex::Regex::new(pattern).unwrap().is_match(text)
    {
        found.push(format!("{at}: {text} does not fit {pattern}"));
    }
    if let (Some("date-time"), Some(text)) = (schema["format"].as_str(), value.as_str())
        && text.parse::<jiff::Timestamp>().is_err()
    {
        found.push(format!("{at}: {text} is no time"));
    }
    if let Some(number) = value.as_i64() {
        let least = schema["minimum"].as_i64().unwrap_or(i64::MIN);
        let most = schema["maximum"].as_i64().unwrap_or(i64::MAX);
        if !(least..=most).contains(&number) {
            found.push(format!("{at}: {number} is out of range"));
        }
    }
    if let Some(object) = value.as_object() {
        for key in schema["required"].as_array().into_iter().flatten() {
            if !object.contains_key(key.as_str().unwrap()) {
                found.push(format!("{at}: {key} is missing"));
            }
        }
        for (key, value) in object {
            match schema["properties"].get(key) {
                Some(schema) => {
                    found.extend(faults(document, schema, value, &format!("{at}.{key}")))
                }
                None if schema["additionalProperties"] == json!(false) => {
                    found.push(format!("{at}: {key} is not told of"));
                }
                None => {}
            }
        }
    }
    found
}
