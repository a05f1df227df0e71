//! The demo's units, kinds, scenes and people, as embedded in the program.

use std::collections::BTreeMap;

use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use liangzheng_core::trust::{Catalogue, Kind, Labels, Scene, Unit};
use serde::Deserialize;

use crate::domain::catalogue;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::words::UnknownWord;

/// `assets/demo/catalogue.json`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoCatalogue {
    /// What is invented and what is not.
    #[serde(rename = "//")]
    pub about: String,
    /// Issuing and verifying units.
    pub units: Vec<Unit>,
    /// Kinds of licence.
    pub kinds: Vec<DemoKind>,
    /// Scenes.
    pub scenes: Vec<Scene>,
}

/// A kind, and whether its type code is one of ours.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoKind {
    /// Type code.
    pub code: String,
    /// Names.
    pub names: Text,
    /// No published type code was found, so this one is invented.
    pub invented: bool,
    /// Labels of the short field keys.
    pub labels: Labels,
}

impl DemoCatalogue {
    /// The catalogue to be signed as version 1; times are set when it is.
    pub fn content(&self) -> Catalogue {
        let kinds = self.kinds.iter();
        Catalogue {
            iss: String::new(),
            version: 1,
            iat: UnixTime(0),
            exp: UnixTime(0),
            units: self.units.clone(),
            kinds: kinds
                .map(|kind| Kind {
                    code: kind.code.clone(),
                    names: kind.names.clone(),
                    labels: kind.labels.clone(),
                })
                .collect(),
            scenes: self.scenes.clone(),
        }
    }
}

/// `assets/demo/people.json`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoPeople {
    #[serde(rename = "//")]
    _about: String,
    pub(super) units: Vec<DemoUnit>,
    pub(super) holders: Vec<DemoHolder>,
    pub(super) staff: Vec<DemoStaff>,
    pub(super) licences: Vec<DemoLicence>,
}

/// A unit of the province, with what it may do.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoUnit {
    /// Its unified social credit code.
    pub id: Uscc,
    /// Its names.
    pub names: Text,
    /// Codes of the regions it works in.
    pub regions: Vec<String>,
    /// Words of its capacities.
    pub capacities: Vec<String>,
    /// Audience classes it may verify as.
    pub audiences: Vec<String>,
}

impl DemoUnit {
    /// The unit, active.
    ///
    /// # Errors
    /// If a capacity is none.
    pub fn unit(&self) -> Result<catalogue::unit::Unit, UnknownWord> {
        Ok(catalogue::unit::Unit {
            id: self.id,
            names: self.names.clone(),
            regions: self.regions.clone(),
            capacities: self.capacities.iter().map(|word| word.parse()).collect::<Result<_, _>>()?,
            audiences: self.audiences.clone(),
            parent: None,
            successor: None,
            state: catalogue::unit::UnitState::Active,
        })
    }
}

/// The demo's units.
pub fn demo_units() -> Result<Vec<DemoUnit>, serde_json::Error> {
    Ok(demo_people()?.units)
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoHolder {
    pub(super) login: String,
    /// GB/T 36903 Annex A: 111 citizen, 001 organisation.
    #[serde(rename = "type")]
    pub(super) code_type: String,
    pub(super) name: String,
    pub(super) code: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoStaff {
    pub(super) login: String,
    pub(super) role: String,
    pub(super) unit: String,
    pub(super) name: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoLicence {
    pub(super) holder: String,
    pub(super) kind: String,
    pub(super) unit: String,
    pub(super) serial: String,
    pub(super) version: u16,
    pub(super) status: String,
    /// Days from the day the demo is made.
    pub(super) valid_from: i64,
    /// The same; absent is 长期.
    pub(super) valid_to: Option<i64>,
    pub(super) face: Labelled,
    #[serde(default)]
    pub(super) encumbrances: Vec<String>,
    #[serde(default)]
    pub(super) inspection: Option<String>,
    #[serde(default)]
    pub(super) disputed: bool,
}

/// Field key → value. Order does not matter: scenes choose their own.
pub(super) type Labelled = BTreeMap<String, String>;

/// The demo's catalogue.
pub fn demo_catalogue() -> Result<DemoCatalogue, serde_json::Error> {
    serde_json::from_str(include_str!("../../../assets/demo/catalogue.json"))
}

pub(super) fn demo_people() -> Result<DemoPeople, serde_json::Error> {
    serde_json::from_str(include_str!("../../../assets/demo/people.json"))
}
