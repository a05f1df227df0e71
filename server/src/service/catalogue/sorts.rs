//! What is wrong with a matter, a kind or a scene beside the entries and units that are there.

use std::collections::HashMap;

use liangzheng_core::text::Text;

use super::entries::Entry;
use super::reading;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::entry::Sort;
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::kind_rules;
use crate::domain::catalogue::matter::{Matter, MatterType};
use crate::domain::catalogue::scene::Scene;
use crate::domain::catalogue::unit::{Capacity, UnitState};
use crate::domain::fault::Faults;
use crate::storage::{self, StorageError, Tx};

impl Entry for Matter {
    const SORT: Sort = Sort::Matter;

    fn code(&self) -> &str {
        &self.code
    }

    fn names(&self) -> &Text {
        &self.names
    }

    fn unit(&self) -> Uscc {
        self.unit
    }

    async fn faults(&self, _: &mut Tx) -> Result<Faults, StorageError> {
        Ok(Self::faults(self))
    }
}

impl Entry for Kind {
    const SORT: Sort = Sort::Kind;

    fn code(&self) -> &str {
        self.code.as_str()
    }

    fn names(&self) -> &Text {
        &self.names
    }

    fn unit(&self) -> Uscc {
        self.unit
    }

    async fn faults(&self, tx: &mut Tx) -> Result<Faults, StorageError> {
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
                    found.is_some_and(|unit| {
                        unit.state == UnitState::Active && unit.capacities.contains(&Capacity::Issuing)
                    }),
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

    fn names(&self) -> &Text {
        &self.names
    }

    fn unit(&self) -> Uscc {
        self.unit
    }

    async fn faults(&self, tx: &mut Tx) -> Result<Faults, StorageError> {
        let mut kinds: HashMap<KindCode, Kind> = HashMap::new();
        for seen in &self.kinds {
            if let Some(kind) = reading::in_force::<Kind>(tx, seen.code.as_str()).await? {
                kinds.insert(seen.code, kind);
            }
        }
        Ok(Self::faults(self, |code| kinds.get(&code), OLDEST_STATUS))
    }
}

/// A verifier without a network for longer than a day must not say "valid" (core/README.md, "Order, limits, time").
const OLDEST_STATUS: i64 = 86_400;
