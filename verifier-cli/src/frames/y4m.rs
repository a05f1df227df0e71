//! YUV4MPEG2: a line of text, then each frame's planes unpacked. Only brightness is read.

use std::io::{self, BufRead, Read};

use image::GrayImage;

use super::{Frame, Frames, MAX_PIXELS, damaged, failed};
use crate::error::Failure;

/// Longest header line in bytes; mjpegtools write under 100.
const MAX_HEADER: u64 = 1_024;

/// A video being read.
pub(super) struct Y4m<R> {
    bytes: R,
    name: String,
    width: u32,
    height: u32,
    /// Bytes of one brightness sample: 1, or 2 (little end first) beyond 8 bits.
    sample: usize,
    /// Bits to drop of a sample to be left with 8.
    surplus: u32,
    /// Bytes of a frame after its brightness.
    colour: u64,
}

impl<R: BufRead> Y4m<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// If it is none, or of a form that is not read here.
    pub(super) fn new(mut bytes: R, name: &str) -> Result<Self, Failure> {
        let header = line(&mut bytes).map_err(|error| failed(name, &error))?.unwrap_or_default();
        let bad = || damaged(name, "Y4M 文件头不正确", "the Y4M header is not right");
        let mut words = header.split(' ');
        if words.next() != Some("YUV4MPEG2") {
            return Err(bad());
        }
        let (mut width, mut height, mut space) = (0_u32, 0_u32, "420");
        for word in words {
            match word.split_at_checked(1) {
                Some(("W", value)) => width = value.parse().map_err(|_| bad())?,
                Some(("H", value)) => height = value.parse().map_err(|_| bad())?,
                Some(("C", value)) => space = value,
                _ => {}
            }
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 || pixels > MAX_PIXELS {
            return Err(bad());
        }
        let (planes, depth) = layout(space).ok_or_else(bad)?;
        let sample = if depth > 8 { 2 } else { 1 };
        let plane =
            |(across, down): (u32, u32)| u64::from(width.div_ceil(across)) * u64::from(height.div_ceil(down));
        let colour = planes.iter().copied().map(plane).sum::<u64>() * sample as u64;
        Ok(Self { bytes, name: name.into(), width, height, sample, surplus: depth - 8, colour })
    }

    fn brightness(&mut self) -> io::Result<Vec<u8>> {
        let pixels = self.width as usize * self.height as usize;
        let mut plane = vec![0; pixels * self.sample];
        self.bytes.read_exact(&mut plane)?;
        if self.sample == 2 {
            let narrow = |pair: &[u8]| {
                let value = pair.iter().rev().fold(0_u16, |value, byte| value << 8 | u16::from(*byte));
                u8::try_from(value >> self.surplus).unwrap_or(u8::MAX)
            };
            plane = plane.chunks_exact(2).map(narrow).collect();
        }
        let skipped = io::copy(&mut (&mut self.bytes).take(self.colour), &mut io::sink())?;
        if skipped < self.colour { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(plane) }
    }
}

impl<R: BufRead> Frames for Y4m<R> {
    fn next(&mut self) -> Result<Option<Frame>, Failure> {
        let Some(head) = line(&mut self.bytes).map_err(|error| failed(&self.name, &error))? else {
            return Ok(None);
        };
        let cut = |name: &str| damaged(name, "视频不完整", "the video is cut short");
        if head != "FRAME" && !head.starts_with("FRAME ") {
            return Err(cut(&self.name));
        }
        let plane = self.brightness().map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => cut(&self.name),
            _ => failed(&self.name, &error),
        })?;
        Ok(GrayImage::from_raw(self.width, self.height, plane).map(Frame::Grey))
    }
}

