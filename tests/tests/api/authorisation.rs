//! The authorisation table: every role, all roles in one person, a holder, a co-holder, a registered program, a session of
//! the identity provider, a disabled account and nobody × every guarded route × (own unit, another unit, own wallet,
//! another wallet), for objects of licences in every state, on both databases. Made from the route table; a route that has
//! no line in [`cells`], and an action that has none in [`who`], fails.
//!
//! 401, 403 and 404 are told apart: who has no session is nobody; who lacks the role is told so, whether the object is
//! there or not; who has it finds nothing of another unit's or another holder's. What is permitted may still be refused
//! for what was sent, or for the state of things: by 409, 412, 422, or a 403 of its own kind; where a licence's state alone
//! decides, [`by_state`] says which.

use liangzheng_core::time::Day;
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::ids::LicenceId;
use liangzheng_server::domain::licence::Status;
use liangzheng_server::http::routes::{Login, RouteEntry, routes};
use liangzheng_server::storage::licence::co_holder;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::{BUSINESS_LICENCE, OTHER_UNIT, PIN, UNIT};
use serde_json::{Value, json};

mod faces;
mod using;
mod who;

use crate::actor::clients::Program;

use faces::{is_told_faces, tells_a_face};
pub(crate) use who::own;
use who::{Object, Who, by_state, came_by_provider, disabled_since, other, permit_of};

/// One line: what the route is about, the path with its parameters filled in, the body.
struct Cells {
    object: Object,
    path: String,
    body: Option<Value>,
}

