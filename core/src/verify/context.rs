//! What the checks behind the signatures look at, and what of it a screen may show.

use alloc::borrow::ToOwned;

use super::{
    Code, Options,
    signatures::Claims,
    verdict::{ShownField, ShownLicence, ShownName, ShownScene},
};
use crate::{
    limits::PROOF_WINDOW,
    text::Text,
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
    /// The token is newer than what the catalogue was last known to be complete at: what it names and the catalogue does
    /// not may be new.
    pub(super) catalogue_is_older: bool,
}

impl Context<'_> {
    pub(super) fn catalogue_is_stale(&self) -> bool {
        self.clock_is_good && self.catalogue.is_some_and(|catalogue| self.options.now >= catalogue.exp)
    }

    /// The verifier's own scene, by its challenge or by name, where the code is for another; its audience class if that is
    /// all it named.
    pub(super) fn asked(&self) -> Option<ShownName> {
        let options = self.options;
        let scene = options.challenge.map(|challenge| &*challenge.scene).or(options.scene);
        let class = options.challenge.map(|challenge| &*challenge.aud).or(options.audience);
        let licence = &self.claims.licence;
        let other =
            scene.filter(|scene| *scene != licence.scene).or(class.filter(|class| *class != licence.aud))?;
        let names =
            self.catalogue.and_then(|catalogue| catalogue.scene(other)).map(|scene| scene.names.clone());
        Some(ShownName { code: other.to_owned(), names })
    }

    pub(super) fn shown_scene(&self) -> ShownScene {
        let licence = &self.claims.licence;
        ShownScene {
            code: licence.scene.clone(),
            names: self.scene.map(|scene| scene.names.clone()),
            audience: licence.aud.clone(),
            asked: self.asked(),
        }
    }

    /// "made for: hotel; here: hospital", where the verifier's scene is another.
    pub(super) fn whose_scenes(&self) -> Option<Text> {
        let here = self.asked()?;
        let name = |names: Option<&Text>, code: &str| {
            names.cloned().unwrap_or_else(|| Text::new(code.to_owned(), code.to_owned()))
        };
        let here = name(here.names.as_ref(), &here.code);
        let licence = &self.claims.licence;
        let made = name(self.scene.map(|scene| &scene.names), &licence.scene);
        Some(Text::new(
            ["此码用于：", &*made.zh, "；本处：", &here.zh].concat(),
            ["made for: ", &*made.en, "; here: ", &here.en].concat(),
        ))
    }

    /// Whether the catalogue knows unit and kind, and lists the kind for the unit.
    pub(super) fn may_issue(&self) -> bool {
        let licence = &self.claims.licence.lic;
        self.catalogue.is_some_and(|catalogue| {
            catalogue.kind(licence.kind()).is_some()
                && catalogue
                    .unit(licence.issuer())
                    .is_some_and(|unit| unit.kinds.iter().any(|kind| kind == licence.kind()))
        })
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

    /// The licence for a screen. What it says of a person is shown only where the verdict is about the licence: it is good,
    /// or the fault is its own. A code of another scene, used before or run out was shown to nobody here.
    pub(super) fn shown_licence(&self, code: Code) -> ShownLicence {
        let licence = &self.claims.licence;
        let is_about_licence = matches!(
            code,
            Code::Ok
                | Code::StatusInvalid
                | Code::StatusSuspended
                | Code::StatusSuperseded
                | Code::LicenceNotYet
                | Code::LicenceExpired
        );
        let kind = self.catalogue.and_then(|catalogue| catalogue.kind(licence.lic.kind()));
        let unit = self.catalogue.and_then(|catalogue| catalogue.unit(licence.lic.issuer()));
        let fields = licence.fld.iter().filter(|_| is_about_licence).map(|(key, value)| ShownField {
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
            delegate: licence.act.clone().filter(|_| is_about_licence),
        }
    }
}
