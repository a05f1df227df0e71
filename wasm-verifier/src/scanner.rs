//! Finds QR codes in the pixels of a picture.

use liangzheng_core::reading::{Reading, classify, cut_in_picture};
use rxing::{
    BarcodeFormat, Binarizer, BinaryBitmap, DecodeHints, Luma8Source,
    common::{GlobalHistogramBinarizer, HybridBinarizer},
    multi::MultipleBarcodeReader,
    qrcode::cpp_port::{QrReader, detector::FindFinderPatterns},
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
    let (mut found, is_light_on_dark) = read_by_neighbourhood(&luma, width, height, &hints);
    if is_light_on_dark && !holds_licence(&found) {
        let turned: Vec<u8> = luma.iter().map(|grey| 255 - grey).collect();
        add(&mut found, read_by_neighbourhood(&turned, width, height, &hints).0);
    }
    if !holds_licence(&found) {
        add(&mut found, read_by_one_threshold(&luma, width, height, &hints));
    }
    found
}

/// Whether a licence code is among them. What stands on a sticker beside it is easily read where the licence takes a
/// harder look.
fn holds_licence(texts: &[String]) -> bool {
    texts.iter().any(|text| classify(text) == Reading::Licence)
}

fn add(found: &mut Vec<String>, texts: Vec<String>) {
    for text in texts {
        if !found.contains(&text) {
            found.push(text);
        }
    }
}

/// Corners of a code that are seen even where the third is not: then light on dark is worth a look.
const CORNERS_SEEN: usize = 2;

/// Corners that a code has.
const CORNERS: usize = 3;

/// Corners looked at in one picture: sixteen codes'. The decoder tries every three of them, so a picture of nothing but
/// corners, printed to do so, would keep a page busy for minutes; it has no other thread and no clock to stop it by.
const MAX_CORNERS: usize = 48;

/// Black and white by neighbourhood, which copes with shadow and glare. Where that finds no licence, also whether light
/// corners of a code seem to stand on dark: most pictures of a camera hold no code at all, and to read each a second
/// time would halve their rate.
fn read_by_neighbourhood(luma: &[u8], width: u32, height: u32, hints: &DecodeHints) -> (Vec<String>, bool) {
    let Ok(source) = Luma8Source::new_with_slice(luma, width, height) else { return (Vec::new(), false) };
    let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
    let texts = read(&mut bitmap, hints);
    if holds_licence(&texts) {
        return (texts, false);
    }
    // Only looked at, and read from the pixels: a plain dark ground counts as light in both.
    bitmap.invert();
    (texts, corners(&mut bitmap) >= CORNERS_SEEN)
}

/// One threshold for the whole picture: for flat screenshots that a neighbourhood breaks up along large plain areas.
fn read_by_one_threshold(luma: &[u8], width: u32, height: u32, hints: &DecodeHints) -> Vec<String> {
    let Ok(source) = Luma8Source::new_with_slice(luma, width, height) else { return Vec::new() };
    read(&mut BinaryBitmap::new(GlobalHistogramBinarizer::new(source)), hints)
}

/// How often something looks like the corner of a code, dark on light.
fn corners<B: Binarizer>(bitmap: &mut BinaryBitmap<B>) -> usize {
    FindFinderPatterns(bitmap.get_black_matrix(), true, 0).len()
}

/// The texts, each once, without what surrounds a code of ours.
fn read<B: Binarizer>(bitmap: &mut BinaryBitmap<B>, hints: &DecodeHints) -> Vec<String> {
    let mut texts = Vec::new();
    if (CORNERS..=MAX_CORNERS).contains(&corners(bitmap)) {
        let read = QrReader.decode_multiple_with_hints(bitmap, hints).unwrap_or_default();
        add(&mut texts, read.iter().map(|result| cut_in_picture(result.getText()).to_owned()).collect());
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

#[cfg(all(test, feature = "wallet"))]
#[expect(clippy::unwrap_used, reason = "a test that goes wrong should stop at once")]
mod tests {
    use super::*;
    use fast_qr::qr::QRBuilder;

    const LICENCE: &str = "EL1:0123456789ABCDEF";
    const PAYMENT: &str = "wxp://f2f0abcdef";

    /// Codes in a row, each of 4 pixels a module in the given greys, with 8 modules of its ground around.
    fn picture(codes: &[(&str, u8, u8)]) -> (Vec<u8>, u32, u32) {
        let codes: Vec<_> = codes
            .iter()
            .map(|(text, dark, light)| (QRBuilder::new(*text).build().unwrap(), *dark, *light))
            .collect();
        let (code, count) = (codes.iter().map(|(code, ..)| code.size).max().unwrap(), codes.len());
        let side = (code + 16) * 4;
        let rgba = (0..side * side * count).flat_map(|at| {
            let (column, y) = (at % (side * count), at / (side * count));
            let (code, dark, light) = &codes[column / side];
            let module = |pixel: usize| (pixel / 4).checked_sub(8).filter(|at| *at < code.size);
            let is_dark = match (module(column % side), module(y)) {
                (Some(x), Some(y)) => code[y][x].value(),
                _ => false,
            };
            let grey = if is_dark { *dark } else { *light };
            [grey, grey, grey, 255]
        });
        (rgba.collect(), (side * count) as u32, side as u32)
    }

    #[test]
    fn codes_are_read_dark_on_light_and_light_on_dark() {
        for (dark, light) in [(0, 255), (255, 0), (220, 30), (40, 200), (140, 18)] {
            let (rgba, width, height) = picture(&[(LICENCE, dark, light)]);
            assert_eq!(read_codes(&rgba, width, height), [LICENCE], "{dark} on {light}");
        }
    }

    #[test]
    fn a_licence_is_found_beside_a_code_that_is_easier() {
        let (rgba, width, height) = picture(&[(PAYMENT, 0, 255), (LICENCE, 255, 0)]);
        assert_eq!(read_codes(&rgba, width, height), [PAYMENT, LICENCE]);
    }

    #[test]
    fn strays_around_a_licence_are_cut_and_other_texts_stay() {
        let (rgba, width, height) = picture(&[(&format!("\0{LICENCE}\n"), 0, 255), ("~a~", 0, 255)]);
        let mut texts = read_codes(&rgba, width, height);
        texts.sort();
        assert_eq!(texts, [LICENCE, "~a~"]);
    }

    #[test]
    fn a_picture_of_nothing_but_corners_is_given_up() {
        const CORNER: [&[u8; 7]; 7] =
            [b"#######", b"#     #", b"# ### #", b"# ### #", b"# ### #", b"#     #", b"#######"];
        let side = 100 * 18;
        let rgba: Vec<u8> = (0..side * side)
            .flat_map(|at| {
                let (x, y) = (at % side / 2 % 9, at / side / 2 % 9);
                let is_dark = CORNER.get(y).and_then(|row| row.get(x)) == Some(&b'#');
                let grey = if is_dark { 0 } else { 255 };
                [grey, grey, grey, 255]
            })
            .collect();
        let started = std::time::Instant::now();
        assert!(read_codes(&rgba, side as u32, side as u32).is_empty());
        // Without an end half a minute, and much more in a browser.
        assert!(started.elapsed() < std::time::Duration::from_secs(10), "{:?}", started.elapsed());
    }
}
