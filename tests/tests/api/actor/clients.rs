//! `/api/v1/clients`, `/api/v1/token`: programs of units, and for whom codes are made (R47).

use base64ct::{Base64UrlUnpadded, Encoding};
use liangzheng_core::key::{AwsLcSigner, Signer};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::Status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::caller::Caller;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::{Answer, send};
use liangzheng_tests::make::{BUSINESS_LICENCE, OTHER_UNIT, PASSWORD, PIN, UNIT};
use serde_json::{Value, json};

/// A program with a key of its own.
pub(crate) struct Program {
    key: AwsLcSigner,
    id: String,
}

impl Program {
    /// Registers it for `unit`.
    pub(crate) fn of(manager: &Caller, unit: &str, roles: &[&str]) -> Self {
        let key = AwsLcSigner::generate("k1").unwrap().0;
        let registered = manager.post("/api/v1/clients", &request(unit, roles, &key)).must(201);
        Self { key, id: registered["id"].as_str().unwrap().to_owned() }
    }

    /// What it claims, if nothing is wrong.
    fn claims(&self, app: &TestApp, jti: &str) -> Value {
        let now = app.app.now().0;
        let aud = "https://licence.example/api/v1/token";
        json!({ "iss": self.id, "sub": self.id, "aud": aud, "iat": now, "exp": now + 60, "jti": jti })
    }

    fn assertion(&self, claims: &Value) -> String {
        signed(&self.key, &json!({ "alg": "ES256", "kid": "k1", "typ": "JWT" }), claims)
    }

    /// A token for one new assertion.
    pub(crate) fn token(&self, app: &TestApp, jti: &str) -> Value {
        ask(app, &self.assertion(&self.claims(app, jti))).must(200)
    }
}

fn request(unit: &str, roles: &[&str], key: &AwsLcSigner) -> Value {
    let mut jwk = serde_json::to_value(key.public_key().to_jwk()).unwrap();
    jwk["kid"] = json!("k1");
    jwk["alg"] = json!("ES256");
    let names = json!({ "zh-CN": "市场监管业务系统", "en": "Market regulation system" });
    json!({ "unit": unit, "names": names, "roles": roles, "jwks": { "keys": [jwk] } })
}

fn signed(key: &AwsLcSigner, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let input = format!("{}.{}", part(header), part(claims));
    let signature = key.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", Base64UrlUnpadded::encode_string(&signature))
}

/// `POST /token`, as OAuth sends it.
fn ask(app: &TestApp, assertion: &str) -> Answer {
    let form = format!(
        "grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A\
         client-assertion-type%3Ajwt-bearer&client_assertion={assertion}"
    );
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    send("POST", &format!("{}/api/v1/token", app.url), &headers, Some(form.as_bytes()))
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status, answer.problem())
}

/// A server with a manager and a unit that issues.
fn start(db: TestDb) -> (TestApp, Caller) {
    let app = TestApp::start(db, |config| config.limits.enabled = false);
    app.staff("wang", Role::Manager, UNIT);
    let wang = app.as_("wang");
    (app, wang)
}

/// Rows: R47.
#[test]
fn a_registered_client_gets_a_token_for_its_unit_and_roles_on_both_databases() {
    for db in TestDb::both() {
        let (app, wang) = start(db);
        let program = Program::of(&wang, UNIT, &["issuer_maker"]);
        let token = program.token(&app, "one");
        assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("Bearer"), &json!(900)));
        assert_eq!((&token["unit"], &token["roles"]), (&json!(UNIT), &json!(["issuer_maker"])));
        let client = app.anyone().with_token(token["access_token"].as_str().unwrap());
        let me = client.get("/api/v1/me").must(200);
        assert_eq!(me["session"]["proof"], "client");
        assert_eq!((&me["membership"]["unit"]["id"], &me["holder"]), (&json!(UNIT), &Value::Null));
        assert_eq!(client.get("/api/v1/wallet/licences").status, 403, "it has no wallet");
        assert_eq!(client.get("/api/v1/clients").status, 403, "it registers nobody");
        app.pass(899);
        assert_eq!(client.get("/api/v1/me").status, 200);
        app.pass(1);
        assert_eq!(client.get("/api/v1/me").status, 401, "a quarter of an hour is over");
    }
}

