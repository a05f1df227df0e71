//! Imports keep the rules that hold where each licence is made by itself: composites, suspects, claimed tasks; and say who
//! may do what.

use std::fmt::Write as _;

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::storage::publication::status;
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::UNIT;
use serde_json::{Value, json};

use super::imports::{HEADER, LICENCES, act, commit, once, send, sent, table, told};
use super::{KIND, citizen, draft, issue, kind, office, office_with, publish, read, write};

/// A composite of which [`KIND`] is a part.
const WHOLE: &str = "11990000MB00010993002";

/// What the indexes of a licence say.
fn values(app: &TestApp, licence: &str) -> Vec<i64> {
    app.wait(async {
        let mut tx = app.make.db.begin_read().await.unwrap();
        let entries = status::entries_of_licence(&mut tx, licence.parse().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        entries.iter().map(|entry| entry.value).collect()
    })
}

/// The only licence of a kind.
fn only(app: &TestApp, kind: &str) -> String {
    let found = app.as_("maker").get(&format!("/api/v1/licences?kind={kind}")).must(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
    found["items"][0]["id"].as_str().unwrap().to_owned()
}

/// Does acts by a file.
fn acts(app: &TestApp, identifier: &Value, word: &str) {
    let identifier = identifier.as_str().unwrap();
    let file = format!("证照标识,操作,理由,法律依据\r\n{identifier},{word},执法检查,《测试法》第一条\r\n");
    let id = sent(app, &[("type", "acts")], file.as_bytes());
    assert_eq!(told(&once(app, &id, "checked")), []);
    assert_eq!(commit(app, &id, "all")["done"], json!(1));
}

/// Rows: R13.
#[test]
fn a_composite_stands_no_better_than_its_parts_whether_it_or_a_part_comes_by_file() {
    for db in TestDb::both() {
        let app = office(db);
        let mut whole = kind();
        whole["code"] = json!(WHOLE);
        whole["names"] = json!({ "zh-CN": "测试综合许可证", "en": "Test composite" });
        whole["parts"] = json!([KIND]);
        app.as_("maker").post("/api/v1/kinds", &whole).must(201);
        publish(&app, &format!("kinds/{WHOLE}"));
        let part = issue(&app, &draft(1));
        let identifier = read(&app, &part)["identifier"].clone();
        acts(&app, &identifier, "质押");
        // The whole comes by file while its part bears a notice.
        let file = table([1]).replace("许可0001", "综合0001");
        let id = sent(&app, &[LICENCES[0], ("kind", WHOLE)], file.as_bytes());
        assert_eq!(told(&once(&app, &id, "checked")), []);
        assert_eq!(commit(&app, &id, "all")["done"], json!(1));
        let whole = only(&app, WHOLE);
        assert_eq!(values(&app, &whole), [3], "a notice on a part is one on the whole");
        acts(&app, &identifier, "解除质押");
        assert_eq!(values(&app, &whole), [0]);
        acts(&app, &identifier, "吊销");
        assert_eq!(values(&app, &whole), [2], "a part that has ended suspends the whole");
        // And it stands again when another takes the part's place, by file, too.
        let file = table([1]).replace("许可0001", "许可0002");
        let id = sent(&app, &LICENCES, file.as_bytes());
        assert_eq!(told(&once(&app, &id, "checked")), []);
        assert_eq!(commit(&app, &id, "all")["done"], json!(1));
        assert_eq!(values(&app, &whole), [0]);
    }
}

/// Rows: R27, R29.
#[test]
fn a_row_that_may_be_of_what_is_there_already_is_told_with_what_that_is() {
    for db in TestDb::both() {
        let app = office_with(db, |_| {}, |kind| kind["duplicate"] = json!([]));
        let licence = issue(&app, &draft(1));
        let open = write(&app, &draft(2));
        // By one holder twice in one file; the fourth is nobody's yet.
        let mut file = table([1, 2, 3, 4]);
        write!(file, "周一鸣,{},许可0900,,20261122,20361121\r\n", citizen(3)).unwrap();
        let id = sent(&app, &LICENCES, file.as_bytes());
        let import = once(&app, &id, "checked");
        let wanted =
            [("B2", "duplicate-suspected"), ("B3", "duplicate-suspected"), ("B6", "duplicate-in-file")];
        assert_eq!(told(&import), wanted.map(|(cell, code)| (cell.to_owned(), code.to_owned())));
        let identifier = read(&app, &licence)["identifier"].clone();
        for (error, named) in [(0, identifier.as_str().unwrap()), (1, open.as_str())] {
            for lang in ["zh-CN", "en"] {
                let detail = import["errors"][error]["detail"][lang].as_str().unwrap();
                assert!(detail.contains(named), "{detail} names {named}");
            }
        }
        // What comes to be there between the check and the commit is found, too.
        issue(&app, &draft(4));
        let done = commit(&app, &id, "good");
        assert_eq!((&done["done"], &done["failed"]), (&json!(1), &json!(4)));
        let told = told(&app.as_("checker").get(&format!("/api/v1/imports/{id}")).must(200));
        assert!(told.contains(&("B5".to_owned(), "duplicate-suspected".to_owned())), "{told:?}");
    }
}

/// Rows: R27, R29.
#[test]
fn a_row_with_the_values_of_an_open_draft_is_told_with_that_draft() {
    for db in TestDb::both() {
        let app = office(db);
        let open = write(&app, &draft(1));
        // Another holder, the same permit number.
        let file = format!("{HEADER}\r\n周一鸣,{},许可0001,,20261122,20361121\r\n", citizen(2));
        let id = sent(&app, &LICENCES, file.as_bytes());
        let import = once(&app, &id, "checked");
        assert_eq!(told(&import), [("C2".to_owned(), "duplicate-suspected".to_owned())]);
        assert!(import["errors"][0]["detail"]["en"].as_str().unwrap().contains(&open), "{import}");
    }
}

/// Rows: R16.
#[test]
fn an_import_that_one_has_taken_another_neither_commits_nor_cancels() {
    for db in TestDb::both() {
        let app = office(db);
        let id = sent(&app, &LICENCES, table(1..=2).as_bytes());
        once(&app, &id, "checked");
        let task = |login: &str, act: &str| {
            app.as_(login).post(&format!("/api/v1/tasks/{id}/acts"), &json!({ "act": act }))
        };
        task("checker", "claim").must(204);
        for (login, body) in [
            ("chief", json!({ "act": "commit" })),
            ("chief", json!({ "act": "cancel" })),
            ("maker", json!({ "act": "cancel" })),
        ] {
            let refused = act(&app, login, &id, &body);
            assert_eq!((refused.status, refused.problem().as_str()), (409, "claimed"), "{login} {body}");
            assert!(refused.text().contains("checker 的账户"), "names who has it: {}", refused.text());
        }
        let seen = |login: &str| app.as_(login).get(&format!("/api/v1/imports/{id}")).must(200);
        assert_eq!((&seen("chief")["acts"], &seen("maker")["acts"]), (&json!([]), &json!([])));
        assert_eq!(seen("chief")["claimed_by"]["name"], "checker 的账户");
        assert_eq!(seen("checker")["acts"], json!(["commit", "cancel"]));
        // Given back, another does it; done, nobody has it any more.
        task("checker", "release").must(204);
        task("chief", "claim").must(204);
        act(&app, "chief", &id, &json!({ "act": "commit" })).must(200);
        let done = once(&app, &id, "committed");
        assert_eq!((&done["done"], &done["claimed_by"]), (&json!(2), &json!(null)));
        let claims = app.wait(async {
            let mut tx = app.make.db.begin_read().await.unwrap();
            let unit = UNIT.parse().unwrap();
            let found = liangzheng_server::storage::issuing::claim::of_unit(&mut tx, unit).await.unwrap();
            tx.commit().await.unwrap();
            found
        });
        assert_eq!(claims, []);
    }
}

/// Rows: R16.
#[test]
fn an_import_says_to_each_what_he_may_do_with_it_now() {
    let app = office(TestDb::sqlite());
    app.wait(app.make.member("both", &[Role::IssuerMaker, Role::IssuerChecker], UNIT));
    let acts_of = |id: &str, login: &str| {
        let one = app.as_(login).get(&format!("/api/v1/imports/{id}")).must(200)["acts"].clone();
        let listed = app.as_(login).get("/api/v1/imports").must(200);
        let listed = listed["items"].as_array().unwrap().iter().find(|item| item["id"] == id).unwrap();
        assert_eq!(listed["acts"], one, "the list says the same");
        one
    };
    let id = sent(&app, &LICENCES, table(1..=2).as_bytes());
    once(&app, &id, "checked");
    assert_eq!(acts_of(&id, "maker"), json!(["cancel"]));
    assert_eq!(acts_of(&id, "second"), json!([]));
    assert_eq!(acts_of(&id, "checker"), json!(["commit", "cancel"]));
    assert_eq!(acts_of(&id, "both"), json!(["commit", "cancel"]));
    let his = send(&app, "both", &LICENCES, table(3..=4).as_bytes()).must(202)["id"].clone();
    let his = his.as_str().unwrap();
    once(&app, his, "checked");
    assert_eq!(acts_of(his, "both"), json!(["cancel"]), "he sent it");
    let tried = sent(&app, &[LICENCES[0], LICENCES[1], ("dry_run", "true")], table(5..=6).as_bytes());
    once(&app, &tried, "checked");
    assert_eq!(acts_of(&tried, "checker"), json!(["cancel"]), "nothing is to come of it");
    let wrong =
        sent(&app, &LICENCES, format!("{HEADER}\r\n周一鸣,12,许可0009,,20261122,20361121\r\n").as_bytes());
    once(&app, &wrong, "checked");
    assert_eq!(acts_of(&wrong, "checker"), json!(["cancel"]), "no row is good");
    commit(&app, &id, "all");
    assert_eq!(acts_of(&id, "checker"), json!([]));
}
