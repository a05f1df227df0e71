use liangzheng_core::identifier::Identifier;
use liangzheng_core::status::StatusValue;

use super::*;
use crate::domain::clock::SystemEntropy;
use crate::domain::ids::HolderId;
use crate::domain::licence::{Dates, RefusedWhen, Unshowable};

const NOW: UnixTime = UnixTime(1_795_305_600);

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn licence(status: Status) -> Licence {
    Licence {
        id: LicenceId::generate(NOW, &SystemEntropy),
        identifier: Identifier::build("11100000MB0143028R001", "11990100MB0000019L", "2026990100000001", 1)
            .unwrap(),
        holder: HolderId::generate(NOW, &SystemEntropy),
        face: vec![("n".into(), "山月茶饮".into())],
        valid_from: day("20250101"),
        valid_to: Some(day("20291231")),
        status,
        status_since: NOW,
        encumbrances: Encumbrances::default(),
        annual_inspection: None,
        disputed: false,
        refused_when: RefusedWhen::default(),
        version: 1,
        created_at: NOW,
    }
}

fn successor() -> LicenceId {
    LicenceId::generate(NOW, &SystemEntropy)
}

/// docs/REQUIREMENTS.md B2, row by row: act, the states it may come from, the state it leads to.
#[test]
fn every_act_is_allowed_from_exactly_the_states_of_its_row() {
    let next = successor();
    let states = [
        Status::Draft,
        Status::PendingReview,
        Status::Active,
        Status::Superseded { successor: next },
        Status::OnHold,
        Status::Seized { until: None },
        Status::ReportedLost,
        Status::Disabled,
        Status::Cancelled,
        Status::Revoked,
        Status::Withdrawn,
        Status::Annulled,
    ];
    let rows: &[(Act, &[&str], Status)] = &[
        (Act::Submit, &["DRAFT"], Status::PendingReview),
        (Act::Approve, &["PENDING_REVIEW"], Status::Active),
        (Act::SendBack, &["PENDING_REVIEW"], Status::Draft),
        (
            Act::Supersede { successor: next },
            &["ACTIVE", "REPORTED_LOST"],
            Status::Superseded { successor: next },
        ),
        (Act::Suspend, &["ACTIVE"], Status::OnHold),
        (Act::Resume, &["ON_HOLD"], Status::Active),
        (Act::Seize { until: None }, &["ACTIVE"], Status::Seized { until: None }),
        (Act::Return, &["SEIZED"], Status::Active),
        (Act::ReportLoss, &["ACTIVE"], Status::ReportedLost),
        (Act::WithdrawLoss, &["REPORTED_LOST"], Status::Active),
        (Act::Disable, &["ACTIVE"], Status::Disabled),
        (Act::Enable, &["DISABLED"], Status::Active),
        (Act::Cancel, &["ACTIVE", "ON_HOLD", "SEIZED", "REPORTED_LOST", "DISABLED"], Status::Cancelled),
        (Act::Revoke, &["ACTIVE", "ON_HOLD", "SEIZED"], Status::Revoked),
        (Act::Withdraw, &["ACTIVE", "ON_HOLD", "SEIZED"], Status::Withdrawn),
        (
            Act::Annul,
            &["DRAFT", "PENDING_REVIEW", "ACTIVE", "ON_HOLD", "SEIZED", "REPORTED_LOST", "DISABLED"],
            Status::Annulled,
        ),
    ];
    for (act, from, to) in rows {
        for state in states {
            let outcome = licence(state).after(*act, UnixTime(NOW.0 + 9));
            if from.contains(&state.as_str()) {
                let after = outcome.unwrap();
                assert_eq!((after.status, after.version), (*to, 2), "{} from {}", act.name(), state.as_str());
                assert_eq!(after.status_since, UnixTime(NOW.0 + 9));
            } else {
                assert_eq!(
                    outcome.unwrap_err(),
                    ForbiddenTransition { from: state, expired: false, act: act.name() },
                    "{} from {}",
                    act.name(),
                    state.as_str()
                );
            }
        }
    }
}

#[test]
fn after_its_last_day_a_licence_is_renewed_or_ended_and_no_longer_suspended() {
    let expired = Licence { valid_to: Some(day("20261121")), ..licence(Status::Active) };
    let names = |licence: &Licence| -> Vec<&str> {
        licence.allowed(NOW).into_iter().map(crate::domain::licence::acts::ActName::as_str).collect()
    };
    assert_eq!(names(&expired), ["cancel", "revoke", "withdraw", "annul"]);
    assert!(expired.after(Act::Supersede { successor: successor() }, NOW).is_ok(), "renewed late");
    let refused = expired.after(Act::Suspend, NOW).unwrap_err();
    assert_eq!((refused.expired, &*refused.label().en), (true, "Expired"));
    // What it was before its last day can still be undone.
    let on_hold = Licence { status: Status::OnHold, ..expired.clone() };
    assert!(on_hold.after(Act::Resume, NOW).is_ok());
    let pledged = Licence { encumbrances: Encumbrances { pledged: true, mortgaged: false }, ..expired };
    assert_eq!(names(&pledged), ["revoke", "withdraw", "annul", "release_pledge"]);
    assert_eq!(
        names(&licence(Status::OnHold)),
        ["resume", "cancel", "revoke", "withdraw", "annul"],
        "what a refusal names"
    );
    assert_eq!(names(&licence(Status::Revoked)), [""; 0]);
}