#[test]
fn an_assertion_counts_once_even_when_it_is_sent_many_times_at_once() {
    for db in TestDb::both() {
        let (app, wang) = start(db);
        let program = Program::of(&wang, UNIT, &["issuer_maker"]);
        let assertion = program.assertion(&program.claims(&app, "once"));
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..6).map(|_| scope.spawn(|| ask(&app, &assertion).status)).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert_eq!(told(&ask(&app, &assertion)), (401, "invalid-client".into()));
        program.token(&app, "another");
    }
}

#[test]
fn an_assertion_with_anything_wrong_is_refused_and_all_are_told_alike() {
    let (app, wang) = start(TestDb::sqlite());
    let (program, other) =
        (Program::of(&wang, UNIT, &["issuer_maker"]), Program::of(&wang, UNIT, &["issuer_maker"]));
    let now = app.app.now().0;
    let good = program.claims(&app, "x");
    let with = |member: &str, value: Value| {
        let mut claims = good.clone();
        claims[member] = value;
        program.assertion(&claims)
    };
    let without = |member: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(member);
        program.assertion(&claims)
    };
    let header = |header: Value| signed(&program.key, &header, &good);
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    let unsigned = format!("{}.{}.", part(&json!({ "alg": "none" })), part(&good));
    let right = program.assertion(&good);
    let mut tampered = right.clone();
    tampered.replace_range(right.len() - 4..right.len() - 3, if right.ends_with("AAAA") { "B" } else { "A" });
    for (name, assertion) in [
        ("expired", with("exp", json!(now))),
        ("long-lived", with("exp", json!(now + 301))),
        ("exp as text", with("exp", json!("9999999999"))),
        ("from the future", with("iat", json!(now + 31))),
        ("not before", with("nbf", json!(now + 31))),
        ("another audience", with("aud", json!("https://other.example/token"))),
        (
            "two audiences",
            with("aud", json!(["https://licence.example/api/v1/token", "https://other.example"])),
        ),
        ("another issuer", with("iss", json!(other.id))),
        ("an unknown client", {
            let mut claims = good.clone();
            claims["iss"] = json!("cli_00000000000000000000000000000000");
            claims["sub"] = claims["iss"].clone();
            program.assertion(&claims)
        }),
        ("no jti", without("jti")),
        ("no exp", without("exp")),
        ("no aud", without("aud")),
        ("another's key", other.assertion(&good)),
        ("an unknown key", header(json!({ "alg": "ES256", "kid": "k2" }))),
        ("another algorithm", header(json!({ "alg": "RS256", "kid": "k1" }))),
        ("HMAC", header(json!({ "alg": "HS256", "kid": "k1" }))),
        ("crit", header(json!({ "alg": "ES256", "kid": "k1", "crit": ["b64"], "b64": false }))),
        ("unsigned", unsigned),
        ("tampered", tampered),
        ("no token", "x.y".into()),
    ] {
        let answer = ask(&app, &assertion);
        assert_eq!(told(&answer), (401, "invalid-client".into()), "{name}");
        assert!(answer.json()["detail"].is_null(), "{name}");
    }
    ask(&app, &right).must(200);
    let aud = with("aud", json!("https://licence.example")).clone();
    assert_eq!(ask(&app, &aud).status, 401, "the same jti");
}

