//! What units and kinds are called, where only their codes are kept; the code itself of what is not there any more.

use liangzheng_core::text::Text;

use crate::App;
use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::storage::catalogue::unit;
use crate::storage::{StorageError, Tx};

/// The names of a kind, as the signed catalogue has them.
pub(in crate::service) fn kind_names(app: &App, kind: KindCode) -> Text {
    let state = app.trust.current();
    let known = state.catalogue.kind(kind).map(|kind| kind.names.clone());
    known.unwrap_or_else(|| Text::new(kind.to_string(), kind.to_string()))
}

/// The names of a unit, those of a unit that works no more too.
pub(in crate::service) async fn unit_names(tx: &mut Tx, unit: Uscc) -> Result<Text, StorageError> {
    let known = unit::find(tx, unit).await?.map(|unit| unit.names);
    Ok(known.unwrap_or_else(|| Text::new(unit.to_string(), unit.to_string())))
}