/// The line of a route; `None` fails the test. Bodies are such that what is permitted gets as far as the object.
fn cells(world: &World, route: &RouteEntry) -> Option<Cells> {
    use Object::{InForce, Licence, OfHolder, OfUnit, Session};
    let World { show, device, account, proposal, session, .. } = world;
    let line = |object, path: &str, body| Some(Cells { object, path: path.to_owned(), body: Some(body) });
    let bare = |object, path: &str| Some(Cells { object, path: path.to_owned(), body: None });
    let act = json!({ "act": "disable", "reason": "r" });
    match (route.method, route.path.trim_start_matches("/api/v1")) {
        // Oneself.
        ("DELETE", "/sessions/current") => bare(Session, route.path),
        (
            "GET",
            "/me" | "/me/recovery" | "/wallet/licences" | "/wallet/uses" | "/wallet/devices" | "/units",
        ) => bare(Object::None, route.path),
        ("POST", "/accounts/{id}/recovery") => {
            line(Object::None, &route.path.replace("{id}", account), json!({}))
        }
        (
            "POST",
            "/me/recovery"
            | "/wallet/devices"
            | "/scans"
            | "/units"
            | "/matters"
            | "/kinds"
            | "/scenes"
            | "/inspection-matters",
        ) => line(Object::None, route.path, json!({})),
        ("GET" | "DELETE", "/me/contact") => bare(Object::None, route.path),
        ("PUT", "/me/contact") | ("POST", "/me/contact/confirmation") => {
            line(Object::None, route.path, json!({}))
        }
        ("GET", "/outbox" | "/wallet/authorisations" | "/duty-applications") => {
            bare(Object::None, route.path)
        }
        ("POST", "/outbox/acts") => line(Object::None, route.path, json!({})),
        ("POST", "/outbox/{id}/acts") => {
            let path = route.path.replace("{id}", "ltr_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "retry" }))
        }
        ("GET", "/me/sessions") => bare(Object::None, route.path),
        ("DELETE", "/me/sessions") => bare(Session, route.path),
        ("DELETE", "/me/sessions/{id}") => bare(Object::OfAccount, &route.path.replace("{id}", session)),
        ("PUT", "/me/password" | "/me/pin") => line(Object::None, route.path, json!({})),
        ("POST", "/me/totp" | "/me/totp/confirmation") => line(Object::None, route.path, json!({})),
        ("DELETE", "/me/totp") => line(Object::None, route.path, json!({})),
        // Clients, which are the province's.
        ("GET", "/clients") => bare(Object::None, route.path),
        ("POST", "/clients") => line(Object::None, route.path, json!({})),
        ("GET" | "DELETE", "/clients/{id}") => {
            bare(Object::Absent, &route.path.replace("{id}", "cli_00000000000000000000000000000000"))
        }
        ("GET", "/licences/{id}/file.ofd" | "/licences/{id}/file.pdf") => bare(Object::Licence, route.path),
        ("POST", "/wallet/licences/{id}/file") => line(Object::Licence, route.path, json!({ "pin": PIN })),
        ("GET", "/wallet/notices" | "/inspections" | "/requests") => bare(Object::None, route.path),
        ("GET", "/wallet/licences/{id}/acts" | "/wallet/licences/{id}/requests") => bare(Licence, route.path),
        ("GET", "/licences/{id}/acts" | "/licences/{id}/next-acts") => bare(Licence, route.path),
        ("POST", "/wallet/licences/{id}/requests") => {
            line(Licence, route.path, json!({ "act": "cancel", "reason": "r" }))
        }
        ("GET", "/requests/{id}") => {
            bare(Object::Absent, &route.path.replace("{id}", "req_00000000000000000000000000000000"))
        }
        ("POST", "/requests/{id}/acts") => {
            let path = route.path.replace("{id}", "req_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "refuse", "reason": "r" }))
        }
        // Agents.
        ("GET", "/agencies" | "/recoveries" | "/wallet/agencies") => bare(Object::None, route.path),
        ("POST", "/agencies" | "/wallet/agencies") => line(Object::None, route.path, json!({})),
        ("POST", "/agencies/{id}/acts") => {
            let path = route.path.replace("{id}", "age_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "approve" }))
        }
        ("DELETE", "/wallet/agencies/{id}") => {
            bare(Object::Absent, &route.path.replace("{id}", "agy_00000000000000000000000000000000"))
        }
        // Issuing.
        ("GET", "/licences/{id}/pictures/{field}" | "/wallet/licences/{id}/pictures/{field}") => {
            let path = route.path.replace("{id}", "lic_00000000000000000000000000000000");
            bare(Object::Absent, &path.replace("{field}", "n"))
        }
        ("POST", "/submissions" | "/reconciliations") => line(Object::None, route.path, json!({})),
        ("GET", "/duplicates" | "/reconciliations") => bare(Object::None, route.path),
        ("GET", "/submissions/{id}" | "/submissions/{id}/file") => {
            bare(Object::Absent, &route.path.replace("{id}", "sub_00000000000000000000000000000000"))
        }
        ("GET", "/reconciliations/{id}" | "/reconciliations/{id}/differences.csv") => {
            bare(Object::Absent, &route.path.replace("{id}", "rcn_00000000000000000000000000000000"))
        }
        ("POST", "/duplicates/{id}/acts") => {
            let path = route.path.replace("{id}", "dup_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "same", "reason": "r" }))
        }
        ("POST", "/files") => line(Object::None, route.path, json!({})),
        ("POST", "/wallet/consents/{id}/acts") => {
            let path = route.path.replace("{id}", "csn_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "withdraw" }))
        }
        ("GET", "/cases" | "/licences" | "/tasks") => bare(Object::None, route.path),
        ("POST", "/cases" | "/licences") => line(Object::None, route.path, json!({})),
        ("PUT", "/calendar/{year}") => line(Object::None, &route.path.replace("{year}", "2027"), json!({})),
        ("GET", "/licences/{id}" | "/licences/{id}/versions") => bare(Licence, route.path),
        ("GET", "/cases/{id}") | ("POST", "/cases/{id}/prefill") => {
            bare(Object::Absent, &route.path.replace("{id}", "cas_00000000000000000000000000000000"))
        }
        ("POST", "/cases/{id}/acts") => {
            let path = route.path.replace("{id}", "cas_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "conclude" }))
        }
        ("PUT", "/licences/{id}") => {
            let path = route.path.replace("{id}", "lic_00000000000000000000000000000000");
            let holder = json!({ "type": "natural", "name": "x", "id_type": "111", "id_number": "1" });
            let body = json!({ "kind": "x", "holder": holder, "face": {}, "valid_from": "20260101" });
            line(Object::Absent, &path, body)
        }
        ("POST", "/tasks/{id}/acts") => {
            let path = route.path.replace("{id}", "lic_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "claim" }))
        }
        // Imports.
        ("GET", "/imports") => bare(Object::None, route.path),
        // A form in which everything is missing.
        ("POST", "/imports") => bare(Object::None, route.path),
        ("GET", "/imports/{id}" | "/imports/{id}/events" | "/imports/{id}/errors.xlsx") => {
            bare(Object::Absent, &route.path.replace("{id}", "imp_00000000000000000000000000000000"))
        }
        ("POST", "/imports/{id}/acts") => {
            let path = route.path.replace("{id}", "imp_00000000000000000000000000000000");
            line(Object::Absent, &path, json!({ "act": "cancel" }))
        }
        ("GET", "/kinds/{code}/template.xlsx") => {
            bare(Object::Absent, &route.path.replace("{code}", "11990000MB00010993999"))
        }
        // A wallet.
        ("GET", "/wallet/licences/{id}" | "/wallet/licences/{id}/authorisation-options") => {
            bare(Licence, route.path)
        }
        ("POST", "/wallet/licences/{id}/show") => {
            line(Licence, route.path, json!({ "scene": "inspect.food", "pin": PIN }))
        }
        ("POST", "/wallet/licences/{id}/grant") => {
            line(Licence, route.path, json!({ "scene": "inspect.food", "pin": PIN, "device": device }))
        }
        ("POST" | "DELETE" | "GET", path) if path.starts_with("/wallet/shows/{show}") => {
            bare(OfHolder, &route.path.replace("{show}", show))
        }
        ("DELETE", "/wallet/devices/{id}") => bare(OfHolder, &route.path.replace("{id}", device)),
        // A unit.
        ("GET", "/proposals") => bare(Object::None, route.path),
        ("GET", "/proposals/{id}") => bare(Object::OfIssuers, &route.path.replace("{id}", proposal)),
        ("POST", "/proposals/{id}/acts") => {
            line(Object::OfIssuers, &route.path.replace("{id}", proposal), json!({ "act": "confirm" }))
        }
        ("POST", "/licences/{id}/acts") => {
            line(Licence, route.path, json!({ "act": "revoke", "reason": "r", "legal_basis": "b" }))
        }
        ("GET", "/units/{id}" | "/units/{id}/accounts" | "/units/{id}/uses") => {
            bare(OfUnit, &format!("{}?", route.path.replace("{id}", UNIT)))
        }
        ("PATCH", "/units/{id}") => line(OfUnit, &route.path.replace("{id}", UNIT), json!({})),
        ("POST", "/units/{id}/acts") => {
            line(OfUnit, &route.path.replace("{id}", UNIT), json!({ "act": "approve" }))
        }
        ("POST", "/units/{id}/accounts") => {
            let person = json!({ "name": "x", "id_type": "111", "id_number": "990101199203040019" });
            // Nobody gives this one in that unit.
            let roles = json!([{ "role": "manager", "until": "20200101" }]);
            let body = json!({ "login": "x", "person": person, "roles": roles });
            line(OfUnit, &route.path.replace("{id}", UNIT), body)
        }
        ("GET", "/accounts/{id}" | "/accounts/{id}/effective") => {
            bare(OfUnit, &route.path.replace("{id}", account))
        }
        ("PATCH", "/accounts/{id}") => line(OfUnit, &route.path.replace("{id}", account), json!({})),
        // The catalogue.
        ("PUT", "/units/{id}/using-list") => {
            let path = route.path.replace("{id}", UNIT);
            let list = world.app.anyone().get(&path).must(200);
            line(InForce, &path, json!({ "matters": list["matters"] }))
        }
        ("POST", "/units/{id}/using-list/acts") => line(InForce, &route.path.replace("{id}", UNIT), act),
        ("PUT", "/matters/{code}" | "/kinds/{code}" | "/scenes/{code}" | "/inspection-matters/{code}") => {
            let (path, body) = world.entry(route.path);
            line(InForce, &path, body)
        }
        (
            "POST",
            "/matters/{code}/acts"
            | "/kinds/{code}/acts"
            | "/scenes/{code}/acts"
            | "/inspection-matters/{code}/acts",
        ) => line(InForce, &world.entry(route.path).0, act),
        (method, path) => using::cells(method, path),
    }
}

/// One server, and in it one of everything.
pub(crate) struct World {
    pub(crate) app: TestApp,
    /// Of `lin`, of `tang` beside him and of [`UNIT`], one in each state.
    pub(crate) licences: Vec<(&'static str, LicenceId)>,
    /// A program of [`UNIT`] that is its maker.
    pub(crate) program: Caller,
    /// One with every role in [`UNIT`] and a wallet, who came by the identity provider.
    pub(crate) by_provider: Caller,
    /// One with every role in [`UNIT`], whose account was disabled after he had logged in.
    pub(crate) disabled: Caller,
    pub(crate) show: String,
    pub(crate) device: String,
    pub(crate) account: String,
    pub(crate) proposal: String,
    pub(crate) session: String,
}

impl World {
    pub(crate) fn make(db: TestDb) -> Self {
        let app = TestApp::start(db, |config| {
            config.limits.enabled = false;
            config.tokens.open_shows = 1_000;
        });
        app.enter_demo_catalogue();
        let (_, lin) = app.holder("lin");
        app.holder("chen");
        let (_, tang) = app.holder("tang");
        for role in Role::ALL {
            app.staff(&own(*role), *role, UNIT);
            app.staff(&other(*role), *role, OTHER_UNIT);
        }
        app.wait(app.make.member("idle", &[], UNIT));
        app.wait(app.make.member("guest", &[], UNIT));
        let account = app.wait(app.make.member("target", &[], UNIT)).to_string();
        let states = [
            Status::Active,
            Status::OnHold,
            Status::Seized { until: Day::parse("20291231") },
            Status::ReportedLost,
            Status::Disabled,
            Status::Cancelled,
            Status::Revoked,
            Status::Withdrawn,
            Status::Annulled,
        ];
        let licences = states.map(|status| {
            let id = app.licence(lin, BUSINESS_LICENCE, UNIT, status).id;
            app.wait(async {
                let mut tx = app.app.db.begin_write().await.unwrap();
                co_holder::insert(&mut tx, id, tang).await.unwrap();
                tx.commit().await.unwrap();
            });
            (status.as_str(), id)
        });
        let licences = licences.to_vec();
        app.wait(app.make.member("everything", Role::ALL, UNIT));
        let manager = app.as_(&own(Role::Manager));
        let token = Program::of(&manager, UNIT, &["issuer_maker"]).token(&app, "only");
        let program = app.anyone().with_token(token["access_token"].as_str().unwrap());
        let (by_provider, disabled) = (came_by_provider(&app), disabled_since(&app));
        let caller = app.as_("lin");
        let jwk = liangzheng_core::key::AwsLcSigner::generate("phone").unwrap().0.public_key().to_jwk();
        let device = caller.post("/api/v1/wallet/devices", &json!({ "jwk": jwk, "name": "手机" })).must(201);
        let path = format!("/api/v1/wallet/licences/{}/show", licences[0].1);
        let show = caller.post(&path, &json!({ "scene": "inspect.food", "pin": PIN })).must(201);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (device, show) = (text(&device["id"]), text(&show["show"]));
        // Another one than he asks with.
        let listed = app.log_in("lin").get("/api/v1/me/sessions").must(200);
        let listed = listed["items"].as_array().unwrap();
        let session = text(&listed.iter().find(|session| session["current"] == true).unwrap()["id"]);
        let doomed = app.licence(lin, BUSINESS_LICENCE, UNIT, Status::Active).id;
        let revoke = json!({ "act": "revoke", "reason": "r", "legal_basis": "b" });
        let maker = app.as_(&own(Role::IssuerMaker));
        let proposed = maker.post(&format!("/api/v1/licences/{doomed}/acts"), &revoke).must(202);
        let proposal = text(&proposed["proposal"]);
        Self { app, licences, program, by_provider, disabled, show, device, account, proposal, session }
    }

    /// A unit that nothing hangs on.
    pub(crate) fn spare_unit(&self) -> String {
        let spare = "12990100MB00005102";
        self.app.wait(self.app.make.member("spare", &[], spare));
        spare.to_owned()
    }

    /// A route of the catalogue with the code of an entry of [`UNIT`], and that entry as it was sent.
    fn entry(&self, pattern: &str) -> (String, Value) {
        let sort = pattern.trim_start_matches("/api/v1/").split('/').next().unwrap();
        let list = self.app.anyone().get(&format!("/api/v1/{sort}?limit=200")).must(200);
        let entries = list["items"].as_array().unwrap();
        let mut entry = entries.iter().find(|entry| entry["unit"] == UNIT).unwrap().clone();
        for told in ["state", "version", "etag"] {
            entry.as_object_mut().unwrap().remove(told);
        }
        (pattern.replace("{code}", entry["code"].as_str().unwrap()), entry)
    }

    fn send(&self, caller: &Caller, route: &RouteEntry, path: &str, body: Option<&Value>) -> Answer {
        // What two persons must do changes nothing yet, whatever one of them asks.
        if (route.method, route.path) == ("POST", "/api/v1/licences/{id}/acts") {
            return caller.send(route.method, path, body);
        }
        // Whatever is edited is answered 412, so that nothing changes under the cells that follow.
        caller.with("If-Match", "\"999\"").send(route.method, path, body)
    }
}

fn guarded() -> impl Iterator<Item = &'static RouteEntry> {
    routes().filter(|route| route.login == Login::Required)
}

/// Rows: R47, R80.
#[test]
fn every_role_gets_exactly_what_the_table_gives_it() {
    let unknown: Vec<_> =
        guarded().map(|route| route.action).filter(|action| permit_of(action).is_none()).collect();
    assert_eq!(unknown, [""; 0], "an action without a line in PERMITS");
    // On two threads: each database has a server of its own.
    std::thread::scope(|scope| {
        let both = TestDb::both().map(|db| scope.spawn(|| asked_of_all(db)));
        for one in both {
            let (name, asked, wrong) = one.join().unwrap();
            assert_eq!(wrong, [""; 0], "{name}");
            assert!(asked >= 4_000, "{name}: only {asked} cells");
            println!("{name}: {asked} cells");
        }
    });
}

/// Asks every cell on one database: its name, how many, and which were answered otherwise.
fn asked_of_all(db: TestDb) -> (&'static str, usize, Vec<String>) {
    let world = World::make(db);
    let (mut asked, mut wrong) = (0, Vec::new());
    let mut guarded: Vec<&RouteEntry> = guarded().collect();
    // What is taken away is taken away last.
    guarded.sort_by_key(|route| route.method == "DELETE");
    for route in guarded {
        let Some(cells) = cells(&world, route) else {
            wrong.push(format!("{} {}: no line in the authorisation table", route.method, route.path));
            continue;
        };
        let paths: Vec<(&str, String)> = match cells.object {
            Object::Licence => {
                let filled = |id: &LicenceId| cells.path.replace("{id}", &id.to_string());
                world.licences.iter().map(|(state, id)| (*state, filled(id))).collect()
            }
            _ => vec![("", cells.path.clone())],
        };
        for (state, path) in paths {
            for who in Who::all() {
                let caller = match (cells.object, who) {
                    // It would end everybody else's cells.
                    (Object::Session, Who::Nobody | Who::Disabled) => who.caller(&world),
                    (Object::Session, _) => world.app.log_in("guest"),
                    _ => who.caller(&world),
                };
                let answer = world.send(&caller, route, &path, cells.body.as_ref());
                asked += 1;
                if tells_a_face(&answer) && !is_told_faces(who, route) {
                    wrong.push(format!("{who:?} {} {path} {state}: tells a face", route.method));
                }
                let refused = who.refused(route, cells.object);
                let by_state = by_state(route, who, state)
                    .filter(|_| cells.object == Object::Licence && refused.is_none());
                if !is_right(&answer, refused) || by_state.is_some_and(|status| answer.status != status) {
                    wrong.push(format!(
                        "{who:?} {} {path} {state}: {refused:?} {by_state:?}, not {} {}",
                        route.method,
                        answer.status,
                        answer.text()
                    ));
                }
            }
        }
    }
    (world.app.db_name(), asked, wrong)
}

/// What only looks changes nothing, and what changes something asks for more than the right to look.
#[test]
fn no_command_is_let_in_by_the_right_to_look() {
    let looks = |action: &str| action.starts_with("View") || action.starts_with("Read");
    let odd: Vec<_> = guarded()
        .filter(|route| route.method != "GET" && looks(route.action))
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(odd, [""; 0]);
}

fn is_right(answer: &Answer, refused: Option<(u16, &str)>) -> bool {
    match refused {
        Some((status, code)) => answer.status == status && answer.problem() == code,
        // Permitted: done, or refused for another reason.
        None => {
            !(matches!(answer.status, 401 | 404) || (answer.status == 403 && answer.problem() == "forbidden"))
        }
    }
}
