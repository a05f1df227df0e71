//! Pictures on licences: sent, borne by drafts, seen by who may see the licence, drawn in its file.

use std::io::Cursor;

use image::{ImageEncoder, Rgb, RgbImage};
use liangzheng_server::domain::actor::agency::{AgencyAct, AgencyLevel};
use liangzheng_server::storage::issuing::picture;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer;
use serde_json::{Value, json};

use crate::at_rest::{kept, stands_in};

use super::{citizen, draft, issue, office_with, read, review, write, wrong};

/// An office whose kind asks for a photograph.
fn studio(db: TestDb) -> TestApp {
    office_with(
        db,
        |_| {},
        |kind| {
            let photo = json!({ "key": "ph", "labels": { "zh-CN": "照片", "en": "Photo" }, "type": "image",
                "required": true, "personal": true });
            kind["face"]["fields"].as_array_mut().unwrap().push(photo);
        },
    )
}

/// A photograph of some noise, so that it does not shrink to nothing.
fn photograph(seed: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(120, 160, |x, y| {
        let n = x.wrapping_mul(2_654_435_761).wrapping_add(y * 40_503).wrapping_add(seed * 7919);
        Rgb([(n >> 8) as u8, (n >> 16) as u8, (n >> 24) as u8])
    });
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 80);
    encoder.write_image(&picture, 120, 160, image::ExtendedColorType::Rgb8).unwrap();
    bytes
}

fn send(app: &TestApp, login: &str, content: &[u8]) -> Answer {
    app.as_(login).form("/api/v1/files", &[("file", "image/jpeg", content)])
}

fn with(number: u32, id: &Value) -> Value {
    let mut body = draft(number);
    body["face"]["ph"] = id.clone();
    body
}

/// Rows: R05, R22.
#[test]
fn a_required_photograph_is_sent_borne_approved_and_seen_by_its_unit_and_its_holder() {
    for db in TestDb::both() {
        let folder = db.folder().to_owned();
        let app = studio(db);
        let missing = app.as_("maker").post("/api/v1/licences", &draft(1));
        assert_eq!(wrong(&missing), [("/face/ph".to_owned(), "missing".to_owned())]);
        let sent = send(&app, "maker", &photograph(1)).must(201);
        assert_eq!(
            (&sent["media_type"], &sent["width"], &sent["height"]),
            (&json!("image/jpeg"), &json!(120), &json!(160))
        );
        let id = issue(&app, &with(1, &sent["id"]));
        assert_eq!(read(&app, &id)["face"]["ph"], sent["id"]);
        let path = format!("/api/v1/licences/{id}/pictures/ph");
        let seen = app.as_("checker").get(&path);
        assert_eq!((seen.status, seen.header("content-type")), (200, Some("image/jpeg")));
        assert_eq!(seen.header("cache-control"), Some("no-store"));
        let read = image::load_from_memory(&seen.body).unwrap();
        assert_eq!((read.width(), read.height()), (120, 160));
        for (login, status) in [("foreign", 404), ("handler", 403)] {
            assert_eq!(app.as_(login).get(&path).status, status, "{login}");
        }
        assert_eq!(app.as_("checker").get(&format!("/api/v1/licences/{id}/pictures/n")).status, 404);
        // Its holder.
        app.wait(app.make.account_of("zhou", "111", &citizen(1)));
        app.holder("chen");
        let card = app.as_("zhou").get(&format!("/api/v1/wallet/licences/{id}")).must(200);
        let field = card["fields"].as_array().unwrap().iter().find(|field| field["key"] == "ph").unwrap();
        assert_eq!(field["value"], "", "no hash is shown to anybody");
        let href = field["picture"].as_str().unwrap();
        assert_eq!(app.as_("zhou").get(href).body, seen.body);
        assert_eq!(app.as_("chen").get(href).status, 404);
        // Who acts for him, if he was named to see.
        let whose = app.as_("zhou").get("/api/v1/me").must(200)["holder"]["id"].clone();
        let whose = whose.as_str().unwrap().parse().unwrap();
        for (login, act, status) in [("ward", AgencyAct::View, 200), ("show", AgencyAct::Show, 404)] {
            let (agent, _) = app.holder(login);
            app.wait(app.make.agency(agent, whose, AgencyLevel::Handler, &[act], None));
            let found = app.as_(login).get(href);
            assert_eq!(found.status, status, "{login}");
            assert_eq!(found.body == seen.body, status == 200, "{login}");
        }
        // At rest nothing of it is in clear.
        assert!(!stands_in(&kept(&app, &folder), "JFIF"), "a picture lies in clear");
        // Nothing else needs it.
        app.pass(3 * 86_400);
        forget(&app);
        assert_eq!(app.log_in("checker").get(&path).body, seen.body);
    }
}

