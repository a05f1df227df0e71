//! Sealing a version: in the transaction that enters it, by every unit that issues it, or not at all.

use liangzheng_core::seal::{NewSeal, SealTrust, SealedData, check, sm3};
use liangzheng_core::time::Seconds;
use liangzheng_core::verify::Answer;
use liangzheng_server::demo::demo_units;
use liangzheng_server::domain::actor::holder::Holder;
use liangzheng_server::domain::catalogue::codes::Uscc;
use liangzheng_server::domain::clock::SystemEntropy;
use liangzheng_server::domain::licence::{Licence, Status};
use liangzheng_server::service::issuing::seal_life::{self, SealLifeError};
use liangzheng_server::service::issuing::seal_version::{
    SealError, Sealed, VersionToSeal, seal_version, sealed,
};
use liangzheng_server::service::work::Work;
use liangzheng_server::signing::{FileSealKeys, SealKeyStore, Subject};
use liangzheng_server::storage::{self, StorageError};
use liangzheng_tests::app::TestApp;
use liangzheng_tests::db::TestDb;
use liangzheng_tests::make::{BUSINESS_LICENCE, IDENTITY_CARD, OTHER_UNIT, UNIT, licence, seals, secrets};
use serde_json::Value;

fn unit(code: &str) -> Uscc {
    code.parse().unwrap()
}

/// Enters a licence and seals it in one transaction, as approve does.
pub(crate) fn enter(app: &TestApp, licence: &Licence, co_issuers: &[Uscc]) -> Result<(), SealError> {
    app.wait(async {
        let mut work = Work::of_server(&app.app).await?;
        let holder = holder(&mut work.tx, licence).await;
        let entered =
            storage::licence::record::insert(&mut work.tx, &secrets(), &SystemEntropy, licence).await?;
        assert!(entered);
        let version = VersionToSeal { licence, holder: &holder, co_holders: &[], co_issuers };
        seal_version(&app.app, &mut work, &version).await?;
        Ok(work.finish().await?)
    })
}

async fn holder(tx: &mut storage::Tx, licence: &Licence) -> Holder {
    storage::actor::holder::find(tx, &secrets(), licence.holder).await.unwrap().unwrap()
}

fn read(app: &TestApp, licence: &Licence) -> Result<Option<Sealed>, StorageError> {
    app.wait(async {
        let mut tx = app.app.db.begin_read().await?;
        sealed(&app.app, &mut tx, licence.id).await
    })
}

fn trust(app: &TestApp) -> SealTrust {
    app.app.seals.trust().unwrap().1
}

fn is_entered(app: &TestApp, licence: &Licence) -> bool {
    app.wait(async {
        let mut tx = app.app.db.begin_read().await.unwrap();
        storage::licence::record::status_word(&mut tx, licence.id).await.unwrap().is_some()
    })
}

/// Rows: R02, R03.
#[test]
fn an_entered_version_bears_its_units_seal_and_is_put_together_byte_for_byte() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (_, holder) = app.holder("shan");
        let licence = licence(holder, BUSINESS_LICENCE, UNIT, Status::Active);
        enter(&app, &licence, &[]).unwrap();
        let sealed = read(&app, &licence).unwrap().expect("sealed");
        let [seal] = &sealed.seals[..] else { panic!("one seal") };
        let verdict = check(seal, &sealed.record, &trust(&app), app.app.now());
        assert_eq!(verdict.verdict, Answer::Valid, "{verdict:#?}");
        let shown = verdict.seal.unwrap();
        assert_eq!(shown.unit.as_deref(), Some(UNIT));
        assert_eq!(shown.name, "云溪市市场监督管理局电子证照专用章");
        let data = SealedData::read(seal).unwrap();
        assert_eq!(data.to_sign.data_hash.as_bytes(), Some(&sm3(&sealed.record)[..]));
        let picture = data.to_sign.seal.info.picture;
        assert!(picture.data.as_bytes().len() <= 4096 && picture.data.as_bytes().starts_with(b"\x89PNG"));
        let record: Value = serde_json::from_slice(&sealed.record).unwrap();
        assert_eq!(record["identifier"], licence.identifier.to_string());
        assert_eq!(record["unit"]["code"], UNIT);
        assert_eq!(record["face"]["n"], "山月茶饮");
        assert_eq!(record["valid_from"], "20250101");
        // Canonical: members by name, nothing between them.
        let text = String::from_utf8(sealed.record.clone()).unwrap();
        assert!(text.starts_with(r#"{"co_holders":[],"co_issuers":[],"face":{"c":"#), "{text}");
        let again = read(&app, &licence).unwrap().unwrap();
        assert_eq!(again, sealed);
    }
}

/// Rows: R04, R12.
#[test]
fn each_co_issuer_seals_too() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (_, holder) = app.holder("shan");
        let licence = licence(holder, BUSINESS_LICENCE, UNIT, Status::Active);
        enter(&app, &licence, &[unit(OTHER_UNIT)]).unwrap();
        let sealed = read(&app, &licence).unwrap().unwrap();
        assert_eq!(sealed.units, [unit(UNIT), unit(OTHER_UNIT)]);
        for (seal, code) in sealed.seals.iter().zip([UNIT, OTHER_UNIT]) {
            let verdict = check(seal, &sealed.record, &trust(&app), app.app.now());
            assert_eq!(verdict.verdict, Answer::Valid);
            assert_eq!(verdict.seal.unwrap().unit.as_deref(), Some(code));
        }
    }
}

