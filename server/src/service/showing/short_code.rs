//! Short codes: eight digits that a holder reads to staff where no camera reads the code.
//!
//! They stand for one code of an open show, made with them, for a minute and once. Staff who verify in the show's audience
//! get that code for them ([`crate::service::verifying::short_code`]); nobody else learns whether they stand for anything.

use liangzheng_core::time::{Seconds, UnixTime};

use crate::App;
use crate::domain::access::{OpenShow as MayShow, Permit};
use crate::domain::catalogue::unit::Unit;
use crate::domain::clock::Entropy;
use crate::domain::ids::ShowId;
use crate::secrets::Secrets;
use crate::service::showing::show::{self, ShowError};
use crate::service::work::Work;
use crate::storage::showing::short_code::{self as stored, ShortCodeRow, place};
use crate::storage::{StorageError, Tx};

/// Eight digits, and until when they stand for something.
#[derive(Debug)]
pub struct ShortCode {
    /// Eight digits.
    pub code: String,
    /// From when they stand for nothing.
    pub expires_at: UnixTime,
}

/// Makes the short code of an open show, in place of its last one.
pub async fn make(app: &App, permit: &Permit<MayShow>, show: ShowId) -> Result<ShortCode, ShowError> {
    let open = show::held(app, permit, show, app.clock.now()).await?;
    let mut work = Work::begin(app, permit).await?;
    let now = work.now;
    let minted = show::code_of(app, &open, now)?;
    // What the digits stand for counts for as long as they do.
    let expires_at = now.plus(LIFE).min(minted.expires_at).min(open.closes_at);
    let qr_text = app.secrets.seal_text(&place(show), &minted.qr_text, &*app.entropy);
    for _ in 0..TRIES {
        let code = digits(&*app.entropy);
        let row = ShortCodeRow {
            code_hmac: hmac(&app.secrets, &code).to_vec(),
            show,
            audience: open.claims.aud.clone(),
            qr_text: qr_text.clone(),
            expires_at: expires_at.0,
        };
        if stored::insert(&mut work.tx, &row, now).await? {
            work.finish().await?;
            // Something may have ended the show meanwhile.
            return if open.has_ended() { Err(ShowError::Over) } else { Ok(ShortCode { code, expires_at }) };
        }
    }
    Err(StorageError::Conflict.into())
}

/// The text of the code that `code` stands for, if it does, and in an audience of `unit`: then it stands for nothing any
/// more.
pub(in crate::service) async fn take(
    app: &App,
    tx: &mut Tx,
    code: &str,
    unit: &Unit,
    now: UnixTime,
) -> Result<Option<String>, StorageError> {
    let key = hmac(&app.secrets, code);
    let found = stored::meaning(tx, &key, now).await?.filter(|row| unit.verifies_as(&row.audience));
    let Some(row) = found else { return Ok(None) };
    if !stored::take(tx, &key).await? {
        return Ok(None);
    }
    let text = app.secrets.open_text(&place(row.show), &row.qr_text);
    text.map(Some).map_err(|_| StorageError::Inconsistent {
        table: "showing_short_code",
        column: "qr_text",
        row: row.show.to_string(),
    })
}

/// Eight random digits; the first few of 2^64 numbers are a hair more likely, which helps nobody.
fn digits(entropy: &dyn Entropy) -> String {
    format!("{:08}", u64::from_be_bytes(entropy.bytes()) % 100_000_000)
}

/// How digits are kept: whoever reads the database cannot read them out to somebody.
fn hmac(secrets: &Secrets, code: &str) -> [u8; 32] {
    secrets.fingerprint("short code v1", code.as_bytes())
}

/// Long enough to be read out and typed twice, short enough that they are not noted down.
const LIFE: Seconds = Seconds(60);
/// Of 10^8 numbers a province has some thousands in use at once: two in a row that are taken never happen by chance.
const TRIES: usize = 4;
