//! The licence's status: from the issuer's database where there is one, else from a status list.

use super::{CheckName, Code, Refusal, Verifier, context::Context, findings::Findings, verdict::ShownStatus};
use crate::{limits::SETTLING, status::StatusValue, time::Seconds, trust::Trust};

impl Verifier {
    pub(super) fn check_status(
        &self,
        context: &Context<'_>,
        trust: &Trust,
        findings: &mut Findings,
    ) -> Option<ShownStatus> {
        let options = context.options;
        let licence = &context.claims.licence;
        if let Some(live) =
            options.live_status.and_then(|live| live.status(&licence.status.uri, licence.status.idx))
        {
            note_value(Some(live.value), true, findings);
            return Some(ShownStatus {
                value: live.value.wire(),
                act: live.act,
                as_of: live.as_of,
                age_s: options.now.since(live.as_of).0.max(0),
                source: "live",
            });
        }
        let best = self.best_time(options.now);
        let list = self
            .lists
            .get(&licence.status.uri)
            .filter(|list| list.operator == licence.iss && list.keys_are_good(trust, best));
        let Some(list) = list else {
            findings.unknown(CheckName::Status, Code::StatusMissing);
            findings.unknown(CheckName::Notices, Code::StatusMissing);
            return None;
        };
        let Some(wire) = list.array.get(licence.status.idx) else {
            findings.fail(CheckName::Status, Code::StatusIndex);
            return None;
        };
        let age = list.age(options.now);
        let below_floor = self.floors.lists.get(&licence.status.uri).is_some_and(|floor| list.iat < *floor);
        // Without a scene there is no agreed age: nothing is fresh enough.
        let max_age = context.scene.map_or(Seconds(-1), |scene| scene.max_status_age);
        let is_fresh = context.clock_is_good && options.now < list.exp && age <= max_age && !below_floor;
        let listed = StatusValue::from_wire(wire);
        // The index may have been given out, and the notice entered, after the list was made.
        let value = match licence.ntc {
            Some(notice) if list.iat < licence.iat.plus(SETTLING) => listed.map(|value| value.worse(notice)),
            _ => listed,
        };
        // Nothing is signed for a suspended licence, so a suspension that a token is younger than has ended.
        let has_ended = listed == Some(StatusValue::Suspended) && list.iat < licence.iat;
        let counts = is_fresh && !has_ended;
        note_value(value, counts, findings);
        if !counts {
            let why = if context.clock_is_good { Code::StatusStale } else { Code::Clock };
            findings.unknown(CheckName::Status, why);
            findings.unknown(CheckName::Notices, why);
        } else if age > list.ttl {
            findings.caution(Code::StatusAgeing, Code::StatusAgeing.message());
        }
        let value = value.map_or(wire, StatusValue::wire);
        Some(ShownStatus { value, act: None, as_of: list.iat, age_s: age.0, source: "list" })
    }
}

/// Notes what a status value means; one that is final counts from an old list too.
fn note_value(value: Option<StatusValue>, is_fresh: bool, findings: &mut Findings) {
    let Some(value) = value else {
        // A value this release does not know is no good standing.
        findings.fail(CheckName::Status, Refusal::about(Code::StatusInvalid, "status"));
        return;
    };
    if !is_fresh && !value.is_final() {
        return;
    }
    let (status, notice) = match value {
        StatusValue::Valid => (None, None),
        StatusValue::Final => (Some(Code::StatusInvalid), None),
        StatusValue::Superseded => (Some(Code::StatusSuperseded), None),
        StatusValue::Suspended => (Some(Code::StatusSuspended), None),
        StatusValue::Notice => (None, Some(Code::Notice)),
        StatusValue::PaperLost => (None, Some(Code::ReportedLost)),
        StatusValue::InspectionOverdue => (None, Some(Code::InspectionOverdue)),
    };
    match status {
        Some(code) => findings.fail(CheckName::Status, code),
        None => findings.pass(CheckName::Status),
    }
    match notice {
        Some(code) => {
            findings.pass_with(CheckName::Notices, code.message());
            findings.caution(code, code.message());
        }
        None => findings.pass(CheckName::Notices),
    }
}
