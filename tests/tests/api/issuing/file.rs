//! Licence files: who gets them, what is in them, what `POST /verify` says of them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::net::TcpStream;

use base64ct::{Base64, Encoding};
use liangzheng_core::ofd;
use liangzheng_core::seal::{Setting, sm3};
use liangzheng_core::time::Seconds;
use liangzheng_core::trust::{Medium, Purpose};
use liangzheng_core::verify::Answer;
use liangzheng_server::demo::{demo_catalogue, demo_units};
use liangzheng_server::domain::actor::agency::{AgencyAct, AgencyLevel};
use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::domain::licence::{Licence, Status};
use liangzheng_server::service::publication::catalogue::sign_catalogue_row;
use liangzheng_server::service::work::Work;
use liangzheng_server::storage;
use liangzheng_server::storage::change::Change;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::http::Answer as Reply;
use liangzheng_tests::make::{BUSINESS_LICENCE, OTHER_UNIT, PIN, UNIT, licence};
use liangzheng_tests::until::until;
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use super::seal::enter;

/// A sealed licence of `shan`'s, of [`UNIT`].
fn sealed_licence(app: &TestApp) -> Licence {
    let (_, holder) = app.holder("shan");
    let licence = licence(holder, BUSINESS_LICENCE, UNIT, Status::Active);
    enter(app, &licence, &[]).unwrap();
    licence
}

fn file_path(licence: &Licence) -> String {
    format!("/api/v1/licences/{}/file.ofd", licence.id)
}

fn make(app: &TestApp, login: &str, licence: &Licence, pin: &str) -> Reply {
    app.as_(login).post(&format!("/api/v1/wallet/licences/{}/file", licence.id), &json!({ "pin": pin }))
}

/// Sends a file to `POST /verify` as a form does.
fn verify(app: &TestApp, name: &str, bytes: &[u8]) -> Reply {
    let boundary = "----boundary";
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"F.ofd\"\r\n\
         Content-Type: application/ofd\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
    let media = format!("multipart/form-data; boundary={boundary}");
    liangzheng_tests::http::send(
        "POST",
        &format!("{}/api/v1/verify", app.url),
        &[("content-type", &media)],
        Some(&body),
    )
}

/// The file with [`OTHER_UNIT`]'s seal on its page in place of the issuer's.
fn sealed_by_another(app: &TestApp, file: &[u8]) -> Vec<u8> {
    const SIGN: &str = "Doc_0/Signs/Sign_0";
    let (row, key) = app.wait(async {
        let mut tx = app.app.db.begin_read().await.unwrap();
        let row = storage::issuing::seal::find(&mut tx, &format!("{OTHER_UNIT}-1")).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let key = app.app.seals.key(&row.key).unwrap();
        (row, key)
    });
    let (certificate, seal) = (row.certificate.unwrap(), row.seal.unwrap());
    let mut files: BTreeMap<_, _> = parts(file).into_iter().collect();
    let own = files.insert(format!("{SIGN}/Seal.esl"), seal.clone()).unwrap();
    let digest = |seal: &[u8]| Base64::encode_string(&sm3(seal));
    let signature = String::from_utf8(files[&format!("{SIGN}/Signature.xml")].clone()).unwrap();
    let signature = signature.replace(&digest(&own), &digest(&seal));
    let path = format!("/{SIGN}/Signature.xml");
    let setting = Setting { time: app.app.now(), data_hash: sm3(signature.as_bytes()), property_info: path };
    let value = app.wait(async { key.signer.sign(&setting.to_sign(&seal).unwrap()).await }).unwrap();
    let value = setting.assemble(&seal, &certificate, &value).unwrap();
    files.insert(format!("{SIGN}/Signature.xml"), signature.into_bytes());
    files.insert(format!("{SIGN}/SignedValue.dat"), value);
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Publishes the demo's catalogue again with a shorter life of codes on paper.
fn with_short_paper_codes(app: &TestApp) {
    let mut content = demo_catalogue().unwrap().content(&demo_units().unwrap());
    let scene = content.scenes.iter_mut().find(|scene| scene.medium == Medium::Paper).unwrap();
    scene.lifetime = Seconds(30 * 86_400);
    content.version = 2;
    app.wait(async {
        let signer = app.app.keys.signer(Purpose::Catalogue, app.app.now()).unwrap();
        let row = sign_catalogue_row(content, &*signer, &app.app.config.tokens, app.app.now()).unwrap();
        let mut work = Work::of_server(&app.app).await.unwrap();
        storage::publication::trust::insert_catalogue(&mut work.tx, &row).await.unwrap();
        work.changed(Change::Catalogue).await.unwrap();
        work.finish().await.unwrap();
    });
}

fn parts(file: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            part.read_to_end(&mut content).unwrap();
            (part.name().unwrap().into_owned(), content)
        })
        .collect()
}