#[test]
fn what_cannot_be_registered_is_told_member_by_member() {
    let (app, wang) = start(TestDb::sqlite());
    app.staff("han", Role::IssuerMaker, OTHER_UNIT);
    let key = AwsLcSigner::generate("k1").unwrap().0;
    let good = request(UNIT, &["issuer_maker"], &key);
    let pointers = |change: &dyn Fn(&mut Value)| {
        let mut body = good.clone();
        change(&mut body);
        let answer = wang.post("/api/v1/clients", &body);
        assert_eq!(answer.status, 422, "{}", answer.text());
        let errors = answer.json()["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(pointers(&|body| body["unit"] = json!("11990100MB0000035A")), ["/unit"]);
    assert_eq!(
        pointers(&|body| body["roles"] = json!(["issuer_maker", "issuer_checker", "manager"])),
        ["/roles/1", "/roles/2"]
    );
    assert_eq!(pointers(&|body| body["matters"] = json!(["no.such"])), ["/matters/0"]);
    assert_eq!(pointers(&|body| body["names"]["en"] = json!("")), ["/names/en"]);
    assert_eq!(pointers(&|body| body["jwks"]["keys"] = json!([])), ["/jwks/keys"]);
    assert_eq!(pointers(&|body| body["jwks"]["keys"][0]["x"] = json!("AAAA")), ["/jwks/keys/0"]);
    assert_eq!(pointers(&|body| body["jwks"]["keys"][0]["alg"] = json!("RS256")), ["/jwks/keys/0"]);
    let twice = |body: &mut Value| {
        let key = body["jwks"]["keys"][0].clone();
        body["jwks"]["keys"].as_array_mut().unwrap().push(key);
    };
    assert_eq!(pointers(&twice), ["/jwks/keys/1/kid"]);
    let private = |body: &mut Value| body["jwks"]["keys"][0]["d"] = json!("AAAA");
    assert!(!pointers(&private).is_empty(), "a private key is refused");
    assert_eq!(app.as_("han").post("/api/v1/clients", &good).status, 403);
}

#[test]
fn clients_are_listed_and_an_ended_one_is_out_at_once_with_what_was_begun_through_it() {
    for db in TestDb::both() {
        let (app, wang) = start(db);
        app.holder("lin");
        let kept = Program::of(&wang, UNIT, &["issuer_maker"]);
        // Ids sort by the second they were made in.
        app.pass(1);
        let program = Program::of(&wang, UNIT, &["issuer_maker"]);
        let page = wang.get("/api/v1/clients?limit=1").must(200);
        assert_eq!(page["items"][0]["id"], kept.id.as_str());
        assert_eq!(page["items"][0]["key_ids"], json!(["k1"]));
        let next = page["next"].as_str().unwrap();
        let page = wang.get(&format!("/api/v1/clients?cursor={next}")).must(200);
        assert_eq!((&page["items"][0]["id"], &page["next"]), (&json!(program.id), &Value::Null));
        let token = program.token(&app, "one");
        let client = app.anyone().with_token(token["access_token"].as_str().unwrap());
        let login = json!({
            "login": "lin", "password": PASSWORD,
            "client_assertion": program.assertion(&program.claims(&app, "two")),
        });
        let session = app.anyone().post("/api/v1/sessions", &login).must(201);
        let lin = app.anyone().with_token(session["token"].as_str().unwrap());
        assert_eq!((client.get("/api/v1/me").status, lin.get("/api/v1/me").status), (200, 200));
        let path = format!("/api/v1/clients/{}", program.id);
        assert_eq!(wang.get(&path).must(200)["unit"], UNIT);
        assert_eq!(wang.delete(&path).status, 204);
        assert_eq!((client.get("/api/v1/me").status, lin.get("/api/v1/me").status), (401, 401));
        assert_eq!(ask(&app, &program.assertion(&program.claims(&app, "three"))).status, 401);
        assert_eq!((wang.get(&path).status, wang.delete(&path).status), (404, 404));
        kept.token(&app, "four");
    }
}

/// Rows: R47.
#[test]
fn codes_are_made_for_our_pages_and_registered_clients_and_for_no_other_program() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |config| {
            config.limits.enabled = false;
            config.clients.bearer_sessions = false;
        });
        app.staff("wang", Role::Manager, UNIT);
        let program = Program::of(&app.as_("wang"), UNIT, &["issuer_maker"]);
        let (_, holder) = app.holder("lin");
        let own = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active).id;
        let show = |caller: &Caller| {
            let body = json!({ "scene": "inspect.food", "pin": PIN });
            caller.post(&format!("/api/v1/wallet/licences/{own}/show"), &body)
        };
        let unknown = app.log_in("lin");
        assert_eq!(unknown.get("/api/v1/wallet/licences").status, 200, "cards are no codes");
        assert_eq!(told(&show(&unknown)), (403, "caller-not-recognised".into()));
        let grant =
            json!({ "device": "dev_00000000000000000000000000000000", "scene": "inspect.food", "pin": PIN });
        let granted = unknown.post(&format!("/api/v1/wallet/licences/{own}/grant"), &grant);
        assert_eq!(told(&granted), (403, "caller-not-recognised".into()));

        let login = |assertion: &str| {
            let body = json!({ "login": "lin", "password": PASSWORD, "client_assertion": assertion });
            app.anyone().post("/api/v1/sessions", &body)
        };
        let assertion = program.assertion(&program.claims(&app, "one"));
        let session = login(&assertion).must(201);
        show(&app.anyone().with_token(session["token"].as_str().unwrap())).must(201);
        assert_eq!(told(&login(&assertion)), (401, "invalid-client".into()), "an assertion counts once");

        let page = app.anyone().with("Sec-Fetch-Site", "same-origin");
        let entered = page.post("/api/v1/sessions", &json!({ "login": "lin", "password": PASSWORD }));
        let cookie = entered.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        show(&page.with("Cookie", &cookie)).must(201);
    }
}

