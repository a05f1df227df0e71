use liangzheng_core::{
    time::Seconds,
    token::{StatusRef, grant, show},
    trust::sign_catalogue,
    verify::Code::{
        self, CatalogueStale, IssuerKeyMismatch, KeyState, KidUnknown, Ok, Scope, StatusMissing,
        TrustMissing, TrustStale,
    },
};

use super::super::{
    Cases,
    world::{
        B, DAY, LIST_A, LIST_B, NOW, UNIT_2, catalogue, claims, grant_claims, identifier, key, nonce, proved,
        signed_show, signed_trust, trust_list, unit_b, unit_in,
    },
};
use super::{catalogue_step, later, status_step, step, trust_step, world_of};

pub fn add(all: &mut Cases) {
    // Keys in every state of their life.
    for (kid, made, code) in [
        ("show-retired", -20, Ok),
        ("show-retired", -11, Ok),
        ("show-retired", -10, KeyState),
        ("show-future", -10, KeyState),
        ("show-future", 10, Ok),
        ("show-revoked", -30, Ok),
        ("show-revoked", -20, KeyState),
        ("show-revoked", -10, KeyState),
        ("show-compromised", -10, KeyState),
        ("nobody", -10, KidUnknown),
        ("Show-a", -10, KidUnknown),
        ("grant-a", -10, IssuerKeyMismatch),
        ("status-a", -10, IssuerKeyMismatch),
        ("catalogue-a", -10, IssuerKeyMismatch),
        ("root-1", -10, KidUnknown),
    ] {
        let mut c = claims(all.number());
        (c.iat, c.exp) = (later(made), later(made + 60));
        all.add(
            format!("key: {kid} on a token made {made} s from now"),
            show::sign(&c, &key(kid)).unwrap(),
            code,
        );
    }
    for (kid, code) in [
        ("grant-revoked", KeyState),
        ("grant-revoked-later", Ok),
        ("grant-compromised", KeyState),
        ("show-a", IssuerKeyMismatch),
        ("nobody", KidUnknown),
    ] {
        let token = grant::sign(&grant_claims(all.number()), &key(kid)).unwrap();
        all.add(
            format!("key: {kid} on a grant"),
            proved(&token, "inspector", nonce(1), NOW.0, "phone-1"),
            code,
        );
    }

    // Operators mixed up.
    let mut c = claims(all.number());
    c.iss = B.into();
    all.add("operator: A's key, B's name", signed_show(&c), IssuerKeyMismatch);
    all.add(
        "operator: B's key, A's name",
        show::sign(&claims(930_001), &key("show-b")).unwrap(),
        IssuerKeyMismatch,
    );
    let mut c = claims(all.number());
    c.iss = B.into();
    all.add("operator: B speaks for A's unit", show::sign(&c, &key("show-b")).unwrap(), Scope);
    let mut of_b = claims(all.number());
    (of_b.iss, of_b.lic) = (B.into(), identifier(super::super::world::BUSINESS, &unit_b()));
    of_b.status = StatusRef { uri: LIST_B.into(), idx: 0 };
    all.add("operator: B speaks for its own unit", show::sign(&of_b, &key("show-b")).unwrap(), Ok);
    of_b.status.uri = LIST_A.into();
    all.add(
        "operator: B points at A's status list",
        show::sign(&of_b, &key("show-b")).unwrap(),
        StatusMissing,
    );
    let mut c = claims(all.number());
    c.status.uri = LIST_B.into();
    all.add("operator: A points at B's status list", signed_show(&c), StatusMissing);
    let mut c = claims(all.number());
    c.lic = identifier(super::super::world::BUSINESS, &unit_in("1199030000"));
    all.add("scope: a unit the catalogue does not know", signed_show(&c), Scope);
    let mut c = claims(all.number());
    c.lic = identifier(super::super::world::BUSINESS, &unit_in("1298010000"));
    all.add("scope: a unit outside the operator's regions", signed_show(&c), Scope);
    let mut c = claims(all.number());
    c.lic = identifier(super::super::world::BUSINESS, UNIT_2);
    all.add("scope: a kind this unit may not issue", signed_show(&c), Scope);
    let mut c = claims(all.number());
    c.lic = identifier("11100000MB0143028R999", super::super::world::UNIT_1);
    all.add("scope: a kind nobody knows", signed_show(&c), Scope);

    // A clock that is a little slow: a grant may seem to be made in the future, but not after its key was withdrawn.
    for (made, code) in [(599, Ok), (600, KeyState)] {
        let mut granted = grant_claims(all.number());
        granted.licence.iat = later(made);
        let token = grant::sign(&granted, &key("grant-revoked-later")).unwrap();
        all.add(
            format!("key: withdrawn in 30 s, on a grant made {} s from now", made - 570),
            proved(&token, "inspector", nonce(1), NOW.0 + 570, "phone-1"),
            code,
        )
        .at(NOW.0 + 570);
    }
    for (now, code) in [(599, Ok), (600, KeyState)] {
        let token = grant::sign(&grant_claims(all.number()), &key("grant-revoked-later")).unwrap();
        let shown = proved(&token, "inspector", nonce(1), NOW.0 + now, "phone-1");
        all.add(format!("key: withdrawn {} s ago, on an older grant", now - 600), shown, code)
            .at(NOW.0 + now);
    }
    // What a verifier lacks, or has too long.
    all.worlds.insert("nothing", world_of(vec![]));
    all.worlds.insert("no catalogue", world_of(vec![trust_step(), status_step(LIST_A, 600, "status-a")]));
    all.worlds.insert("no status", world_of(vec![trust_step(), catalogue_step()]));
    let mut short = trust_list();
    short.exp = later(2 * DAY);
    short.refresh = Seconds(DAY + 3_600);
    all.worlds.insert(
        "short trust",
        world_of(vec![
            step("trust_list", signed_trust(&short, &["root-1", "root-2"])),
            catalogue_step(),
            status_step(LIST_A, 600, "status-a"),
        ]),
    );
    let good = signed_show(&claims(930_010));
    let token = |made: i64| {
        let mut c = claims(930_011);
        (c.iat, c.exp) = (later(made), later(made + 60));
        c
    };
    let unknown = |made: i64| show::sign(&token(made), &key("nobody")).unwrap();
    all.add("nothing held", &good, TrustMissing).world("nothing");
    all.add("nothing held, and not a code", "x", Code::Format).world("nothing");
    all.add("no catalogue held", &good, CatalogueStale).world("no catalogue");
    all.add("no status list held", &good, StatusMissing).world("no status");
    all.add("unknown key, list fresh", unknown(-10), KidUnknown).world("short trust");
    let due = short.iat.plus(short.refresh).0 - NOW.0;
    for (when, code) in [(due, KidUnknown), (due + 1, TrustStale)] {
        all.add(format!("unknown key, {} s after the list was due", when - due), unknown(when), code)
            .world("short trust")
            .at(NOW.0 + when);
    }
    all.add("unknown key, list due", unknown(2 * 3_600), TrustStale)
        .world("short trust")
        .at(NOW.0 + 2 * 3_600);
    all.add("known key, list due", signed_show(&token(2 * 3_600)), Ok)
        .world("short trust")
        .at(NOW.0 + 2 * 3_600)
        .cautions(&[Code::StatusAgeing]);
    all.add("unknown key, list expired", unknown(3 * DAY), TrustStale)
        .world("short trust")
        .at(NOW.0 + 3 * DAY);
    all.add("known key, list expired", signed_show(&token(2 * DAY)), TrustStale)
        .world("short trust")
        .at(NOW.0 + 2 * DAY);
    all.add("expired token beats expired list", &good, Code::TokenExpired)
        .world("short trust")
        .at(NOW.0 + 2 * DAY);
    all.add("forged token beats expired list", format!("{}A", &good[..good.len() - 1]), Code::Sig)
        .world("short trust")
        .at(NOW.0 + 2 * DAY);

    // The catalogue's own end.
    let at = 21 * DAY;
    let mut c = claims(930_012);
    (c.iat, c.exp) = (later(at), later(at + 60));
    all.add("catalogue expired", signed_show(&c), CatalogueStale).at(NOW.0 + at);
    c.scene = "new.scene".into();
    all.add("catalogue expired, scene unknown", signed_show(&c), CatalogueStale).at(NOW.0 + at);
    let mut later_key = trust_list();
    later_key.operators[0].keys.iter_mut().find(|key| key.kid == "catalogue-a").unwrap().compromised = true;
    later_key.version = 8;
    all.worlds.insert(
        "catalogue key lost",
        world_of(vec![
            trust_step(),
            catalogue_step(),
            status_step(LIST_A, 600, "status-a"),
            step("trust_list", signed_trust(&later_key, &["root-1", "root-3"])),
        ]),
    );
    all.add("catalogue signed by a key since compromised", &good, CatalogueStale).world("catalogue key lost");
    let mut later_key = trust_list();
    later_key.operators[0].keys.iter_mut().find(|key| key.kid == "status-a").unwrap().revoked_at =
        Some(later(-5));
    later_key.version = 8;
    all.worlds.insert(
        "status key lost",
        world_of(vec![
            trust_step(),
            catalogue_step(),
            status_step(LIST_A, 600, "status-a"),
            step("trust_list", signed_trust(&later_key, &["root-1", "root-3"])),
        ]),
    );
    all.add("status list signed by a key since withdrawn", &good, StatusMissing).world("status key lost");
}

/// A unit of another region, and this operator's own catalogue lists it: the regions alone stand against it.
pub fn add_region(all: &mut Cases) {
    let mut wide = catalogue();
    wide.units[0].id = unit_b();
    all.worlds.insert(
        "catalogue beyond its regions",
        world_of(vec![
            trust_step(),
            step("catalogue", sign_catalogue(&wide, &key("catalogue-a")).unwrap()),
            status_step(LIST_A, 600, "status-a"),
        ]),
    );
    let mut c = claims(all.number());
    c.lic = identifier(super::super::world::BUSINESS, &unit_b());
    all.add("scope: a unit of another region that the catalogue lists", signed_show(&c), Scope)
        .world("catalogue beyond its regions");
}
