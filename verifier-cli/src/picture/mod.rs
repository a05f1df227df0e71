//! Codes in PNG and JPEG pictures, within limits.

mod budget;
mod finder;
mod ladder;

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};
use liangzheng_core::text::Text;

use crate::{
    error::{Exit, Failure},
    fault,
};
pub(crate) use budget::DECODER_THREAD;
use budget::Outcome;

/// Largest picture file in bytes: a 40-megapixel photograph of noise as JPEG stays below.
pub(crate) const MAX_FILE: u64 = 64 << 20;

/// Most pixels: what today's phones photograph without stitching. A picture is judged by its header, before
/// any pixel is unpacked.
const MAX_PIXELS: u64 = 40_000_000;

/// Bytes a pixel takes at most while unpacking (16-bit RGBA).
const MAX_PIXEL_BYTES: u64 = 8;

/// A kind of picture, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Png,
    Jpeg,
    /// A picture or document this program does not read.
    Other(&'static str),
}

impl Format {
    /// What the first bytes say; `None` for what may be text.
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let starts: [(&[u8], Self); 11] = [
            (b"\x89PNG", Self::Png),
            (b"\xff\xd8\xff", Self::Jpeg),
            (b"GIF8", Self::Other("GIF")),
            (b"BM", Self::Other("BMP")),
            (b"%PDF", Self::Other("PDF")),
            (b"II*\0", Self::Other("TIFF")),
            (b"MM\0*", Self::Other("TIFF")),
            (b"RIFF", Self::Other("WebP")),
            (b"PK\x03\x04", Self::Other("ZIP")),
            (b"\0\0\0\x0cjP  ", Self::Other("JPEG 2000")),
            (b"\0\0\0\x0cJXL ", Self::Other("JPEG XL")),
        ];
        starts
            .into_iter()
            .find(|(start, _)| bytes.starts_with(start))
            .map(|(_, format)| format)
            .or_else(|| Self::of_media(bytes))
    }

    /// A file of ISO/IEC 14496-12, which begins with the length of its first box, the word `ftyp` and a brand.
    fn of_media(bytes: &[u8]) -> Option<Self> {
        let brand = match bytes {
            [0, 0, _, _, b'f', b't', b'y', b'p', brand @ ..] => brand.get(..4)?,
            _ => return None,
        };
        let is_picture = [b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"];
        Some(Self::Other(if is_picture.iter().any(|known| *known == brand) { "HEIC/AVIF" } else { "MP4" }))
    }
}

/// The texts of the codes in a picture, at least one. Where only others are easily read, a harder look is taken for one
/// that is `wanted`.
///
/// # Errors
/// Exit 3, saying why no code could be read.
pub(crate) fn read(
    bytes: Vec<u8>,
    format: Format,
    name: &str,
    wanted: fn(&str) -> bool,
) -> Result<Vec<String>, Failure> {
    let format = match format {
        Format::Png => ImageFormat::Png,
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Other(kind) => {
            return Err(unreadable(
                name,
                &format!("不支持 {kind} 文件"),
                &format!("{kind} is not supported"),
            )
            .hint("请改用 PNG 或 JPEG 图片。", "give a PNG or JPEG picture"));
        }
    };
    if bytes.len() as u64 > MAX_FILE {
        return Err(unreadable(name, "图片文件超过 64 MB", "the picture file is over 64 MB")
            .hint("请裁剪或缩小图片。", "crop the picture or make it smaller"));
    }
    let owned_name = name.to_owned();
    let outcome = budget::within(budget::LIMIT, move |budget| {
        let grey = unpack(bytes, format, &owned_name)?;
        Ok(ladder::read(&grey, wanted, budget))
    });
    let (texts, is_cut_short) = match outcome {
        Ok(Outcome::Done(texts, is_cut_short)) => (texts?, is_cut_short),
        Ok(Outcome::LeftBehind) => (vec![], true),
        Ok(Outcome::Panicked) => (vec![], false),
        Err(error) => {
            let Text { zh, en } = fault::told(&error);
            return Err(Failure::new(
                Exit::Internal,
                format!("无法启动线程：{zh}"),
                format!("cannot start a thread: {en}"),
            ));
        }
    };
    match (texts.is_empty(), is_cut_short) {
        (false, _) => Ok(texts),
        (true, true) => Err(too_slow(name)),
        (true, false) => Err(no_code(name)),
    }
}

/// What a frame of a video shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Glance {
    pub(crate) texts: Vec<String>,
    /// Whether time was up before all of it was looked at.
    pub(crate) is_cut_short: bool,
}

