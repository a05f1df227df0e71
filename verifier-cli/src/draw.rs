//! Drawing a challenge: on a terminal, and to a PNG file.

use std::{io::Cursor, path::Path};

use image::{GrayImage, ImageFormat, Luma};
use qrcode::{Color, EcLevel, QrCode};

use crate::{
    bundle,
    error::{Exit, Failure},
};

/// Light modules around the symbol (ISO/IEC 18004 asks for 4).
const QUIET_ZONE: usize = 4;

/// Pixels per module: a challenge then is about 350 px wide, and sharp when a browser halves it.
const MODULE: u32 = 8;

/// A symbol with its quiet zone.
pub(crate) struct Symbol {
    side: usize,
    dark: Vec<bool>,
}

impl Symbol {
    /// The QR code of `text`, error correction L as for all codes on screens.
    ///
    /// # Errors
    /// If the text is longer than a QR code holds.
    pub(crate) fn new(text: &str) -> Result<Self, Failure> {
        let code = QrCode::with_error_correction_level(text, EcLevel::L).map_err(|error| {
            Failure::new(
                Exit::Internal,
                format!("无法画出二维码：{error}"),
                format!("cannot draw the QR code: {error}"),
            )
        })?;
        let inner = code.width();
        let side = inner + 2 * QUIET_ZONE;
        let colors = code.to_colors();
        let module = |at: usize| {
            let (x, y) = ((at % side).checked_sub(QUIET_ZONE)?, (at / side).checked_sub(QUIET_ZONE)?);
            (x < inner && y < inner).then(|| colors.get(y * inner + x) == Some(&Color::Dark))
        };
        Ok(Self { side, dark: (0..side * side).map(|at| module(at).unwrap_or(false)).collect() })
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.side && self.dark.get(y * self.side + x).copied().unwrap_or(false)
    }

    /// Two modules to a character. With colour it is black on white whatever the terminal's theme; without,
    /// light modules are drawn, for the dark terminals that most are.
    pub(crate) fn for_terminal(&self, coloured: bool) -> String {
        let mut text = String::new();
        for y in (0..self.side).step_by(2) {
            if coloured {
                text.push_str("\u{1b}[30;107m");
            }
            for x in 0..self.side {
                let below_exists = y + 1 < self.side;
                let draw = |y: usize| self.is_dark(x, y) == coloured;
                text.push(match (draw(y), below_exists && draw(y + 1)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                });
            }
            text.push_str(if coloured { "\u{1b}[0m\n" } else { "\n" });
        }
        text
    }

    /// Writes a black and white PNG.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn write_png(&self, path: &Path) -> Result<(), Failure> {
        let pixels = u32::try_from(self.side).unwrap_or(u32::MAX).saturating_mul(MODULE);
        let picture = GrayImage::from_fn(pixels, pixels, |x, y| {
            let at = |pixel: u32| usize::try_from(pixel / MODULE).unwrap_or(usize::MAX);
            Luma([if self.is_dark(at(x), at(y)) { 0 } else { 255 }])
        });
        let mut png = Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).map_err(|error| {
            Failure::new(
                Exit::Internal,
                format!("无法生成图片：{error}"),
                format!("cannot make the picture: {error}"),
            )
        })?;
        bundle::write_atomically(path, png.get_ref())
    }
}