/// By how much each plane after the first is narrower and lower, and the bits of a sample.
fn layout(space: &str) -> Option<(&'static [(u32, u32)], u32)> {
    let (name, bits) = match space.strip_prefix("mono") {
        Some(bits) => ("mono", bits),
        None => {
            let (name, rest) = space.split_at_checked(3)?;
            // `420jpeg`, `420mpeg2`, `420paldv` only tell where the colour samples lie.
            (name, rest.strip_prefix('p').filter(|bits| bits.parse::<u32>().is_ok()).unwrap_or(""))
        }
    };
    let depth = if bits.is_empty() { 8 } else { bits.parse().ok()? };
    let planes: &[(u32, u32)] = match (name, space) {
        ("mono", _) => &[],
        (_, "444alpha") => &[(1, 1), (1, 1), (1, 1)],
        ("420", _) => &[(2, 2), (2, 2)],
        ("422", _) => &[(2, 1), (2, 1)],
        ("444", _) => &[(1, 1), (1, 1)],
        ("411", _) => &[(4, 1), (4, 1)],
        _ => return None,
    };
    (8..=16).contains(&depth).then_some((planes, depth))
}

/// A header line; `None` at the end of the file.
fn line(bytes: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    bytes.take(MAX_HEADER).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(bytes: &[u8]) -> (Vec<Vec<u8>>, Option<String>) {
        let mut found = vec![];
        let mut video = match Y4m::new(bytes, "x") {
            Ok(video) => video,
            Err(failure) => return (found, Some(failure.message.en.into())),
        };
        loop {
            match video.next() {
                Ok(Some(Frame::Grey(grey))) => found.push(grey.into_raw()),
                Ok(_) => return (found, None),
                Err(failure) => return (found, Some(failure.message.en.into())),
            }
        }
    }

    #[test]
    fn brightness_is_read_whatever_the_colours() {
        for (space, colour) in [
            ("", 4),
            (" C420jpeg", 4),
            (" C420paldv", 4),
            (" C422", 4),
            (" C444", 6),
            (" C444alpha", 9),
            (" C411", 2),
            (" Cmono", 0),
        ] {
            let width_three_high_one = format!("YUV4MPEG2 W3 H1 F10:1{space}\n");
            let mut bytes = width_three_high_one.into_bytes();
            for frame in [[1, 2, 3], [4, 5, 6]] {
                bytes.extend(b"FRAME Ip\n");
                bytes.extend(frame);
                bytes.extend(vec![0x80; colour]);
            }
            assert_eq!(frames(&bytes), (vec![vec![1, 2, 3], vec![4, 5, 6]], None), "{space}");
        }
        let deep = b"YUV4MPEG2 W2 H1 Cmono10\nFRAME\n\xff\x03\x00\x02";
        assert_eq!(frames(deep), (vec![vec![255, 128]], None));
    }

    #[test]
    fn what_is_no_whole_video_is_told() {
        for (bytes, good, want) in [
            (&b"YUV4MPEG2 W2 H1 Cmono\nFRAME\nab"[..], 1, None),
            (b"YUV4MPEG2 W2 H1 Cmono\nFRAME\nabFRAME\nc", 1, Some("x: the video is cut short")),
            (b"YUV4MPEG2 W2 H1 Cmono\nFRAME\nabXYZ\ncd", 1, Some("x: the video is cut short")),
            (b"YUV4MPEG2 W2 H1\nFRAME\nab", 0, Some("x: the video is cut short")),
            (b"YUV4MPEG2 W0 H1\n", 0, Some("x: the Y4M header is not right")),
            (b"YUV4MPEG2 W99999999 H99999999\n", 0, Some("x: the Y4M header is not right")),
            (b"YUV4MPEG2 W2 H1 C999\n", 0, Some("x: the Y4M header is not right")),
            (b"YUV4MPEG2 W2 H1 Cmono99\n", 0, Some("x: the Y4M header is not right")),
            (b"YUV4MPEG2 W2 H1 C\xff\xff\n", 0, Some("x: the Y4M header is not right")),
            (b"", 0, Some("x: the Y4M header is not right")),
        ] {
            let (found, error) = frames(bytes);
            assert_eq!((found.len(), error.as_deref()), (good, want), "{bytes:?}");
        }
    }
}
