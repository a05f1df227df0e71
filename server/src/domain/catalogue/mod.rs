//! The catalogue as the server uses it: which kinds may be shown in which scene, and what is seen of them.
//!
//! The signed form and its limits are core's ([`liangzheng_core::trust::Catalogue`]); this adds the look-ups and
//! the cutting of a licence's face to what a scene may see. Nothing is cut silently: fields that do not fit a
//! token are an error here, found when a scene is confirmed.

pub mod codes;
pub mod entry;
pub mod inspection_matter;
pub mod kind;
pub mod kind_rules;
pub mod matter;
pub mod scene;
pub mod unit;
pub mod unit_rules;
pub mod using_list;

use std::collections::HashSet;

use liangzheng_core::token::Fields;
use liangzheng_core::trust::{Catalogue as Signed, Kind, Profile, Scene, SceneField, Unit};

use self::codes::{KindCode, SceneCode, Uscc};

/// The catalogue in force.
#[derive(Clone, Debug)]
pub struct Catalogue {
    signed: Signed,
    out_of_force: OutOfForce,
}

/// Kinds and scenes out of force: they stay in the signed catalogue, since licences and codes name them, and are not
/// shown any more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutOfForce {
    /// Type codes.
    pub kinds: HashSet<String>,
    /// Codes of scenes.
    pub scenes: HashSet<String>,
}

/// What one scene asks of one kind of licence.
#[derive(Clone, Copy, Debug)]
pub struct SceneRule<'a> {
    /// The scene.
    pub scene: &'a Scene,
    fields: &'a [SceneField],
}

/// Why a licence cannot be shown in a scene, whatever its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SceneError {
    /// No scene has this code.
    #[error("no such scene")]
    Unknown,
    /// The scene does not list this kind of licence.
    #[error("the scene does not take this kind of licence")]
    KindNotListed,
    /// The scene or the kind has been taken out of force.
    #[error("the scene or the kind is out of force")]
    OutOfForce,
    /// The scene does not take this profile.
    #[error("the scene does not take this way of showing")]
    ProfileNotListed,
    /// The masked fields are more than a token may carry.
    #[error("the fields of this licence do not fit a token")]
    FieldsTooLong,
}

impl Catalogue {
    /// Takes the payload of a catalogue that was signed or verified here, and what of it is not shown.
    pub fn new(signed: Signed, out_of_force: OutOfForce) -> Self {
        Self { signed, out_of_force }
    }

    /// The signed content.
    pub fn signed(&self) -> &Signed {
        &self.signed
    }

    /// A scene by its code.
    pub fn scene(&self, code: &SceneCode) -> Option<&Scene> {
        self.signed.scenes.iter().find(|scene| scene.code == code.as_str())
    }

    /// A kind by its type code.
    pub fn kind(&self, code: KindCode) -> Option<&Kind> {
        self.signed.kinds.iter().find(|kind| kind.code == code.as_str())
    }

    /// An issuing unit by its USCC.
    pub fn unit(&self, id: Uscc) -> Option<&Unit> {
        self.signed.units.iter().find(|unit| unit.id == id.as_str())
    }

    /// What `scene` asks of licences of `kind`.
    pub fn rule(&self, scene: &SceneCode, kind: KindCode) -> Result<SceneRule<'_>, SceneError> {
        let scene = self.scene(scene).ok_or(SceneError::Unknown)?;
        let rule = rule_of(scene, kind).ok_or(SceneError::KindNotListed)?;
        if self.is_in_force(scene, kind) { Ok(rule) } else { Err(SceneError::OutOfForce) }
    }

    /// Every scene in which licences of `kind` may be shown.
    pub fn rules(&self, kind: KindCode) -> impl Iterator<Item = SceneRule<'_>> {
        let scenes = self.signed.scenes.iter().filter(move |scene| self.is_in_force(scene, kind));
        scenes.filter_map(move |scene| rule_of(scene, kind))
    }

    fn is_in_force(&self, scene: &Scene, kind: KindCode) -> bool {
        !self.out_of_force.scenes.contains(&scene.code) && !self.out_of_force.kinds.contains(kind.as_str())
    }
}

impl SceneRule<'_> {
    /// Whether the scene takes `profile`.
    pub fn takes(&self, profile: Profile) -> Result<(), SceneError> {
        if self.scene.profiles.contains(&profile) { Ok(()) } else { Err(SceneError::ProfileNotListed) }
    }

    /// The fields this scene sees, masked, in the scene's order; a field the licence does not have is left out.
    pub fn shown(&self, face: &[(String, String)]) -> Result<Fields, SceneError> {
        let seen = self.fields.iter().filter_map(|field| {
            let (key, value) = face.iter().find(|(key, _)| *key == field.key)?;
            Some((key.clone(), field.mask.apply(value)))
        });
        Fields::new(seen.collect()).map_err(|_| SceneError::FieldsTooLong)
    }
}

fn rule_of(scene: &Scene, kind: KindCode) -> Option<SceneRule<'_>> {
    let listed = scene.kinds.iter().find(|listed| listed.code == kind.as_str())?;
    Some(SceneRule { scene, fields: &listed.fields })
}