fn part(file: &[u8], path: &str) -> String {
    let part = parts(file).into_iter().find(|(name, _)| name == path).unwrap();
    String::from_utf8(part.1).unwrap()
}

/// Rows: R02, R55.
#[test]
fn issuing_staff_get_a_sealed_file_that_verifies_and_stays_the_same() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let licence = sealed_licence(&app);
        app.staff("wang", Role::IssuerMaker, UNIT);
        let answer = app.as_("wang").get(&file_path(&licence));
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-type"), Some("application/ofd"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let file = answer.body.clone();
        assert!(file.len() < 120_000, "{} bytes", file.len());
        let trust = app.app.seals.trust().unwrap().1;
        let verdict = ofd::verify(&file, &trust, app.app.now());
        assert_eq!(verdict.verdict, Answer::Valid, "{verdict:#?}");
        assert_eq!((verdict.seals.len(), verdict.record.len()), (1, 1));
        let record: Value = serde_json::from_slice(&verdict.licence.unwrap()).unwrap();
        assert_eq!(record["identifier"], licence.identifier.to_string());
        let page = part(&file, "Doc_0/Pages/Page_0/Content.xml");
        for text in ["营业执照", "山月茶饮", "91990100MA0000031K", "云溪市市场监督管理局"] {
            assert!(page.contains(text), "{text}");
        }
        let info = part(&file, "OFD.xml");
        assert!(info.contains("<ofd:CustomData Name=\"ZZMC\">营业执照"), "{info}");
        assert!(page.contains("打印件核验码"), "a scene on paper takes it");
        assert_eq!(app.as_("wang").get(&file_path(&licence)).body, file, "the kept one");
    }
}

/// Rows: R19, R55.
#[test]
fn a_holder_gets_a_file_with_a_code_for_print_after_the_pin() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        with_short_paper_codes(&app);
        let licence = sealed_licence(&app);
        let holder = app.as_("shan");
        assert_eq!(holder.get(&file_path(&licence)).problem(), "file-not-made");
        assert_eq!(make(&app, "shan", &licence, "000000").problem(), "wrong-pin");
        assert_eq!(holder.get(&file_path(&licence)).problem(), "file-not-made");
        let made = make(&app, "shan", &licence, PIN).must(201);
        assert_eq!(made["href"], file_path(&licence));
        let until = app.app.now().0 + 30 * 86_400;
        assert_eq!(made["code_expires_at"], until);
        let file = holder.get(&file_path(&licence)).body;
        let page = part(&file, "Doc_0/Pages/Page_0/Content.xml");
        assert!(page.contains("打印件核验码") && page.contains("有效至"), "the code says how long it counts");
        // Each getting is in the holder's list of uses.
        let uses = holder.get("/api/v1/wallet/uses").must(200);
        let downloads =
            uses["items"].as_array().unwrap().iter().filter(|one| one["kind"] == "download").count();
        assert_eq!(downloads, 2, "{uses}");
        // The code is for paper: on a screen it is not shown.
        let show = json!({ "scene": "print.copy", "pin": PIN });
        let shown = holder.post(&format!("/api/v1/wallet/licences/{}/show", licence.id), &show);
        assert_eq!(shown.problem(), "licence-not-showable");
        // Once the code is over, the file is made anew.
        app.pass(31 * 86_400);
        let holder = app.log_in("shan");
        assert_eq!(holder.get(&file_path(&licence)).problem(), "file-not-made");
    }
}