/// Rows: R02.
#[test]
fn without_a_seal_in_force_nothing_is_entered() {
    for db in TestDb::both() {
        let app = TestApp::start(db, |_| {});
        let (_, holder) = app.holder("shan");
        let stranger = unit("11990100MB0000035A");
        let refused = |licence: &Licence, others: &[Uscc], who: Uscc| {
            let error = enter(&app, licence, others).unwrap_err();
            assert!(matches!(error, SealError::NoSeal { unit } if unit == who), "{error}");
            assert!(!is_entered(&app, licence), "the licence stayed");
            assert_eq!(read(&app, licence).unwrap(), None);
        };
        // One of two units has none: neither seal stays.
        refused(&licence(holder, BUSINESS_LICENCE, UNIT, Status::Active), &[stranger], stranger);
        // Retired.
        app.wait(seal_life::retire(&app.app.db, &format!("{OTHER_UNIT}-1"), app.app.now())).unwrap();
        refused(&licence(holder, IDENTITY_CARD, OTHER_UNIT, Status::Active), &[], unit(OTHER_UNIT));
        // Over: seals of tests live five years.
        app.pass(5 * 365 * 86_400);
        refused(&licence(holder, BUSINESS_LICENCE, UNIT, Status::Active), &[], unit(UNIT));
    }
}

/// Rows: R03.
#[test]
fn a_certificate_that_names_another_unit_or_none_is_not_installed() {
    let app = TestApp::sqlite();
    let (db, now, config) = (&app.app.db, app.app.now(), &app.app.config.seals);
    let keys = FileSealKeys::existing(&config.keys, &config.keystore_pass_file).unwrap();
    let ca = seals::authority(&app.app.config);
    let units = demo_units().unwrap();
    let own = units.iter().find(|entry| entry.id.as_str() == UNIT).unwrap().unit().unwrap();
    app.wait(async {
        let mut tx = db.begin_write().await.unwrap();
        storage::catalogue::unit::insert(&mut tx, &own, now).await.unwrap();
        tx.commit().await.unwrap();
    });
    let install = |named: Option<&str>| {
        app.wait(async {
            let asked = seal_life::request(db, &keys, unit(UNIT), &SystemEntropy, now).await.unwrap();
            let mut tx = db.begin_read().await.unwrap();
            let row = storage::issuing::seal::find(&mut tx, &asked.id).await.unwrap().unwrap();
            tx.commit().await.unwrap();
            let public = keys.open(&row.key).unwrap().public;
            let subject =
                Subject { name: "云溪市市场监督管理局", organisation: "云溪市", unit: named };
            let (from, until) = (now.minus(Seconds(60)), now.plus(Seconds(86_400)));
            let certificate = ca.certify(&public, subject, from, until, &SystemEntropy).unwrap();
            let seal = ca
                .make_seal(&NewSeal {
                    id: &asked.id,
                    name: "云溪市市场监督管理局电子证照专用章",
                    certificates: &[&certificate],
                    created: now,
                    valid_from: from,
                    valid_to: until,
                    picture: b"\x89PNG",
                    size: (42, 42),
                })
                .unwrap();
            seal_life::install(db, &keys, &asked.id, (&certificate, &seal), &trust(&app), now).await
        })
    };
    for named in [None, Some(OTHER_UNIT)] {
        let refused = install(named);
        let told = named.unwrap_or("serialNumber");
        assert!(
            matches!(&refused, Err(SealLifeError::WouldNotVerify(why)) if why.contains(told)),
            "{named:?}: {refused:?}"
        );
    }
    install(Some(UNIT)).unwrap();
}

#[test]
fn a_version_is_sealed_once() {
    let app = TestApp::sqlite();
    let (_, holder_id) = app.holder("shan");
    let licence = licence(holder_id, BUSINESS_LICENCE, UNIT, Status::Active);
    enter(&app, &licence, &[]).unwrap();
    let again = app.wait(async {
        let mut work = Work::of_server(&app.app).await?;
        let holder = holder(&mut work.tx, &licence).await;
        let version = VersionToSeal { licence: &licence, holder: &holder, co_holders: &[], co_issuers: &[] };
        seal_version(&app.app, &mut work, &version).await
    });
    assert!(matches!(again, Err(SealError::Sealed)), "{again:?}");
}

#[test]
fn what_was_changed_in_the_database_is_not_put_together() {
    let changes = [
        "UPDATE issuing_seal_setting SET at = at + 1",
        "UPDATE issuing_seal_setting SET digest = data_hash",
        "UPDATE issuing_seal_setting SET signature = digest",
        "UPDATE issuing_seal SET seal = certificate",
        "UPDATE issuing_sealed_version SET record = (SELECT record FROM issuing_sealed_version WHERE licence <> $1)",
    ];
    for change in changes {
        let app = TestApp::sqlite();
        let (_, holder) = app.holder("shan");
        let first = licence(holder, BUSINESS_LICENCE, UNIT, Status::Active);
        enter(&app, &first, &[]).unwrap();
        enter(&app, &licence(holder, BUSINESS_LICENCE, UNIT, Status::Active), &[]).unwrap();
        let storage::Db::Sqlite { writer, .. } = &app.make.db else { panic!("SQLite") };
        app.wait(sqlx::query(change).bind(first.id.to_string()).execute(writer)).unwrap();
        let read = read(&app, &first);
        assert!(matches!(read, Err(StorageError::Inconsistent { .. })), "{change}: {read:?}");
    }
}
