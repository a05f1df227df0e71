//! Changes to good claims, told by the bytes of a script: so that a fuzzer's input always becomes a signed token whose
//! form is nearly right, and what lies behind the signature is reached.

use serde_json::{Map, Value, json};

/// The input of a re-signing target, read byte by byte; past its end every byte is zero.
pub struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn next(&mut self) -> u8 {
        match self.0.split_first() {
            Some((first, rest)) => {
                self.0 = rest;
                *first
            }
            None => 0,
        }
    }

    pub fn is_at_end(&self) -> bool {
        self.0.is_empty()
    }

    pub fn one_of<'b, T>(&mut self, items: &'b [T]) -> &'b T {
        &items[usize::from(self.next()) % items.len()]
    }
}

/// Scripts to start a corpus with: no change, one of each kind, several at once.
pub const SCRIPTS: [&[u8]; 12] = [
    b"",
    &[1, 0, 0, 0],
    &[2, 0, 0, 0],
    &[0, 1, 0, 0],
    &[0, 0, 1, 0],
    &[0, 0, 0, 1],
    &[0, 0, 0, 0, 1, 3, 0],
    &[0, 0, 0, 0, 1, 5, 1, 7],
    &[0, 0, 0, 0, 2, 2, 3, 9, 4, 6, 2],
    &[0, 0, 0, 0, 3, 8, 5, 1, 1, 1, 0, 12, 6, 3],
    &[3, 2, 1, 1, 2, 14, 6, 200, 3, 1, 3, 77],
    &[0, 0, 0, 0, 1, 2, 7, 9],
];

/// Makes up to four changes to `claims`.
///
/// `alternatives` gives values that are good in some other place for a member of that name: another operator, another
/// scene, the edge of a period.
pub fn mutate(claims: &mut Value, script: &mut Script<'_>, alternatives: fn(&str) -> Vec<Value>) {
    for _ in 0..script.next() % 5 {
        if script.is_at_end() {
            return;
        }
        let mut places = vec![];
        collect("", claims, &mut places);
        let place = script.one_of(&places).clone();
        let name = place.rsplit('/').next().unwrap_or_default().to_owned();
        match script.next() % 8 {
            0 => remove(claims, &place),
            1 => set(claims, &place, script.one_of(&strange_values()).clone()),
            2 => {
                let step = *script.one_of(&[1, -1, 60, -60, 3_600, -3_600, 86_400, -86_400]);
                let times = i64::from(script.next());
                change(claims, &place, |value| match value.as_i64() {
                    Some(number) => json!(number.saturating_add(step * times)),
                    None => value.clone(),
                });
            }
            3 => {
                let (at, character) = (usize::from(script.next()), char::from(script.next()));
                change_text(claims, &place, |text| {
                    let at = at % text.len().max(1);
                    if let Some(slot) = text.get_mut(at) {
                        *slot = character;
                    }
                });
            }
            4 => {
                let length = usize::from(script.next());
                change_text(claims, &place, |text| text.truncate(length % (text.len() + 1)));
            }
            5 => {
                let more = *script.one_of(&['0', 'A', '.', '#', '/', '证', '\u{202e}', '\n']);
                let times = usize::from(script.next());
                change_text(claims, &place, |text| text.extend(std::iter::repeat_n(more, times)));
            }
            6 => {
                let values = alternatives(&name);
                if !values.is_empty() {
                    set(claims, &place, script.one_of(&values).clone());
                }
            }
            _ => {
                let new = *script.one_of(&["act", "vct", "cnf", "nbf", "kind", "x", "", "mc", "lic\0"]);
                let value = script.one_of(&strange_values()).clone();
                if let Some(Value::Object(members)) = claims.pointer_mut(&place) {
                    members.insert(new.into(), value);
                }
            }
        }
    }
}

/// JSON pointers of a value and all inside it.
fn collect(at: &str, value: &Value, places: &mut Vec<String>) {
    places.push(at.to_owned());
    if let Value::Object(members) = value {
        for (name, inner) in members {
            // Names with a slash or tilde would need escaping; such a member is reached by way of its parent.
            if !name.contains(['/', '~']) {
                collect(&format!("{at}/{name}"), inner, places);
            }
        }
    }
}

fn remove(claims: &mut Value, place: &str) {
    if let Some((parent, name)) = place.rsplit_once('/')
        && let Some(Value::Object(members)) = claims.pointer_mut(parent)
    {
        members.remove(name);
    }
}

fn set(claims: &mut Value, place: &str, to: Value) {
    if let Some(value) = claims.pointer_mut(place) {
        *value = to;
    }
}

fn change(claims: &mut Value, place: &str, to: impl FnOnce(&Value) -> Value) {
    if let Some(value) = claims.pointer_mut(place) {
        *value = to(value);
    }
}

fn change_text(claims: &mut Value, place: &str, change: impl FnOnce(&mut Vec<char>)) {
    if let Some(Value::String(text)) = claims.pointer_mut(place) {
        let mut characters: Vec<char> = text.chars().collect();
        change(&mut characters);
        *text = characters.into_iter().collect();
    }
}

fn strange_values() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1_u64 << 31),
        json!(1_u64 << 53),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(""),
        json!("证照"),
        json!("x".repeat(300)),
        json!([]),
        json!(["inspector"]),
        Value::Object(Map::new()),
        json!({ "mc": 1 }),
    ]
}
