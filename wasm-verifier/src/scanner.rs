//! Finds QR codes in the pixels of a picture.

use rxing::{
    BarcodeFormat, BinaryBitmap, DecodeHints, Luma8Source,
    common::{GlobalHistogramBinarizer, HybridBinarizer},
    multi::MultipleBarcodeReader,
    qrcode::cpp_port::QrReader,
};
use std::collections::HashSet;
use wasm_bindgen::prelude::wasm_bindgen;

/// Pixels taken from one picture at most: what a 40-megapixel phone camera gives. A larger picture
/// would need more memory than a phone's browser grants one page.
const MAX_PIXELS: usize = 40_000_000;

/// Reads every QR code in a picture, each text once, in the order found.
///
/// `rgba` is what `CanvasRenderingContext2D.getImageData` gives: four bytes a pixel, rows from the top. A picture
/// without a readable code, or whose size does not match its bytes, gives an empty list: to the person holding the
/// phone both mean "no code here".
#[wasm_bindgen(js_name = readCodes)]
pub fn read_codes(rgba: &[u8], width: u32, height: u32) -> Vec<String> {
    let pixels = width as usize * height as usize;
    if pixels == 0 || pixels > MAX_PIXELS || rgba.len() != pixels * 4 {
        return Vec::new();
    }
    let luma = luminance(rgba);
    let hints = DecodeHints {
        TryHarder: Some(true),
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        ..DecodeHints::default()
    };
    let found = read(&luma, width, height, &hints, Binarizer::Local);
    if found.is_empty() { read(&luma, width, height, &hints, Binarizer::Global) } else { found }
}

/// How grey becomes black or white. `Local` copes with shadow and glare; `Global` with flat screenshots that
/// `Local` breaks up along large plain areas.
enum Binarizer {
    Local,
    Global,
}

fn read(luma: &[u8], width: u32, height: u32, hints: &DecodeHints, binarizer: Binarizer) -> Vec<String> {
    let Ok(source) = Luma8Source::new_with_slice(luma, width, height) else { return Vec::new() };
    let results = match binarizer {
        Binarizer::Local => {
            QrReader.decode_multiple_with_hints(&mut BinaryBitmap::new(HybridBinarizer::new(source)), hints)
        }
        Binarizer::Global => QrReader
            .decode_multiple_with_hints(&mut BinaryBitmap::new(GlobalHistogramBinarizer::new(source)), hints),
    };
    let mut texts = Vec::new();
    for result in results.unwrap_or_default() {
        let text = result.getText().to_owned();
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// Rec. 601 luma with integer weights. Transparent pixels count as white paper: a PNG with an alpha channel keeps
/// black in the colour of what is not there.
fn luminance(rgba: &[u8]) -> Vec<u8> {
    rgba.chunks_exact(4)
        .map(|pixel| {
            let (red, green, blue, alpha) =
                (u32::from(pixel[0]), u32::from(pixel[1]), u32::from(pixel[2]), u32::from(pixel[3]));
            let grey = (red * 299 + green * 587 + blue * 114) / 1000;
            ((grey * alpha + 255 * (255 - alpha)) / 255) as u8
        })
        .collect()
}
