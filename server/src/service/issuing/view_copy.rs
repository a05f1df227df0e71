//! The view copy of a licence version: its page as PDF, for whoever opens no OFD. It bears no seal and no code, says so,
//! and is made anew each time.

use liangzheng_core::time::{Day, UnixTime};

use super::file::{DrawError, FileError, LicenceFile, Words, kept, labels, log, to_draw};
use super::seal_version::{Sealed, sealed};
use crate::App;
use crate::document::face::{self, Face};
use crate::document::pdf;
use crate::domain::access::{Permit, ReadFile};
use crate::domain::actor::agency::AgencyAct;
use crate::domain::catalogue::kind::Kind;
use crate::domain::ids::LicenceId;
use crate::domain::licence::Licence;
use crate::domain::trace::usage::Ground;
use crate::service::actor::wallets::{self, Opener};
use crate::service::catalogue::reading;
use crate::service::showing::show::ground_of;
use crate::service::work::Work;
use crate::storage::issuing::picture::{self, Borne};
use crate::storage::licence::record;

/// The view copy of a licence within the caller's reach; its holder or his agent gets it once the file is made with a PIN.
pub async fn read(app: &App, permit: &Permit<ReadFile>, id: LicenceId) -> Result<LicenceFile, FileError> {
    let unit = permit.scope().unit;
    let mut work = Work::begin(app, permit).await?;
    let today = Day::of(work.now);
    let mut found = None;
    if let Some(unit) = unit {
        found = record::find(&mut work.tx, &app.secrets, unit, id).await?;
    }
    let found = found.filter(|licence| licence.wire_status(today).is_some());
    let (licence, ground) = match found {
        Some(licence) => (licence, unit.map(|unit| Box::new(Ground::member(unit)))),
        None => {
            let (secrets, opener, now) = (&app.secrets, Opener::of_file(permit), work.now);
            let found = wallets::find(&mut work.tx, secrets, opener, AgencyAct::Show, id, now).await?;
            let (licence, wallet) = found.ok_or(FileError::NotFound)?;
            kept(app, &mut work, &licence).await?.ok_or(FileError::NotMade)?;
            work.acts_as(wallet.footing);
            (licence, ground_of(wallet))
        }
    };
    let sealed = sealed(app, &mut work.tx, id).await?.ok_or(FileError::NotSealed)?;
    let kind = reading::in_force::<Kind>(&mut work.tx, licence.kind().as_str()).await?;
    let pictures = picture::of_licence(&mut work.tx, &app.secrets, id, None).await?;
    log(permit, ground, &mut work, &licence, None).await?;
    work.finish().await?;

    let bytes = drawn(app, &licence, &sealed, kind, pictures, Copy::View).await?;
    Ok(LicenceFile { bytes, name: licence.identifier.to_string(), code_until: None })
}

/// What a page is drawn for.
pub(super) enum Copy {
    /// To be looked at.
    View,
    /// To be printed for somebody, and registered.
    Annotated {
        /// Its number in the register.
        number: String,
        /// The code on it, and until when it counts.
        code: (String, UnixTime),
        /// What stands across it, line by line.
        marks: Vec<String>,
    },
}

/// The page of a licence version as PDF.
pub(super) async fn drawn(
    app: &App,
    licence: &Licence,
    sealed: &Sealed,
    kind: Option<Kind>,
    pictures: Vec<Borne>,
    copy: Copy,
) -> Result<Vec<u8>, DrawError> {
    let fields = labels(app, licence, kind.as_ref());
    let words = Words::of(&sealed.record).ok_or(DrawError::Record)?;
    let pictures: Vec<_> = pictures.into_iter().map(to_draw).collect();
    let (identifier, valid) = (licence.identifier.to_string(), (licence.valid_from, licence.valid_to));
    let drawn = tokio::task::spawn_blocking(move || {
        let face = Face {
            title: &words.kind,
            identifier: &identifier,
            fields: &fields,
            pictures: &pictures,
            valid,
            units: &words.units,
            issued: Day::of(words.sealed_at),
            template: kind.as_ref().and_then(|kind| kind.template.as_ref()),
            code: match &copy {
                Copy::View => None,
                Copy::Annotated { code: (text, until), .. } => Some((text, *until)),
            },
        };
        let mut page = face::draw(&face).map(|(page, _)| page)?;
        let marks = match &copy {
            Copy::View => {
                face::mark_view_copy(&mut page);
                &[][..]
            }
            Copy::Annotated { number, marks, .. } => {
                face::mark_annotated(&mut page, number);
                marks
            }
        };
        Ok::<_, DrawError>(
            pdf::write(&words.kind, &page, marks).map_err(crate::document::ofd::OfdError::from)?,
        )
    });
    drawn.await.map_err(|_| DrawError::Stopped)?
}