#[test]
fn a_request_for_a_token_that_is_none_is_told_what_is_wrong() {
    let app = TestApp::sqlite();
    let post = |media: &str, body: &str| {
        send("POST", &format!("{}/api/v1/token", app.url), &[("Content-Type", media)], Some(body.as_bytes()))
    };
    let form = "application/x-www-form-urlencoded";
    let wrong = post(form, "grant_type=password&client_assertion_type=x&client_assertion=x");
    assert_eq!(told(&wrong), (400, "unsupported_grant_type".into()));
    let wrong = post(form, "grant_type=client_credentials&client_assertion_type=x&client_assertion=x");
    assert_eq!(told(&wrong), (400, "invalid_request".into()));
    assert_eq!(post(form, "grant_type=client_credentials").status, 400);
    assert_eq!(post("application/json", "{}").status, 415);
}

#[test]
fn a_program_stands_in_no_list_of_members_and_takes_no_place_on_its_pages() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        app.staff("manager", Role::Manager, "11990000MB00000948");
        app.staff("admin", Role::UnitAdmin, UNIT);
        let manager = app.as_("manager");
        for _ in 0..3 {
            Program::of(&manager, UNIT, &["handler"]);
        }
        app.staff("gao", Role::IssuerMaker, UNIT);
        let path = format!("/api/v1/units/{UNIT}/accounts");
        let page = app.as_("admin").get(&format!("{path}?limit=2")).must(200);
        let mut logins: Vec<&str> =
            page["items"].as_array().unwrap().iter().map(|one| one["login"].as_str().unwrap()).collect();
        logins.sort_unstable();
        assert_eq!((logins, &page["next"]), (vec!["admin", "gao"], &Value::Null));
        let gao = page["items"].as_array().unwrap().iter().find(|one| one["login"] == "gao").unwrap();
        assert_eq!(gao["roles"], json!([{ "role": "issuer_maker", "until": null }]));
        let clients = manager.get("/api/v1/clients?limit=2").must(200);
        assert_eq!(clients["items"].as_array().unwrap().len(), 2);
        assert_eq!(
            (&clients["items"][0]["unit"], &clients["items"][0]["roles"]),
            (&json!(UNIT), &json!(["handler"]))
        );
        let rest =
            manager.get(&format!("/api/v1/clients?cursor={}", clients["next"].as_str().unwrap())).must(200);
        assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next"]), (1, &Value::Null));
    }
}
