//! What the checks behind the signatures look at, and what of it a screen may show.

use alloc::borrow::ToOwned;

use super::{
    Options,
    signatures::Claims,
    verdict::{ShownField, ShownLicence, ShownName},
};
use crate::{
    limits::PROOF_WINDOW,
    time::{Day, Seconds, UnixTime},
    trust::{Catalogue, Profile, Scene},
};

/// Everything later checks need.
pub(super) struct Context<'a> {
    pub(super) options: &'a Options<'a>,
    pub(super) clock_is_good: bool,
    pub(super) claims: Claims,
    pub(super) profile: Profile,
    pub(super) catalogue: Option<&'a Catalogue>,
    pub(super) scene: Option<&'a Scene>,
}

impl Context<'_> {
    pub(super) fn catalogue_is_stale(&self) -> bool {
        self.clock_is_good && self.catalogue.is_some_and(|catalogue| self.options.now >= catalogue.exp)
    }

    /// Until this presentation could be accepted a second time.
    pub(super) fn replay_until(&self) -> UnixTime {
        let exp = self.claims.licence.exp;
        match &self.claims.proof {
            // A plain proof passes while the clock is within the window of its time.
            Some(proof) if self.options.challenge.is_none() => {
                exp.min(proof.iat.plus(PROOF_WINDOW).plus(Seconds(1)))
            }
            _ => exp,
        }
    }

    pub(super) fn shown_licence(&self) -> ShownLicence {
        let licence = &self.claims.licence;
        let kind = self.catalogue.and_then(|catalogue| catalogue.kind(licence.lic.kind()));
        let unit = self.catalogue.and_then(|catalogue| catalogue.unit(licence.lic.issuer()));
        let fields = licence.fld.iter().map(|(key, value)| ShownField {
            key: key.to_owned(),
            label: kind.and_then(|kind| kind.labels.get(key)).cloned(),
            value: value.to_owned(),
        });
        ShownLicence {
            identifier: licence.lic.as_str().to_owned(),
            kind: ShownName {
                code: licence.lic.kind().to_owned(),
                names: kind.map(|kind| kind.names.clone()),
            },
            unit: ShownName {
                code: licence.lic.issuer().to_owned(),
                names: unit.map(|unit| unit.names.clone()),
            },
            fields: fields.collect(),
            valid_from: licence.vf.to_text(),
            valid_to: licence.vt.map(Day::to_text),
            delegate: licence.act.clone(),
        }
    }
}
