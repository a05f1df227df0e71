//! Names that the catalogue does not have, in tokens older and newer than it was last confirmed.

use liangzheng_core::{
    token::{ShowClaims, show},
    verify::Code::{self, CatalogueStale, Lifetime, Scene, Scope, StatusInvalid},
};

use super::super::{
    Cases, Step,
    world::{
        LIST_A, NOW, OPERATION, UNIT_1, UNIT_2, claims, grant_claims, identifier, key, nonce, proved,
        signed_grant, signed_show, unit_in,
    },
};
use super::{catalogue_step, later, status_step, trust_step, world_of};

type Change = fn(&mut ShowClaims);

/// What may be new in the next catalogue, and the code where it cannot be.
const UNKNOWN: [(&str, Change, Code); 6] = [
    ("unit", |c| c.lic = identifier(super::super::world::BUSINESS, &unit_in("1199030000")), Scope),
    ("kind", |c| c.lic = identifier("11100000MB0143028R999", UNIT_1), Scope),
    ("kind of this unit", |c| c.lic = identifier(super::super::world::BUSINESS, UNIT_2), Scope),
    ("kind in this scene", |c| c.lic = identifier(OPERATION, UNIT_1), Scene),
    ("scene", |c| c.scene = "inspect.fire".into(), Scene),
    ("life", |c| c.exp = c.iat.plus(liangzheng_core::time::Seconds(61)), Lifetime),
];

pub fn add(all: &mut Cases) {
    // Fetched at the usual time; held in a bundle since it was made, a day before; fetched again.
    let kept = Step { now: None, ..catalogue_step() };
    let with = |steps: Vec<Step>| {
        let mut steps = [vec![trust_step()], steps].concat();
        steps.push(status_step(LIST_A, 600, "status-a"));
        world_of(steps)
    };
    all.worlds.insert("catalogue of a bundle", with(vec![kept.clone()]));
    all.worlds.insert("catalogue of a bundle, fetched again", with(vec![kept, catalogue_step()]));
    for (name, change, code) in UNKNOWN {
        for (world, made, told) in [
            ("main", 600, code),
            ("main", 601, CatalogueStale),
            ("catalogue of a bundle", -10, CatalogueStale),
            ("catalogue of a bundle", -86_400 + 600, code),
            ("catalogue of a bundle, fetched again", -10, code),
            ("catalogue of a bundle, fetched again", 601, CatalogueStale),
        ] {
            let mut c = claims(all.number());
            (c.iat, c.exp) = (later(made), later(made + 50));
            change(&mut c);
            // A code of yesterday has run out as well; what it names is looked at before.
            let told = if made < -600 && !matches!(code, Scope | Scene) { Lifetime } else { told };
            all.add(
                format!("catalogue age: new {name}, made {made} s from now, {world}"),
                signed_show(&c),
                told,
            )
            .world(world)
            .asked(Some("inspector"), None)
            .at(NOW.0 + made.max(-10) + 10);
        }
    }
    // What no catalogue can change.
    let late = |all: &Cases| {
        let mut c = claims(all.number());
        (c.iat, c.exp) = (later(700), later(750));
        c
    };
    let mut c = late(all);
    c.lic = identifier(super::super::world::BUSINESS, &unit_in("1298010000"));
    all.add("catalogue age: a unit outside the regions", signed_show(&c), Scope).at(NOW.0 + 710);
    let mut c = late(all);
    c.scene = "inspect.fire".into();
    all.add("catalogue age: a new scene, another asked", signed_show(&c), Scene).at(NOW.0 + 710);
    let mut c = late(all);
    c.exp = later(700 + 180 * 86_400 + 1);
    all.add("catalogue age: beyond 180 days", show::sign(&c, &key("show-a")).unwrap(), Lifetime)
        .at(NOW.0 + 710);
    let mut g = grant_claims(all.number());
    (g.licence.iat, g.licence.exp) = (later(700), later(700 + 86_401));
    let held = proved(&signed_grant(&g), "inspector", nonce(1), NOW.0 + 710, "phone-1");
    all.add("catalogue age: a grant beyond 24 h", held, Lifetime).at(NOW.0 + 710);
    // What is wrong is told before what is not known.
    let mut c = late(all);
    (c.scene, c.status.idx) = ("inspect.fire".into(), 1);
    all.add("catalogue age: a new scene, and revoked", signed_show(&c), StatusInvalid)
        .asked(None, None)
        .at(NOW.0 + 710);
}