/// Rows: R19, R68.
#[test]
fn an_agent_who_may_show_gets_the_file_and_the_copy_after_his_pin_on_both_databases() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |config| config.limits.enabled = false);
        let licence = sealed_licence(&app);
        let agent = |login: &str, acts: &[AgencyAct]| {
            let (account, _) = app.holder(login);
            app.wait(app.make.agency(account, licence.holder, AgencyLevel::Handler, acts, None))
        };
        agent("clerk", &[AgencyAct::View]);
        let hand = agent("hand", &[AgencyAct::Show]);
        app.holder("stranger");
        let copy = format!("/api/v1/licences/{}/file.pdf", licence.id);
        for login in ["clerk", "stranger"] {
            assert_eq!(make(&app, login, &licence, PIN).status, 404, "{login}");
        }
        let by_hand = app.as_("hand");
        assert_eq!(by_hand.get(&file_path(&licence)).problem(), "file-not-made");
        assert_eq!(make(&app, "hand", &licence, "000000").problem(), "wrong-pin");
        make(&app, "hand", &licence, PIN).must(201);
        let file = by_hand.get(&file_path(&licence));
        let trust = app.app.seals.trust().unwrap().1;
        assert_eq!(ofd::verify(&file.body, &trust, app.app.now()).verdict, Answer::Valid);
        assert_eq!(by_hand.get(&copy).status, 200);
        for login in ["clerk", "stranger"] {
            assert_eq!(app.as_(login).get(&file_path(&licence)).status, 404, "{login}");
            assert_eq!(app.as_(login).get(&copy).status, 404, "{login}");
        }
        let uses = app.as_("shan").get("/api/v1/wallet/uses").must(200);
        let downloads =
            uses["items"].as_array().unwrap().iter().filter(|one| one["kind"] == "download").count();
        assert_eq!(downloads, 3, "its holder sees each: {uses}");
        by_hand.delete(&format!("/api/v1/wallet/agencies/{hand}")).must(204);
        assert_eq!(by_hand.get(&file_path(&licence)).status, 404, "it ends with his agency");
    }
}

/// Rows: R19.
#[test]
fn a_file_made_without_a_code_is_made_anew_once_there_can_be_one() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let licence = sealed_licence(&app);
        app.staff("wang", Role::IssuerMaker, UNIT);
        app.staff("qin", Role::IssuerChecker, UNIT);
        let act = |name: &str| {
            let body = json!({ "act": name, "reason": "r", "legal_basis": "b" });
            app.as_("qin").post(&format!("/api/v1/licences/{}/acts", licence.id), &body).must(200)
        };
        let has_code = || {
            let file = app.as_("wang").get(&file_path(&licence));
            assert_eq!(file.status, 200, "{}", file.text());
            part(&file.body, "Doc_0/Pages/Page_0/Content.xml").contains("打印件核验码")
        };
        act("suspend");
        assert!(!has_code(), "of a suspended licence no code says that it is valid");
        assert_eq!(app.as_("shan").get(&file_path(&licence)).status, 200, "the holder gets what is kept");
        let view_copy = format!("/api/v1/licences/{}/file.pdf", licence.id);
        assert_eq!(app.as_("shan").get(&view_copy).status, 200);
        act("resume");
        assert_eq!(app.as_("shan").get(&file_path(&licence)).problem(), "file-not-made");
        assert_eq!(
            app.as_("shan").get(&view_copy).problem(),
            "file-not-made",
            "the view copy of the same file"
        );
        assert!(has_code());
        assert_eq!(app.as_("shan").get(&view_copy).status, 200);
        assert_eq!(app.as_("shan").get(&file_path(&licence)).status, 200);
    }
}

#[test]
fn nobody_else_finds_the_file() {
    let app = TestApp::sqlite();
    let licence = sealed_licence(&app);
    app.holder("chen");
    app.staff("zhao", Role::IssuerChecker, OTHER_UNIT);
    app.staff("sun", Role::Inspector, UNIT);
    assert_eq!(app.as_("chen").get(&file_path(&licence)).problem(), "not-found");
    assert_eq!(make(&app, "chen", &licence, PIN).problem(), "not-found");
    assert_eq!(app.as_("zhao").get(&file_path(&licence)).problem(), "not-found");
    assert_eq!(app.as_("sun").get(&file_path(&licence)).problem(), "forbidden");
    assert_eq!(app.anyone().get(&file_path(&licence)).problem(), "unauthenticated");
}

/// Rows: R02.
#[test]
fn what_was_never_sealed_has_no_file() {
    let app = TestApp::sqlite();
    let (_, holder) = app.holder("shan");
    let unsealed = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Active);
    let draft = app.licence(holder, BUSINESS_LICENCE, UNIT, Status::Draft);
    app.staff("wang", Role::IssuerMaker, UNIT);
    assert_eq!(app.as_("wang").get(&file_path(&unsealed)).problem(), "not-sealed");
    assert_eq!(app.as_("wang").get(&file_path(&draft)).problem(), "not-found");
    assert_eq!(make(&app, "shan", &unsealed, PIN).problem(), "not-sealed");
}

