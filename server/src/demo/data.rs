//! The demo's units, kinds, scenes and people, as embedded in the program.

use std::collections::BTreeMap;

use liangzheng_core::text::Text;
use liangzheng_core::time::UnixTime;
use liangzheng_core::trust::{Catalogue, Unit};
use serde::Deserialize;

use crate::domain::actor::agency::AgencyLevel;
use crate::domain::actor::holder::{CITIZEN, HolderKind};
use crate::domain::actor::membership::Role;
use crate::domain::catalogue;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::inspection_matter::InspectionMatter;
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::matter::Matter;
use crate::domain::catalogue::scene::Scene;
use crate::domain::catalogue::using_list::UsingList;
use crate::domain::words::UnknownWord;

/// `assets/demo/catalogue.json`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoCatalogue {
    /// What is invented and what is not.
    #[serde(rename = "//")]
    pub about: String,
    /// The kinds of which no published type code was found, so that theirs is invented.
    pub invented: Vec<KindCode>,
    /// Matters.
    pub matters: Vec<Matter>,
    /// Kinds of licence.
    pub kinds: Vec<Kind>,
    /// Scenes.
    pub scenes: Vec<Scene>,
    /// Inspection matters.
    pub inspection_matters: Vec<InspectionMatter>,
    /// Using lists.
    pub using_lists: Vec<UsingList>,
}

impl DemoCatalogue {
    /// What of it is signed, together with the demo's `units`, as version 1; times are set when it is.
    pub fn content(&self, units: &[DemoUnit]) -> Catalogue {
        let of_code = |code| self.kinds.iter().find(|kind| kind.code == code);
        let issued_by = |unit: Uscc| self.kinds.iter().filter(move |kind| kind.units.contains(&unit));
        let units = units.iter().map(|unit| Unit {
            id: unit.id.to_string(),
            names: unit.names.clone(),
            kinds: issued_by(unit.id).map(|kind| kind.code.to_string()).collect(),
        });
        Catalogue {
            iss: String::new(),
            version: 1,
            iat: UnixTime(0),
            exp: UnixTime(0),
            units: units.collect(),
            kinds: self.kinds.iter().map(Kind::signed).collect(),
            scenes: self.scenes.iter().map(|scene| scene.signed(of_code)).collect(),
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
    pub(super) agencies: Vec<DemoAgency>,
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
    /// Who is responsible.
    pub contact: catalogue::unit::Contact,
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

impl DemoHolder {
    /// A person or an organisation.
    pub(super) fn kind(&self) -> HolderKind {
        if self.code_type == CITIZEN { HolderKind::Natural } else { HolderKind::Legal }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoStaff {
    pub(super) login: String,
    pub(super) role: String,
    pub(super) unit: String,
    pub(super) name: String,
    /// Citizen number.
    pub(super) code: String,
    /// Its roles; empty = `role` alone.
    #[serde(default)]
    pub(super) roles: Vec<String>,
}

impl DemoStaff {
    /// Its roles.
    ///
    /// # Errors
    /// If one is none.
    pub(super) fn roles(&self) -> Result<Vec<Role>, UnknownWord> {
        let words = if self.roles.is_empty() { std::slice::from_ref(&self.role) } else { &self.roles[..] };
        words.iter().map(|word| word.parse()).collect()
    }
}

/// Somebody who acts for a holder.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoAgency {
    pub(super) login: String,
    pub(super) holder: String,
    pub(super) level: AgencyLevel,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoLicence {
    pub(super) holder: String,
    pub(super) kind: String,
    pub(super) unit: String,
    /// Whether it is the next version of the one before it.
    #[serde(default)]
    pub(super) replaces: bool,
    /// What becomes of it.
    pub(super) status: String,
    /// Days from the day the demo is made.
    pub(super) valid_from: i64,
    /// The same; absent is 长期, or the end of the fixed term of the kind.
    pub(super) valid_to: Option<i64>,
    pub(super) face: Labelled,
    #[serde(default)]
    pub(super) encumbrances: Vec<String>,
    #[serde(default)]
    pub(super) disputed: bool,
}

/// Field key → value. Order does not matter: scenes choose their own.
pub(super) type Labelled = BTreeMap<String, String>;

/// The demo's catalogue.
pub fn demo_catalogue() -> Result<DemoCatalogue, serde_json::Error> {
    serde_json::from_str(include_str!("../../../assets/demo/catalogue.json"))
}

/// Type of document, number and name of everybody whom the demo's base register knows.
pub(super) fn known_people() -> Result<Vec<(String, String, String)>, serde_json::Error> {
    let holders = demo_people()?.holders.into_iter();
    Ok(holders.map(|holder| (holder.code_type, holder.code, holder.name)).collect())
}

pub(super) fn demo_people() -> Result<DemoPeople, serde_json::Error> {
    serde_json::from_str(include_str!("../../../assets/demo/people.json"))
}
