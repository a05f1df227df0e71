//! The authorisation table: every role, all roles in one person, a holder, a co-holder, a delegate, a registered program, a session of
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
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use liangzheng_tests::make::{BUSINESS_LICENCE, OTHER_UNIT, PIN, UNIT};
use serde_json::{Value, json};

mod cells;
mod delegated;
mod faces;
mod who;

use crate::actor::clients::Program;

use cells::cells;
use delegated::share;
use faces::{is_told_faces, tells_a_face};
pub(crate) use who::own;
use who::{Object, Who, by_state, came_by_provider, disabled_since, other, permit_of};

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
        app.holder("delegate");
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
            app.wait(share(&app, id, lin, tang));
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