/// Rows: R02.
#[test]
fn the_file_bears_the_picture_and_its_seal_covers_it() {
    let app = studio(TestDb::sqlite());
    let sent = send(&app, "maker", &photograph(2)).must(201);
    let id = issue(&app, &with(2, &sent["id"]));
    let file = app.as_("maker").get(&format!("/api/v1/licences/{id}/file.ofd"));
    assert_eq!(file.status, 200, "{}", file.text());
    let mut archive = zip::ZipArchive::new(Cursor::new(&file.body)).unwrap();
    let mut part = |path: &str| {
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut archive.by_name(path).unwrap(), &mut content).unwrap();
        content
    };
    let picture = app.as_("maker").get(&format!("/api/v1/licences/{id}/pictures/ph")).body;
    assert_eq!(part("Doc_0/Res/picture_0.jpg"), picture);
    let resources = String::from_utf8(part("Doc_0/PublicRes.xml")).unwrap();
    let page = String::from_utf8(part("Doc_0/Pages/Page_0/Content.xml")).unwrap();
    assert!(resources.contains("<ofd:MultiMedia ID=\"4\" Type=\"Image\""), "{resources}");
    assert!(page.contains("ResourceID=\"4\"") && !page.contains(sent["id"].as_str().unwrap()), "{page}");
    let copy = app.as_("maker").get(&format!("/api/v1/licences/{id}/file.pdf"));
    assert_eq!((copy.status, copy.header("content-type")), (200, Some("application/pdf")));
    let has = |part: &[u8]| copy.body.windows(part.len()).any(|window| window == part);
    assert!(copy.body.starts_with(b"%PDF-1.") && has(&picture) && has(b"/FontFile2"), "{}", copy.body.len());
    assert!(copy.body.len() < 200_000, "{} bytes", copy.body.len());
    let trust = app.app.seals.trust().unwrap().1;
    let verdict = liangzheng_core::ofd::verify(&file.body, &trust, app.app.now());
    assert_eq!(verdict.verdict, liangzheng_core::verify::Answer::Valid, "{verdict:#?}");
}

#[test]
fn a_picture_is_of_its_unit_and_forgotten_after_a_day_unless_a_draft_bears_it() {
    for db in TestDb::both() {
        let app = studio(db);
        let (first, second) = (send(&app, "maker", &photograph(3)), send(&app, "second", &photograph(4)));
        let (first, second) = (first.must(201)["id"].clone(), second.must(201)["id"].clone());
        let id = write(&app, &with(3, &first));
        let foreign = send(&app, "foreign", &photograph(5)).must(201)["id"].clone();
        for (odd, code) in
            [(foreign, "no-picture"), (json!("x"), "image"), (json!("0".repeat(64)), "no-picture")]
        {
            let refused = app.as_("maker").post("/api/v1/licences", &with(4, &odd));
            assert_eq!(wrong(&refused), [("/face/ph".to_owned(), code.to_owned())], "{odd}");
        }
        // Sent twice it is one, and counts as sent now.
        assert_eq!(send(&app, "maker", &photograph(4)).must(201)["id"], second);
        app.pass(86_400 + 60);
        forget(&app);
        let late = app.log_in("maker").post("/api/v1/licences", &with(4, &second));
        assert_eq!(wrong(&late), [("/face/ph".to_owned(), "no-picture".to_owned())]);
        review(&app.log_in("maker"), &id, "submit").must(200);
        // A next version bears the picture of the one before without sending it again.
        review(&app.log_in("checker"), &id, "approve").must(200);
        let mut next = with(3, &first);
        next["replaces"] = json!(id);
        next["change"] = json!("renew");
        next["valid_to"] = json!("20361120");
        let written = app.log_in("maker").post("/api/v1/licences", &next).must(201);
        assert_eq!(written["status"], "DRAFT");
    }
}

#[test]
fn what_is_no_picture_is_refused_by_what_is_wrong_with_it() {
    let app = studio(TestDb::sqlite());
    let large = vec![0xFF; 200 * 1024 + 1];
    for (content, status, code) in [
        (&b"%PDF-1.7"[..], 422, "format"),
        (&b""[..], 422, "format"),
        (&photograph(6)[..200], 422, "broken"),
        (&large[..], 413, ""),
    ] {
        let refused = send(&app, "maker", content);
        assert_eq!(refused.status, status, "{}", refused.text());
        if status == 422 {
            assert_eq!(wrong(&refused), [("/file".to_owned(), code.to_owned())]);
        }
    }
    let json = app.as_("maker").post("/api/v1/files", &json!({ "file": "x" }));
    assert_eq!(json.status, 415, "no form");
    assert_eq!(send(&app, "checker", &photograph(7)).status, 403);
    let keyed = app.as_("maker").with("Idempotency-Key", "once");
    let one = photograph(8);
    let twice = [(); 2].map(|()| keyed.form("/api/v1/files", &[("file", "image/png", &one)]).must(201));
    assert_eq!(twice[0], twice[1]);
    let other = keyed.form("/api/v1/files", &[("file", "image/png", &photograph(9))]);
    assert_eq!(other.problem(), "idempotency-key-reused");
}

/// What the job does a minute later.
fn forget(app: &TestApp) {
    app.wait(async {
        let mut tx = app.app.db.begin_write().await.unwrap();
        let kept = liangzheng_server::service::issuing::pictures::KEPT_UNUSED;
        picture::forget(&mut tx, app.app.now().minus(kept)).await.unwrap();
        tx.commit().await.unwrap();
    });
}

#[test]
fn what_is_no_form_is_told_so() {
    let app = studio(TestDb::sqlite());
    let sent = app.as_("maker").post("/api/v1/files", &json!({ "file": "x" }));
    assert_eq!((sent.status, sent.problem().as_str()), (415, "unsupported-media-type"));
    let none = app.as_("maker").form("/api/v1/files", &[("other", "image/jpeg", b"x")]);
    assert_eq!(wrong(&none), [("/file".to_owned(), "missing".to_owned())]);
}
