//! The demo's licences, made as any other: a maker of the unit opens a case, writes a draft and hands it in, a checker who
//! is another person approves it, which numbers and seals it, and the case ends; then it is suspended, seized, cancelled …
//! by who may. What is older than the platform was converted from paper, without a case.
//!
//! The clock stands at the day of each: a licence is approved on its first day of validity, so that its history, its seal
//! and what its holder was told are as old as it says, and one that has expired by now was not when it was made.

use std::collections::HashMap;

use liangzheng_core::time::{Day, Seconds};

use super::data::{self, DemoHolder, DemoLicence, DemoPeople};
use super::doings::{DOINGS, Doings};
use super::error::{DemoError, embedded, wrong};
use super::file::FileLicence;
use super::office::Office;
use crate::domain::access::proposal::Decision;
use crate::domain::access::{ActOnLicence, DecideProposal, ManageCases, Scope, WriteDraft};
use crate::domain::actor::holder::HolderNumber;
use crate::domain::actor::membership::Role;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::catalogue::kind::Kind;
use crate::domain::catalogue::matter::MatterType;
use crate::domain::ids::{CaseId, LicenceId};
use crate::domain::issuing::case::CaseMode;
use crate::domain::issuing::draft::{ChangeKind, DraftRequest, FaceRequest, ReviewAct};
use crate::domain::issuing::person::{HolderRequest, Person};
use crate::domain::licence::acts::Doing;
use crate::domain::licence::lifecycle::Act;
use crate::domain::text::PlainText;
use crate::service::access::proposals;
use crate::service::catalogue::reading;
use crate::service::issuing::cases::{self, NewCase};
use crate::service::issuing::review::ReviewRequest;
use crate::service::issuing::{drafts, review};
use crate::service::licence::acts::{self, ActRequest};
use crate::service::licence::{annual_inspection, parts};
use crate::service::work::{Reply, Work};
use crate::storage;

/// How long before the demo is made its units began to issue: their seals and kinds are in force since.
pub(super) const BEGUN: Seconds = Seconds(-402 * DAY);

/// Makes them; what there is to tell of each, in the order of the file.
pub(super) async fn make(office: &mut Office<'_>) -> Result<Vec<FileLicence>, DemoError> {
    let people = embedded("assets/demo/people.json", data::demo_people())?;
    let mut deeds = Vec::new();
    for (at, licence) in people.licences.iter().enumerate() {
        deeds.extend(deeds_of(at, licence)?);
    }
    // As they happened, so that serial numbers and ids rise with time.
    deeds.sort_by_key(|deed| (deed.when, deed.licence));
    let mut making = Making { office, people: &people, ids: HashMap::new(), cases: HashMap::new() };
    for deed in deeds {
        making.office.stand_at(Seconds(deed.when));
        making.perform(&deed).await?;
    }
    making.office.stand_at(Seconds(0));
    // What ran out at some midnight since: the server's job, which has not run yet.
    while annual_inspection::mark_overdue(&making.office.app).await? {}
    making.told().await
}

/// Something that somebody does to a licence.
struct Deed {
    /// Seconds from when the demo is made.
    when: i64,
    /// Place of the licence in the file.
    licence: usize,
    what: What,
}

enum What {
    Write,
    Review(ReviewAct),
    Conclude,
    Act(&'static Doings),
    Dispute,
}

/// All that is done to the licence at place `at`.
fn deeds_of(at: usize, demo: &DemoLicence) -> Result<Vec<Deed>, DemoError> {
    let place = i64::try_from(at).unwrap_or_default();
    // What is valid from later on is issued today, and what is older than the platform was converted when it began.
    let issued = demo.valid_from.clamp(BEGUN.0 / DAY + 1, 0) * DAY;
    let deed = |when: i64, what: What| Deed { when, licence: at, what };
    // Within a day one licence follows the other.
    let written = issued - 4 * HOUR + place * 90;
    let mut deeds = vec![deed(written, What::Write)];
    if demo.status == "DRAFT" {
        return Ok(deeds);
    }
    deeds.push(deed(written + HOUR / 3, What::Review(ReviewAct::Submit)));
    if demo.status == "PENDING_REVIEW" {
        return Ok(deeds);
    }
    deeds.push(deed(written + HOUR, What::Review(ReviewAct::Approve)));
    if !is_stock(demo) {
        deeds.push(deed(written + HOUR + HOUR / 60, What::Conclude));
    }
    // A licence is superseded by the approval of the one after it.
    let status =
        std::iter::once(&demo.status).filter(|status| !["ACTIVE", "SUPERSEDED"].contains(&status.as_str()));
    for word in demo.encumbrances.iter().chain(status) {
        let doings = DOINGS.iter().find(|doings| doings.word == word.as_str());
        let doings = doings.ok_or_else(|| wrong(word, "nothing leads to this state"))?;
        deeds.push(deed(-doings.days * DAY - 2 * HOUR, What::Act(doings)));
    }
    if demo.disputed {
        deeds.push(deed(-8 * DAY, What::Dispute));
    }
    Ok(deeds)
}

struct Making<'m, 'o> {
    office: &'m mut Office<'o>,
    people: &'m DemoPeople,
    /// Those that were written, by their place in the file.
    ids: HashMap<usize, LicenceId>,
    /// The cases of which they come.
    cases: HashMap<usize, CaseId>,
}

impl<'m> Making<'m, '_> {
    async fn perform(&mut self, deed: &Deed) -> Result<(), DemoError> {
        let demo = self.demo(deed.licence)?;
        let unit: Uscc = demo.unit.parse().map_err(|_| wrong(&demo.unit, "no such unit"))?;
        match deed.what {
            What::Write => self.write(deed.licence, demo, unit).await,
            What::Review(act) => self.review(deed.licence, unit, act).await,
            What::Conclude => self.conclude(deed.licence, unit).await,
            What::Act(doings) => self.act(deed.licence, unit, doings).await,
            What::Dispute => self.dispute(deed.licence).await,
        }
    }