/// Rows: R53, R55.
#[test]
fn verify_takes_a_file_and_tells_every_check_and_what_became_of_the_licence() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let licence = sealed_licence(&app);
        app.staff("wang", Role::IssuerMaker, UNIT);
        let file = app.as_("wang").get(&file_path(&licence)).body;
        let told = verify(&app, "file", &file).must(200);
        assert_eq!((&told["verdict"], &told["code"]), (&json!("valid"), &json!("OK")), "{told}");
        assert_eq!(told["licence"]["status"], "ACTIVE");
        assert_eq!(told["licence"]["identifier"], licence.identifier.to_string());
        let checks = told["seals"][0]["checks"].as_array().unwrap();
        assert_eq!(checks.len(), 12);
        assert!(
            checks.iter().all(|check| check["result"] == "pass" || check["name"] == "timestamp"),
            "{told}"
        );

        // One letter of the page.
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts(&file) {
            let content = match String::from_utf8(content.clone()) {
                Ok(text) if name.ends_with("Content.xml") => {
                    text.replace("山月茶饮", "山月酒饮").into_bytes()
                }
                _ => content,
            };
            writer.start_file(name, SimpleFileOptions::default()).unwrap();
            writer.write_all(&content).unwrap();
        }
        let altered = writer.finish().unwrap().into_inner();
        let told = verify(&app, "file", &altered).must(200);
        assert_eq!((&told["verdict"], &told["code"]), (&json!("invalid"), &json!("E_OFD_REFERENCES")));
        assert_eq!(told["licence"], Value::Null, "nothing is said of a licence by an altered file");

        // The same page and data under the genuine seal of another unit, which covers every part.
        let told = verify(&app, "file", &sealed_by_another(&app, &file)).must(200);
        assert_eq!((&told["verdict"], &told["code"]), (&json!("invalid"), &json!("E_OFD_RECORD")), "{told}");
        assert_eq!(told["seals"][0]["verdict"], "valid", "{told}");
        assert_eq!(told["licence"], Value::Null, "nothing is said of a licence that another unit sealed");

        // What was no file of ours.
        assert_eq!(verify(&app, "file", b"hello").must(200)["code"], "E_OFD_ZIP");
        assert_eq!(verify(&app, "other", &file).problem(), "invalid-request");
        assert_eq!(verify(&app, "file", &vec![0; (4 << 20) + 1]).problem(), "too-large");

        // Sound seals under a licence that has ended.
        app.wait(async {
            let mut tx = app.make.db.begin_write().await.unwrap();
            let after = Licence { status: Status::Revoked, version: 2, ..licence.clone() };
            storage::licence::record::replace(&mut tx, &licence, &after).await.unwrap();
            tx.commit().await.unwrap();
        });
        let told = verify(&app, "file", &file).must(200);
        assert_eq!((&told["verdict"], &told["code"]), (&json!("invalid"), &json!("E_STATUS_INVALID")));
        assert_eq!(told["licence"]["status"], "REVOKED");
        assert_eq!(told["seals"][0]["verdict"], "valid");
    }
}

#[test]
fn files_that_come_slowly_take_no_more_memory_than_there_is_for_files() {
    // Nothing else ends a wait or refuses a look, however long it takes until all of it has been sent.
    let app = TestApp::start(TestDb::sqlite(), |config| {
        config.limits.enabled = false;
        config.server.request_seconds = 600;
    });
    let small = b"PK\x03\x04";
    assert_eq!(verify(&app, "file", small).must(200)["code"], "E_OFD_ZIP");
    // 32 files of 4 MiB, each without its last bytes, and small ones for what those leave: there is room for no more.
    let part = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"F.ofd\"\r\n\r\n";
    let head = format!(
        "POST /api/v1/verify HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n\
         Content-Length: {}\r\n\r\n{part}",
        4 << 20
    );
    let address = app.url.strip_prefix("http://").unwrap();
    let sizes = std::iter::repeat_n((4 << 20) - 1024, 32).chain(std::iter::repeat_n(40_000, 80));
    let held: Vec<_> = sizes
        .map(|size| {
            let mut socket = TcpStream::connect(address).unwrap();
            socket.write_all(head.as_bytes()).unwrap();
            // One that finds no room is answered before it has sent everything.
            let _ = socket.write_all(&vec![0; size]);
            socket
        })
        .collect();
    let refused =
        until("there is no room", || Some(verify(&app, "file", small)).filter(|answer| answer.status != 200));
    assert_eq!((refused.status, refused.problem().as_str()), (503, "unavailable"));
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(app.anyone().get("/livez").status, 200, "nothing else suffers");
    drop(held);
    until("there is room again", || Some(verify(&app, "file", small)).filter(|answer| answer.status == 200));
}

#[test]
fn whom_to_trust_for_seals_is_published() {
    let app = TestApp::sqlite();
    let answer = app.anyone().get("/.well-known/seal-trust.pem");
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("BEGIN CERTIFICATE") && answer.text().contains("BEGIN X509 CRL"));
}
