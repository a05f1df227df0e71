//! What is wrong with an entry of each sort beside the entries and units that are there.

use std::collections::HashMap;

use super::entries::Entry;
use super::reading;
use crate::App;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::entry::Sort;
use crate::domain::catalogue::inspection_matter::InspectionMatter;
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::kind_rules;
use crate::domain::catalogue::matter::{Matter, MatterType};
use crate::domain::catalogue::scene::Scene;
use crate::domain::catalogue::unit::Capacity;
use crate::domain::catalogue::using_list::UsingList;
use crate::domain::fault::Faults;
use crate::storage::{self, StorageError, Tx};

impl Entry for Matter {
    const SORT: Sort = Sort::Matter;

    fn code(&self) -> &str {
        &self.code
    }

    fn name(&self) -> &str {
        &self.names.zh
    }

    fn unit(&self) -> Uscc {
        self.unit
    }

    async fn faults(&self, _: &App, _: &mut Tx) -> Result<Faults, StorageError> {
        Ok(Self::faults(self))
    }
}

impl Entry for Kind {
    const SORT: Sort = Sort::Kind;

    fn code(&self) -> &str {
        self.code.as_str()
    }

    fn name(&self) -> &str {
        &self.names.zh
    }

    fn unit(&self) -> Uscc {
        self.unit
    }

    async fn faults(&self, _: &App, tx: &mut Tx) -> Result<Faults, StorageError> {
        let mut faults = kind_rules::faults(self);
        let matter: Option<Matter> = reading::in_force(tx, &self.matter).await?;
        faults.require(
            matter.is_some_and(|matter| matter.matter_type == MatterType::Issuing),
            "/matter",
            "not-published",
            "没有已发布的制证事项使用该代码（R89）",
            "no issuing matter with this code is published (R89)",
        );
        for (member, units) in [("units", &self.units), ("co_issuers", &self.co_issuers)] {
            for (at, unit) in units.iter().enumerate() {
                let found = storage::catalogue::unit::find(tx, *unit).await?;
                faults.require(
                    found.is_some_and(|unit| unit.may(Capacity::Issuing)),
                    format!("/{member}/{at}"),
                    "not-issuing",
                    "没有这个可签发证照的单位",
                    "no active unit with this code may issue licences",
                );
            }
        }
        for (at, part) in self.parts.iter().enumerate() {
            let found: Option<Self> = reading::in_force(tx, part.as_str()).await?;
            faults.require(
                found.is_some(),
                format!("/parts/{at}"),
                "not-published",
                "没有已发布的这种证照",
                "no kind with this code is published",
            );
        }
        if storage::licence::record::any_of_kind(tx, self.code).await?
            && let Some(published) = reading::in_force::<Self>(tx, self.code.as_str()).await?
        {
            faults.0.extend(kind_rules::faults_against(&published, self).0);
        }
        Ok(faults)
    }
}

impl Entry for Scene {
    const SORT: Sort = Sort::Scene;

    fn code(&self) -> &str {
        &self.code
    }

    fn name(&self) -> &str {
        &self.names.zh
    }

    fn unit(&self) -> Uscc {
        self.unit
    }

    async fn faults(&self, app: &App, tx: &mut Tx) -> Result<Faults, StorageError> {
        let mut kinds: HashMap<KindCode, Kind> = HashMap::new();
        for seen in &self.kinds {
            if let Some(kind) = reading::in_force::<Kind>(tx, seen.code.as_str()).await? {
                kinds.insert(seen.code, kind);
            }
        }
        let oldest = app.config.tokens.max_status_age_seconds;
        let mut faults = Self::faults(self, |code| kinds.get(&code), oldest);
        let unit = storage::catalogue::unit::find(tx, self.unit).await?;
        faults.require(
            unit.is_some_and(|unit| unit.verifies_as(&self.audience)),
            "/audience",
            "not-yours",
            "本单位未获准以该核验主体类别核验；请填写本单位的类别，或请电子证照管理机构授予",
            "the unit may not verify as this class: name one of its own, or have the manager give it",
        );
        Ok(faults)
    }
}

impl Entry for InspectionMatter {
    const SORT: Sort = Sort::InspectionMatter;

    fn code(&self) -> &str {
        &self.code
    }

    fn name(&self) -> &str {
        &self.names.zh
    }

    fn unit(&self) -> Uscc {
        self.unit
    }

    async fn faults(&self, _: &App, tx: &mut Tx) -> Result<Faults, StorageError> {
        let scene: Option<Scene> = reading::in_force(tx, self.scene.as_str()).await?;
        let mut faults = Self::faults(self, scene.as_ref());
        if let Some(scene) = scene {
            let unit = storage::catalogue::unit::find(tx, self.unit).await?;
            faults.require(
                unit.is_some_and(|unit| unit.verifies_as(&scene.audience)),
                "/scene",
                "not-yours",
                "本单位不能在该场景核验；请填写本单位核验主体类别的场景",
                "the unit may not verify in this scene: name one for a class that it verifies as",
            );
        }
        Ok(faults)
    }
}

impl Entry for UsingList {
    const SORT: Sort = Sort::UsingList;

    fn code(&self) -> &str {
        self.unit.as_str()
    }

    fn name(&self) -> &str {
        self.unit.as_str()
    }

    fn unit(&self) -> Uscc {
        self.unit
    }

    async fn faults(&self, _: &App, tx: &mut Tx) -> Result<Faults, StorageError> {
        let (mut matters, mut kinds) = (HashMap::new(), HashMap::new());
        for listed in &self.matters {
            if let Some(matter) = reading::in_force::<Matter>(tx, &listed.code).await? {
                matters.insert(listed.code.as_str(), matter);
            }
            for material in &listed.materials {
                if !kinds.contains_key(&material.kind)
                    && let Some(kind) = reading::in_force::<Kind>(tx, material.kind.as_str()).await?
                {
                    kinds.insert(material.kind, kind);
                }
            }
        }
        let mut faults = Self::faults(self, |code| matters.get(code), |code| kinds.get(&code));
        let unit = storage::catalogue::unit::find(tx, self.unit).await?;
        faults.require(
            unit.is_some_and(|unit| unit.may(Capacity::Using)),
            "/unit",
            "not-using",
            "该单位不是应用单位，不设用证清单；请电子证照管理机构先授予用证职能",
            "the unit is no using unit and has no using list: have the manager make it one first",
        );
        Ok(faults)
    }
}
