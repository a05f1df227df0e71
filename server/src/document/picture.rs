//! Pictures that stand on licences: read, turned upright, and made anew as JPEG, so that nothing but the picture is kept.
//!
//! Where it was taken, by which camera, and what somebody appended to the file are gone with the old file.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

/// A picture made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// JPEG.
    pub content: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// Why a file is not taken as a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoPicture {
    /// Neither PNG nor JPEG.
    #[error("neither PNG nor JPEG")]
    Format,
    /// It says it is one, and cannot be read.
    #[error("the picture is broken")]
    Broken,
    /// It has more than [`MAX_SIDE`] pixels on a side, or fewer than [`MIN_SIDE`].
    #[error("the picture has {width} × {height} pixels")]
    Side {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// Made anew it is larger than [`MAX_BYTES`].
    #[error("the picture is too large")]
    Large,
}

/// Reads a file that somebody sent. The kind of file is read from its first bytes, whatever it was called.
pub fn made_anew(sent: &[u8]) -> Result<Picture, NoPicture> {
    if sent.len() > MAX_BYTES {
        return Err(NoPicture::Large);
    }
    let mut reader =
        ImageReader::new(Cursor::new(sent)).with_guessed_format().map_err(|_| NoPicture::Format)?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
        return Err(NoPicture::Format);
    }
    // A file of a few bytes can claim a side of 65,535 pixels: that is refused before room for it is taken.
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_ROOM);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| NoPicture::Broken)?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > MAX_SIDE || width.min(height) < MIN_SIDE {
        return Err(NoPicture::Side { width, height });
    }
    // Cameras write which side is up beside the picture.
    let upright = decoder.orientation().map_err(|_| NoPicture::Broken)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| NoPicture::Broken)?;
    picture.apply_orientation(upright);
    let (width, height) = (picture.width(), picture.height());
    let flat = on_white(&picture);
    for quality in QUALITIES {
        let mut content = Vec::new();
        let encoded = JpegEncoder::new_with_quality(&mut content, quality).encode_image(&flat);
        encoded.map_err(|_| NoPicture::Broken)?;
        if content.len() <= MAX_BYTES {
            return Ok(Picture { content, width, height });
        }
    }
    Err(NoPicture::Large)
}

/// What was transparent is white, as paper is: JPEG knows no transparency.
fn on_white(picture: &DynamicImage) -> RgbImage {
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (from, to) in picture.to_rgba8().pixels().zip(flat.pixels_mut()) {
        let [red, green, blue, alpha] = from.0;
        let over = |value: u8| {
            let mixed = (u16::from(value) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        to.0 = [over(red), over(green), over(blue)];
    }
    flat
}

/// Bytes of a picture, as sent and as kept.
pub const MAX_BYTES: usize = 200 * 1024;
/// Pixels of its longer side: 35 × 53 mm at 1200 dots an inch has fewer.
pub const MAX_SIDE: u32 = 2_500;
/// Pixels of its shorter side: less shows nobody.
pub const MIN_SIDE: u32 = 16;
/// Bytes that reading one may take: a side as above in four channels of 16 bits, twice.
const MAX_ROOM: u64 = 2 * 8 * (MAX_SIDE as u64) * (MAX_SIDE as u64);
/// The first that fits is taken.
const QUALITIES: [u8; 4] = [90, 80, 70, 60];

#[cfg(test)]
mod tests {
    use image::{ImageEncoder, Rgba, RgbaImage};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let picture = RgbaImage::from_fn(width, height, |x, y| {
            Rgba([(x % 251) as u8, (y % 241) as u8, 7, if x < width / 2 { 0 } else { 255 }])
        });
        let mut bytes = Vec::new();
        let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
        encoder.write_image(&picture, width, height, image::ExtendedColorType::Rgba8).unwrap();
        bytes
    }

    #[test]
    fn what_is_transparent_becomes_white_and_nothing_but_the_picture_stays() {
        let mut sent = png(40, 30);
        sent.extend_from_slice(b"appended: 990101199001010010");
        let made = made_anew(&sent).unwrap();
        assert_eq!((made.width, made.height), (40, 30));
        assert!(made.content.starts_with(&[0xFF, 0xD8, 0xFF]));
        assert!(!made.content.windows(8).any(|part| part == b"appended"));
        let read = image::load_from_memory(&made.content).unwrap().to_rgb8();
        assert!(read.get_pixel(2, 2).0.iter().all(|value| *value > 240), "{:?}", read.get_pixel(2, 2));
    }

    #[test]
    fn a_picture_on_its_side_is_turned_upright() {
        let mut jpeg = Vec::new();
        let flat = RgbImage::from_fn(40, 20, |x, _| image::Rgb([if x < 20 { 250 } else { 5 }; 3]));
        let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 95);
        // EXIF, big-endian, one entry: orientation 6, "turn by 90° clockwise".
        let exif = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        encoder.set_exif_metadata(exif).unwrap();
        encoder.encode_image(&flat).unwrap();
        assert!(jpeg.windows(4).any(|part| part == b"Exif"));
        let made = made_anew(&jpeg).unwrap();
        assert_eq!((made.width, made.height), (20, 40));
        assert!(!made.content.windows(4).any(|part| part == b"Exif"));
    }

    #[test]
    fn what_is_no_picture_is_refused_by_what_is_wrong_with_it() {
        assert_eq!(made_anew(b"%PDF-1.7 pretends"), Err(NoPicture::Format));
        assert_eq!(made_anew(b""), Err(NoPicture::Format));
        assert_eq!(made_anew(b"GIF89a\x01\0\x01\0\0\0\0;"), Err(NoPicture::Format));
        let whole = png(40, 30);
        assert_eq!(made_anew(&whole[..whole.len() / 2]), Err(NoPicture::Broken));
        assert_eq!(made_anew(&png(4, 30)), Err(NoPicture::Side { width: 4, height: 30 }));
        assert_eq!(made_anew(&vec![0; MAX_BYTES + 1]), Err(NoPicture::Large));
        // A header that claims what no memory holds.
        let mut bomb = whole;
        bomb[16..24].copy_from_slice(&[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]);
        assert!(made_anew(&bomb).is_err());
    }
}
