//! Draws the code of a show: error correction L, black on white, 8 pixels a module, quiet zone of 4 modules.
//!
//! Level L because nothing covers a screen and, at one size, a code with fewer modules is read more often
//! (core/README.md, "QR texts"). `EL1:` texts are alphanumeric throughout, which the encoder finds by itself.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode};

/// Why no picture could be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DrawError {
    /// The text is longer than a code holds, which the packer's budget excludes.
    #[error("the text does not fit a QR code: {0}")]
    Encode(#[from] QrError),
    /// The PNG writer failed.
    #[error("the picture could not be written: {0}")]
    Png(#[from] image::ImageError),
    /// The drawing thread went away.
    #[error("drawing was stopped")]
    Stopped,
}

/// The code as SVG: one path, crisp at any size.
pub(crate) fn svg(text: &str) -> Result<String, DrawError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L)?;
    let side = code.width() + 2 * QUIET;
    let mut path = String::with_capacity(code.width() * code.width() * 4);
    for (y, row) in code.to_colors().chunks(code.width()).enumerate() {
        let mut x = 0;
        while x < row.len() {
            let run = row[x..].iter().take_while(|color| **color == Color::Dark).count();
            if run > 0 {
                path.push_str(&format!("M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET));
            }
            x += run.max(1);
        }
    }
    let pixels = side * MODULE;
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{pixels}\" height=\"{pixels}\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

/// The code as an 8-bit grey PNG.
pub(crate) fn png(text: &str) -> Result<Vec<u8>, DrawError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L)?;
    let side = (code.width() + 2 * QUIET) * MODULE;
    let mut pixels = vec![WHITE; side * side];
    for (y, row) in code.to_colors().chunks(code.width()).enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
            for line in 0..MODULE {
                let start = ((y + QUIET) * MODULE + line) * side + (x + QUIET) * MODULE;
                pixels[start..start + MODULE].fill(BLACK);
            }
        }
    }
    let mut file = Vec::new();
    let edge = u32::try_from(side).unwrap_or(u32::MAX);
    PngEncoder::new_with_quality(&mut file, CompressionType::Default, FilterType::NoFilter).write_image(
        &pixels,
        edge,
        edge,
        ExtendedColorType::L8,
    )?;
    Ok(file)
}

/// Modules of white around the code (ISO/IEC 18004 §6.3.8).
const QUIET: usize = 4;
/// Pixels per module: twice the least (core/README.md, "QR texts"), since phones scale pictures down.
const MODULE: usize = 8;
const WHITE: u8 = 255;
const BLACK: u8 = 0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_pictures_show_the_same_modules_with_their_quiet_zone() {
        let text = "EL1:6BF5MNCRNMT.LA%NVLMT$D*C7SGMVLA";
        let code = QrCode::with_error_correction_level(text, EcLevel::L).unwrap();
        let side = (code.width() + 8) * 8;
        let grey = image::load_from_memory(&png(text).unwrap()).unwrap().into_luma8();
        assert_eq!((grey.width() as usize, grey.height() as usize), (side, side));
        for (y, row) in code.to_colors().chunks(code.width()).enumerate() {
            for (x, color) in row.iter().enumerate() {
                let pixel = grey.get_pixel(((x + 4) * 8 + 3) as u32, ((y + 4) * 8 + 3) as u32).0[0];
                assert_eq!(pixel == 0, *color == Color::Dark, "module {x},{y}");
            }
        }
        let dark = code.to_colors().iter().filter(|color| **color == Color::Dark).count();
        let drawn: usize = svg(text)
            .unwrap()
            .split('M')
            .filter_map(|part| part.split_once('h')?.1.split_once("v1")?.0.parse::<usize>().ok())
            .sum();
        assert_eq!(drawn, dark, "the SVG's runs add up to the dark modules");
    }
}