    async fn write(&mut self, at: usize, demo: &DemoLicence, unit: Uscc) -> Result<(), DemoError> {
        let holder = self.people.holders.iter().find(|holder| holder.login == demo.holder);
        let holder = holder.ok_or_else(|| wrong(&demo.holder, "no such holder"))?;
        let replaces = if demo.replaces { Some(self.id(at.saturating_sub(1))?) } else { None };
        let is_stock = is_stock(demo);
        let mode = if is_stock { CaseMode::Stock } else { CaseMode::Online };
        let case = if is_stock { None } else { Some(self.open_case(at, demo, holder, unit).await?) };
        let request = DraftRequest {
            case: case.map(|case| case.to_string()),
            kind: demo.kind.clone(),
            holder: holder_request(holder),
            co_holders: Vec::new(),
            face: FaceRequest(
                demo.face.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect(),
            ),
            valid_from: self.office.day(demo.valid_from).to_text(),
            valid_to: demo.valid_to.map(|days| self.office.day(days).to_text()),
            mode: Some(mode.as_str().to_owned()),
            provenance: is_stock.then(|| "纸质证照存量转换".to_owned()),
            physical: None,
            change: replaces.map(|_| ChangeKind::Reissue.as_str().to_owned()),
            replaces: replaces.map(|id| id.to_string()),
        };
        let maker = self.office.permit::<WriteDraft>(unit, Role::IssuerMaker).await?;
        let written = drafts::create(&self.office.app, &maker, &request, None).await;
        let written = new(written.map_err(|error| refused(at, &error))?)?;
        self.ids.insert(at, written.id);
        Ok(())
    }

    async fn open_case(
        &mut self,
        at: usize,
        demo: &DemoLicence,
        holder: &DemoHolder,
        unit: Uscc,
    ) -> Result<CaseId, DemoError> {
        let maker = self.office.permit::<ManageCases>(unit, Role::IssuerMaker).await?;
        let app = &self.office.app;
        let mut tx = app.db.begin_read().await?;
        let kind: Option<Kind> = reading::in_force(&mut tx, &demo.kind).await?;
        tx.commit().await?;
        let kind = kind.ok_or_else(|| wrong(&demo.kind, "is not in force"))?;
        let asked = NewCase {
            case_type: MatterType::Issuing,
            matter: kind.matter,
            number: None,
            person: Person {
                kind: holder.kind(),
                name: holder.name.clone(),
                number: HolderNumber::new(&holder.code_type, &holder.code)
                    .map_err(|error| refused(at, &error))?,
            },
            mode: Some(CaseMode::Online),
        };
        let opened = cases::open(app, &maker, asked, None).await;
        let opened = new(opened.map_err(|error| refused(at, &error))?)?;
        self.cases.insert(at, opened.id);
        Ok(opened.id)
    }

    async fn conclude(&mut self, at: usize, unit: Uscc) -> Result<(), DemoError> {
        let case = self.cases.get(&at).copied();
        let case = case.ok_or_else(|| wrong("the demo's licences", "one has no case"))?;
        let maker = self.office.permit::<ManageCases>(unit, Role::IssuerMaker).await?;
        let done = cases::act(&self.office.app, &maker, case, &cases::Doing::Conclude, None).await;
        done.map(drop).map_err(|error| refused(at, &error))
    }

    async fn review(&mut self, at: usize, unit: Uscc, act: ReviewAct) -> Result<(), DemoError> {
        let role = if act == ReviewAct::Submit { Role::IssuerMaker } else { Role::IssuerChecker };
        let who = self.office.permit::<ActOnLicence>(unit, role).await?;
        let request = ReviewRequest { act, reason: None, legal_basis: None, if_version: None };
        let done = review::perform(&self.office.app, &who, self.id(at)?, &request, None).await;
        done.map(drop).map_err(|error| refused(at, &error))
    }