#[test]
fn an_encumbered_licence_is_neither_cancelled_nor_changed_until_it_is_released() {
    let pledged = licence(Status::Active).after(Act::Pledge, NOW).unwrap();
    assert_eq!(pledged.wire_status(day("20261122")), Some(StatusValue::Notice));
    assert!(pledged.after(Act::Cancel, NOW).is_err());
    assert!(pledged.after(Act::Supersede { successor: successor() }, NOW).is_err());
    assert!(pledged.after(Act::Pledge, NOW).is_err(), "pledged twice");
    assert!(pledged.after(Act::Revoke, NOW).is_ok(), "a penalty does not wait for a creditor");
    let free = pledged.after(Act::ReleasePledge, NOW).unwrap();
    assert!(free.after(Act::Cancel, NOW).is_ok());
    assert_eq!(free.version, 3);
}

#[test]
fn an_inspection_is_overdue_from_the_day_after_its_last() {
    let mut inspected = licence(Status::Active);
    assert!(inspected.after(Act::FailInspection, NOW).is_err(), "a kind without inspection");
    inspected.annual_inspection = Some(AnnualInspection { due: day("20261122"), failed: false });
    assert_eq!(inspected.wire_status(day("20261122")), Some(StatusValue::Valid));
    assert_eq!(inspected.wire_status(day("20261123")), Some(StatusValue::InspectionOverdue));
    assert_eq!(inspected.cautions(day("20261123")), [liangzheng_core::verify::Code::InspectionOverdue]);
    let failed = inspected.after(Act::FailInspection, NOW).unwrap();
    assert_eq!(failed.wire_status(day("20261122")), Some(StatusValue::InspectionOverdue));
    let passed = failed.after(Act::PassInspection { due: day("20271122") }, NOW).unwrap();
    assert_eq!(passed.wire_status(day("20261123")), Some(StatusValue::Valid));
}

#[test]
fn where_its_kind_says_so_a_lost_paper_and_an_overdue_inspection_are_refused() {
    let refused_when = RefusedWhen { lost: true, overdue: true };
    let today = day("20261122");
    let lost = Licence { refused_when, ..licence(Status::ReportedLost) };
    assert_eq!(lost.wire_status(today), Some(StatusValue::Suspended));
    assert_eq!(lost.showable(today), Err(Unshowable::Suspended(Status::ReportedLost)));
    let due = AnnualInspection { due: day("20261121"), failed: false };
    let overdue = Licence { refused_when, annual_inspection: Some(due), ..licence(Status::Active) };
    assert_eq!(overdue.wire_status(today), Some(StatusValue::Suspended));
    assert_eq!(overdue.showable(today), Err(Unshowable::InspectionOverdue));
    assert_eq!(overdue.wire_status(day("20261121")), Some(StatusValue::Valid));
}

#[test]
fn a_dispute_stays_off_the_wire_and_may_concern_a_final_licence() {
    let disputed = licence(Status::Revoked).after(Act::OpenDispute, NOW).unwrap();
    assert!(disputed.disputed);
    assert_eq!(disputed.wire_status(day("20261122")), Some(StatusValue::Final));
    assert!(!disputed.after(Act::CloseDispute, NOW).unwrap().disputed);
}

#[test]
fn only_what_would_verify_as_valid_is_showable() {
    let today = day("20261122");
    for (status, want) in [
        (Status::Draft, Err(Unshowable::NotIssued)),
        (Status::Active, Ok(())),
        (Status::ReportedLost, Ok(())),
        (Status::OnHold, Err(Unshowable::Suspended(Status::OnHold))),
        (Status::Disabled, Err(Unshowable::Suspended(Status::Disabled))),
        (Status::Revoked, Err(Unshowable::Ended(Status::Revoked))),
    ] {
        assert_eq!(licence(status).showable(today), want, "{}", status.as_str());
    }
    let active = licence(Status::Active);
    for (today, dates, want) in [
        ("20241231", Dates::NotYet, Err(Unshowable::NotYet)),
        ("20250101", Dates::Current, Ok(())),
        ("20291231", Dates::Current, Ok(())),
        ("20300101", Dates::Expired, Err(Unshowable::Expired)),
    ] {
        assert_eq!((active.dates(day(today)), active.showable(day(today))), (dates, want), "{today}");
    }
}
