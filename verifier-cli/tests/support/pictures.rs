//! Pictures of codes as people have them: clean, turned, two on a page, damaged.

use std::{io::Cursor, path::Path};

use image::{
    DynamicImage, GrayImage, ImageFormat, Luma, LumaA,
    imageops::{self, FilterType},
};
use qrcode::{Color, EcLevel, QrCode};

use super::write;

/// A code with 6 pixels a module and a quiet zone of 4 modules.
pub fn draw(text: &str) -> GrayImage {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).unwrap();
    let (width, colors) = (code.width(), code.to_colors());
    let side = u32::try_from((width + 8) * 6).unwrap();
    GrayImage::from_fn(side, side, |x, y| {
        let module = |pixel: u32| (pixel as usize / 6).checked_sub(4).filter(|at| *at < width);
        match (module(x), module(y)) {
            (Some(x), Some(y)) if colors[y * width + x] == Color::Dark => Luma([0]),
            _ => Luma([255]),
        }
    })
}

/// Turned by `degrees` on a white page, every pixel a mixture of its four sources.
pub fn turned(picture: &GrayImage, degrees: f32) -> GrayImage {
    let side = (picture.width() as f32 * 1.5) as u32;
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (middle, centre) = (side as f32 / 2., picture.width() as f32 / 2.);
    GrayImage::from_fn(side, side, |x, y| {
        let (dx, dy) = (x as f32 - middle, y as f32 - middle);
        let (from_x, from_y) = (cos * dx + sin * dy + centre, cos * dy - sin * dx + centre);
        imageops::interpolate_bilinear(picture, from_x, from_y).unwrap_or(Luma([255]))
    })
}

pub fn png(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

pub fn jpeg(picture: &GrayImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture.clone()).write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// The head of a PNG that claims to be `width` × `height`, and nothing after it.
pub fn claimed_png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png(GrayImage::new(1, 1));
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.to_be_bytes());
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}

/// Light modules on dark.
pub fn inverted(picture: &GrayImage) -> GrayImage {
    let mut inverted = picture.clone();
    imageops::invert(&mut inverted);
    inverted
}

/// Two pictures beside each other on white.
pub fn beside(left: &GrayImage, right: &GrayImage) -> GrayImage {
    let width = left.width() + right.width() + 80;
    let mut page = GrayImage::from_pixel(width, left.height().max(right.height()), Luma([255]));
    imageops::replace(&mut page, left, 0, 0);
    imageops::replace(&mut page, right, i64::from(left.width()) + 80, 0);
    page
}

/// Nothing but corners of codes, `count` in a row and as many rows: a decoder that tries every three of them, or holds
/// each against all before it, is busy for minutes.
pub fn corners(count: u32) -> GrayImage {
    const CORNER: [&[u8; 7]; 7] =
        [b"#######", b"#     #", b"# ### #", b"# ### #", b"# ### #", b"#     #", b"#######"];
    GrayImage::from_fn(count * 18, count * 18, |x, y| {
        let at = |pixel: u32| (pixel / 2 % 9) as usize;
        let is_dark = CORNER.get(at(y)).and_then(|row| row.get(at(x))) == Some(&b'#');
        Luma([if is_dark { 0 } else { 255 }])
    })
}

pub fn write_all(folder: &Path, valid: &str, cancelled: &str) {
    let code = draw(valid);
    write(folder.join("valid.png"), png(code.clone()));
    write(folder.join("valid.jpg"), jpeg(&code));
    write(folder.join("picture-named.txt"), png(code.clone()));
    write(folder.join("turned.png"), png(turned(&code, 33.)));
    write(folder.join("upside-down.jpg"), jpeg(&imageops::rotate180(&code)));
    write(folder.join("mirrored.png"), png(imageops::flip_horizontal(&code)));

    write(folder.join("two.png"), png(beside(&code, &draw(cancelled))));
    write(folder.join("inverted.png"), png(inverted(&code)));
    let payment = draw("wxp://f2f0\u{1b}[2J-a-name-that-is-longer-than-what-is-shown-of-it");
    write(folder.join("payment-beside.png"), png(beside(&payment, &code)));
    let link = draw("https://cafe.example/menu");
    write(folder.join("payment-and-link.png"), png(beside(&payment, &link)));
    // Read by a later step than the other.
    write(folder.join("link-on-light-beside-dark.png"), png(beside(&link, &inverted(&code))));

    let transparent = image::GrayAlphaImage::from_fn(code.width(), code.height(), |x, y| {
        LumaA([0, 255 - code.get_pixel(x, y).0[0]])
    });
    write(folder.join("transparent.png"), png(transparent));
    let photograph =
        imageops::resize(&code, code.width() * 4 / 3, code.height() * 4 / 3, FilterType::Triangle);
    let dim = GrayImage::from_fn(photograph.width(), photograph.height(), |x, y| {
        let light = photograph.get_pixel(x, y).0[0] / 3;
        Luma([light + 40 + u8::try_from(x * 60 / photograph.width()).unwrap()])
    });
    write(folder.join("dim.jpg"), jpeg(&imageops::blur(&dim, 1.2)));

    write(
        folder.join("no-code.png"),
        png(GrayImage::from_fn(300, 200, |x, y| Luma([u8::try_from((x ^ y) & 0xff).unwrap()]))),
    );
    let whole = png(code);
    write(folder.join("truncated.png"), &whole[..whole.len() / 2]);
    write(folder.join("head-only.png"), &whole[..20]);
    write(folder.join("too-large.png"), claimed_png(10_000, 5_000));
    write(folder.join("animation.gif"), b"GIF89a\x01\x00\x01\x00\x00\x00\x00;");
}
