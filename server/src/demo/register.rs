//! What the demo's base register answers: it knows the demo's invented people, and nobody else.
//!
//! `demo-register` serves it beside a running demo; while the demo is made it is asked without a server.

use std::collections::HashMap;

use super::data::known_people;
use super::error::{DemoError, embedded};
use crate::service::issuing::register::{Answer, BaseRegister};

/// The people whom it knows: type and number of the document → name.
#[derive(Clone, Debug)]
pub struct KnownPeople(HashMap<(String, String), String>);

impl KnownPeople {
    /// Those of the demo.
    ///
    /// # Errors
    /// If the embedded file cannot be read.
    pub fn read() -> Result<Self, DemoError> {
        let known = embedded("assets/demo/people.json", known_people())?.into_iter();
        Ok(Self(known.map(|(id_type, number, name)| ((id_type, number), name)).collect()))
    }
}

impl BaseRegister for KnownPeople {
    fn answer(&self, id_type: &str, id_number: &str, name: &str) -> Answer {
        match self.0.get(&(id_type.to_owned(), id_number.to_owned())) {
            Some(known) if known == name => Answer { matches: true, detail: None },
            Some(_) => Answer { matches: false, detail: Some("姓名（名称）与号码不符".into()) },
            None => Answer { matches: false, detail: Some("基础库中没有该号码".into()) },
        }
    }
}
