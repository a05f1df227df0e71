//! Pictures out of a video, one at a time: `.mjpeg` and `.y4m` read here, anything else by `ffmpeg`.

mod ffmpeg;
mod mjpeg;
mod y4m;

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
};

use image::GrayImage;

use crate::{
    error::{Exit, Failure},
    picture,
    words::visible,
};

pub(crate) use ffmpeg::find as find_ffmpeg;

/// Most pixels of a frame; 8K video has 33 million.
const MAX_PIXELS: u64 = 40_000_000;

/// Longest JPEG frame in bytes: many times a frame of 8K video.
const MAX_JPEG: usize = 32 << 20;

/// One picture of a video.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Frame {
    Jpeg(Vec<u8>),
    /// Brightness only.
    Grey(GrayImage),
}

/// The pictures of one video.
pub(crate) trait Frames {
    /// The next picture; `None` after the last.
    ///
    /// # Errors
    /// If the file cannot be read further or is no such video after all.
    fn next(&mut self) -> Result<Option<Frame>, Failure>;
}

/// A kind of video, by the file's first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Video {
    Y4m,
    /// JPEG pictures one after the other. A single one begins the same way: its name decides.
    Mjpeg,
    /// A container that `ffmpeg` reads.
    Container,
}

impl Video {
    /// What a file holds, if it is a video.
    pub(crate) fn of(start: &[u8], path: &Path) -> Option<Self> {
        let is_named = |names: &[&str]| {
            path.extension().is_some_and(|held| names.iter().any(|name| held.eq_ignore_ascii_case(name)))
        };
        let starts: [&[u8]; 6] =
            [b"\x1a\x45\xdf\xa3", b"OggS", b"FLV\x01", b"\0\0\x01\xba", b"\0\0\x01\xb3", b"\x30\x26\xb2\x75"];
        match start {
            _ if start.starts_with(b"YUV4MPEG2 ") => Some(Self::Y4m),
            [0xff, 0xd8, 0xff, ..] | [b'-', b'-', ..] if is_named(&["mjpeg", "mjpg"]) => Some(Self::Mjpeg),
            _ if starts.iter().any(|magic| start.starts_with(magic)) => Some(Self::Container),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => Some(Self::Container),
            // ISO media; its still pictures (HEIC, AVIF) are told apart by their brand.
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => {
                let is_still =
                    [b"heic", b"heix", b"mif1", b"avif"].iter().any(|still| brand.starts_with(*still));
                (!is_still).then_some(Self::Container)
            }
            [0x47, ..] if is_named(&["ts", "mts", "m2ts"]) => Some(Self::Container),
            _ => None,
        }
    }

    /// Opens it.
    ///
    /// # Errors
    /// If it cannot be read, or `ffmpeg` is wanted and is not installed.
    pub(crate) fn open(self, file: File, path: &Path) -> Result<Box<dyn Frames>, Failure> {
        let name = visible(&path.display().to_string());
        let bytes = BufReader::with_capacity(1 << 20, file);
        Ok(match self {
            Self::Y4m => Box::new(y4m::Y4m::new(bytes, &name)?),
            Self::Mjpeg => Box::new(mjpeg::Mjpeg::new(bytes, &name)),
            Self::Container => Box::new(ffmpeg::Decoded::new(path)?),
        })
    }
}

/// The texts of the codes in a frame; most frames hold none.
pub(crate) fn codes_in(frame: Frame, wanted: fn(&str) -> bool) -> picture::Glance {
    let unpack = move || match frame {
        Frame::Jpeg(bytes) => picture::unpack_jpeg(bytes),
        Frame::Grey(grey) => Some(grey),
    };
    picture::glance(unpack, wanted)
}

/// The video ends or breaks where it should not.
fn damaged(name: &str, zh: &str, en: &str) -> Failure {
    Failure::new(Exit::NoCode, format!("{name}：{zh}"), format!("{name}: {en}"))
        .hint("请重新保存或重拍视频。", "save or take the video again")
}

fn failed(name: &str, error: &io::Error) -> Failure {
    Failure::unreadable(Exit::Io, name, error)
}

/// The next byte without taking it; `None` at the end.
fn peeked(bytes: &mut impl BufRead) -> io::Result<Option<u8>> {
    Ok(bytes.fill_buf()?.first().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn videos_are_told_from_pictures_and_text() {
        for (start, name, want) in [
            (&b"YUV4MPEG2 W2 H2\n"[..], "a", Some(Video::Y4m)),
            (b"\xff\xd8\xff\xe0", "a.MJPEG", Some(Video::Mjpeg)),
            (b"--frame\r\n", "a.mjpg", Some(Video::Mjpeg)),
            (b"\xff\xd8\xff\xe0", "a.jpg", None),
            (b"\0\0\0\x18ftypisom", "a.mp4", Some(Video::Container)),
            (b"\0\0\0\x18ftypheic", "a.heic", None),
            (b"\x1a\x45\xdf\xa3", "a.webm", Some(Video::Container)),
            (b"RIFF\x10\0\0\0AVI LIST", "a.avi", Some(Video::Container)),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "a.webp", None),
            (b"\x47\x40\0\x10", "a.ts", Some(Video::Container)),
            (b"GREETINGS", "a.txt", None),
            (b"\x89PNG", "a.png", None),
            (b"EL1:ABC", "a.txt", None),
            (b"", "a.y4m", None),
        ] {
            assert_eq!(Video::of(start, Path::new(name)), want, "{name}");
        }
    }
}