    /// By a checker; what ends a licence is proposed by a maker and confirmed by a checker.
    async fn act(&mut self, at: usize, unit: Uscc, doings: &Doings) -> Result<(), DemoError> {
        let id = self.id(at)?;
        let is_alone = doings.act.doing() == Doing::OnePerson;
        let role = if is_alone { Role::IssuerChecker } else { Role::IssuerMaker };
        let who = self.office.permit::<ActOnLicence>(unit, role).await?;
        let request = ActRequest {
            act: doings.act,
            reason: line(doings.reason)?,
            legal_basis: line(doings.legal_basis)?,
            effective_at: None,
            until: None,
            due: None,
            physical: None,
            if_version: None,
        };
        let done = acts::perform(&self.office.app, &who, id, &request, None).await;
        let done = new(done.map_err(|error| refused(at, &error))?)?;
        if let Some(proposal) = done.proposal {
            let other = self.office.permit::<DecideProposal>(unit, Role::IssuerChecker).await?;
            let (app, decision) = (&self.office.app, Decision::Confirm);
            let decided = proposals::decide(app, &other, proposal, decision, None, None).await;
            decided.map_err(|error| refused(at, &error))?;
        }
        Ok(())
    }

    /// By hand, because disputes have no service yet: the column that says that the record is disputed. Nobody is named as
    /// the one who did it, so there is no act.
    async fn dispute(&mut self, at: usize) -> Result<(), DemoError> {
        let app = &self.office.app;
        let mut work = Work::of_server(app).await?;
        let before =
            storage::licence::record::find_and_hold(&mut work.tx, &app.secrets, Scope::All, self.id(at)?)
                .await?;
        let before = before.ok_or_else(|| wrong("the demo's licences", "one is not there"))?;
        let after = before.after(Act::OpenDispute, work.now).map_err(|error| refused(at, &error))?;
        storage::licence::record::replace(&mut work.tx, &before, &after).await?;
        parts::changed(&mut work, &app.secrets, &after).await?;
        Ok(work.finish().await?)
    }

    /// What has become of them.
    async fn told(&self) -> Result<Vec<FileLicence>, DemoError> {
        let app = &self.office.app;
        let mut tx = app.db.begin_read().await?;
        let mut file = Vec::new();
        for (at, demo) in self.people.licences.iter().enumerate() {
            let id = self.id(at)?;
            let licence = storage::licence::record::find(&mut tx, &app.secrets, Scope::All, id).await?;
            let draft = storage::issuing::draft::find(&mut tx, &app.secrets, Scope::All, id).await?;
            let (status, cautions) = match (&licence, &draft) {
                (Some(licence), _) => (licence.status.as_str(), licence.cautions(Day::of(app.now()))),
                (None, Some(draft)) => (draft.state.as_str(), &[][..]),
                (None, None) => return Err(wrong("the demo's licences", "one is not there")),
            };
            if status != demo.status {
                return Err(wrong(&demo.kind, &format!("is {status}, not {}", demo.status)));
            }
            file.push(FileLicence {
                id,
                holder: demo.holder.clone(),
                kind: demo.kind.clone(),
                status: status.to_owned(),
                cautions: cautions.iter().map(|code| code.as_str().to_owned()).collect(),
            });
        }
        tx.commit().await?;
        Ok(file)
    }

    fn demo(&self, at: usize) -> Result<&'m DemoLicence, DemoError> {
        let people: &'m DemoPeople = self.people;
        people.licences.get(at).ok_or_else(|| wrong("the demo's licences", "one is not there"))
    }

    fn id(&self, at: usize) -> Result<LicenceId, DemoError> {
        self.ids.get(&at).copied().ok_or_else(|| wrong("the demo's licences", "one is not written yet"))
    }
}

/// Whether it is older than the platform.
fn is_stock(demo: &DemoLicence) -> bool {
    demo.valid_from * DAY < BEGUN.0
}

fn holder_request(holder: &DemoHolder) -> HolderRequest {
    HolderRequest {
        holder_type: holder.kind().as_str().to_owned(),
        name: holder.name.clone(),
        id_type: holder.code_type.clone(),
        id_number: holder.code.clone(),
    }
}

fn line(text: &str) -> Result<PlainText, DemoError> {
    PlainText::line(text, 200).map_err(|_| wrong(text, "is not plain"))
}

/// What was done: nothing of the demo was asked before.
fn new<T>(reply: Reply<T>) -> Result<T, DemoError> {
    match reply {
        Reply::Now(done) | Reply::Accepted(done) => Ok(done),
        Reply::Before { .. } => Err(wrong("the demo's licences", "one was made before")),
    }
}

fn refused<E: std::error::Error>(at: usize, error: &E) -> DemoError {
    wrong(&format!("people.json, licence {at}"), &format!("{error}: {error:?}"))
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
