//! The rows of a file: counted, and read some at a time.

use std::ops::ControlFlow;

use tokio::sync::mpsc;

use crate::domain::issuing::import::cell::Cell;
use crate::domain::issuing::import::layout::Layout;
use crate::domain::issuing::import::{ImportFormat, MAX_ROWS};
use crate::sheet::{self, SheetFault};

/// Lines with their cells.
pub(super) type Lines = Vec<(i64, Vec<Cell>)>;

/// How many rows there are; of too many no more than one too many is counted.
pub(super) fn count(bytes: &[u8], format: ImportFormat, layout: &Layout) -> Result<i64, SheetFault> {
    let mut count = 0_i64;
    sheet::rows(bytes, format, &mut |_, cells| {
        count += i64::from(!layout.is_example(&cells));
        if count > MAX_ROWS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(count)
}

/// Sends rows behind `last` on, some at a time; ends when nobody takes them any more.
pub(super) fn read(
    bytes: &[u8],
    format: ImportFormat,
    layout: &Layout,
    last: i64,
    send: &mpsc::Sender<Lines>,
) -> Result<(), SheetFault> {
    let mut lines = Vec::new();
    let mut is_wanted = true;
    sheet::rows(bytes, format, &mut |line, cells| {
        if line <= last || layout.is_example(&cells) {
            return ControlFlow::Continue(());
        }
        lines.push((line, cells));
        if lines.len() < AT_ONCE {
            return ControlFlow::Continue(());
        }
        is_wanted = send.blocking_send(std::mem::take(&mut lines)).is_ok();
        if is_wanted { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    if is_wanted && !lines.is_empty() {
        let _ = send.blocking_send(lines);
    }
    Ok(())
}

/// Rows examined at once, and kept in one transaction: no more than a register answers at once.
const AT_ONCE: usize = 200;