/// The texts of the codes in one frame of a video, which is a JPEG or its brightness; none if it cannot be read.
///
/// Only the decoder's first step looks: the next frame is a better second chance than a harder look at this one, and
/// most frames hold no code.
pub(crate) fn glance(
    frame: impl FnOnce() -> Option<GrayImage> + Send + 'static,
    wanted: fn(&str) -> bool,
) -> Glance {
    let outcome = budget::within(budget::LIMIT, move |budget| {
        frame().map(|grey| ladder::glance(&grey, wanted, budget)).unwrap_or_default()
    });
    match outcome {
        Ok(Outcome::Done(texts, is_cut_short)) => Glance { texts, is_cut_short },
        Ok(Outcome::LeftBehind) => Glance { is_cut_short: true, ..Glance::default() },
        Ok(Outcome::Panicked) | Err(_) => Glance::default(),
    }
}

/// The brightness of a JPEG; `None` if it is damaged or too large.
pub(crate) fn unpack_jpeg(bytes: Vec<u8>) -> Option<GrayImage> {
    unpack(bytes, ImageFormat::Jpeg, "").ok()
}

/// Exit 3: nothing that looks like a code.
pub(crate) fn no_code(name: &str) -> Failure {
    unreadable(name, "未识别到二维码", "no QR code found").hint(
        "请靠近、擦拭镜头或调亮屏幕后重拍。",
        "go closer, wipe the lens or brighten the screen, and take it again",
    )
}

/// Exit 3: a file that was given its length and never its content, as a copy that broke off or a full disk leaves it.
pub(crate) fn only_zeros(name: &str) -> Failure {
    unreadable(
        name,
        "文件内容全是零，可能没有保存完整",
        "the file holds nothing but zeros: it was not saved to its end",
    )
    .hint("请重新复制或保存这个文件。", "copy or save the file again")
}

/// Exit 3: the time for one picture was not enough.
pub(crate) fn too_slow(name: &str) -> Failure {
    let seconds = budget::LIMIT.as_secs();
    unreadable(
        name,
        &format!("识别超过 {seconds} 秒，已放弃"),
        &format!("given up after {seconds} s of looking for a code"),
    )
    .hint("请裁剪到只剩二维码，或靠近重拍。", "crop the picture to the code, or go closer and take it again")
}

fn unreadable(name: &str, zh: &str, en: &str) -> Failure {
    Failure::new(Exit::NoCode, format!("{name}：{zh}"), format!("{name}: {en}"))
}

fn unpack(bytes: Vec<u8>, format: ImageFormat, name: &str) -> Result<GrayImage, Failure> {
    let damaged = |_| {
        unreadable(name, "图片已损坏或不完整", "the picture is damaged or cut short")
            .hint("请重新保存或重拍图片。", "save or take the picture again")
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_PIXELS * MAX_PIXEL_BYTES);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(unreadable(
            name,
            &format!("图片有 {width}×{height} 像素，超过 4000 万"),
            &format!("the picture has {width}×{height} pixels, over 40 million"),
        )
        .hint("请裁剪或缩小图片。", "crop the picture or make it smaller"));
    }
    let picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    Ok(grey_on_white(picture))
}

/// Greyscale; where a picture is transparent, white paper shows through, as every viewer shows it.
fn grey_on_white(picture: DynamicImage) -> GrayImage {
    if !picture.color().has_alpha() {
        return picture.into_luma8();
    }
    let picture = picture.into_luma_alpha8();
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [luma, alpha] = picture.get_pixel(x, y).0;
        let (luma, alpha) = (u32::from(luma), u32::from(alpha));
        let blended = (luma * alpha + 255 * (255 - alpha)) / 255;
        image::Luma([u8::try_from(blended).unwrap_or(u8::MAX)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_called_what_they_are() {
        for (bytes, name) in [
            (&b"\0\0\0\x18ftypheic"[..], Some("HEIC/AVIF")),
            (b"\0\0\0\x1cftypavif", Some("HEIC/AVIF")),
            (b"\0\0\x01\0ftypmif1", Some("HEIC/AVIF")),
            (b"\0\0\0\x20ftypisom", Some("MP4")),
            (b"\0\0\0\x18ftyp", None),
            (b"\0\0\0\x0cjP  \r\n", Some("JPEG 2000")),
            (b"\0\0\0\x0cJXL \r\n", Some("JPEG XL")),
            (&[0; 64], None),
            (b"\0\0\0", None),
            (b"EL1:A", None),
        ] {
            let want = name.map(Format::Other);
            assert_eq!(Format::of(bytes), want, "{bytes:?}");
        }
        assert_eq!(Format::of(b"\x89PNG"), Some(Format::Png));
    }
}
