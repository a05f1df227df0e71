//! JPEG pictures one after the other, as cameras write them, with or without text between them.

use std::io::{self, BufRead};

use super::{Frame, Frames, MAX_JPEG, damaged, failed, peeked};
use crate::error::Failure;

/// A video being read.
pub(super) struct Mjpeg<R> {
    bytes: R,
    name: String,
}

/// Why a picture could not be read to its end.
enum Fault {
    Io(io::Error),
    /// The file ends.
    CutShort,
    /// It is longer than any frame, or its parts contradict each other.
    Damaged,
}

impl<R: BufRead> Mjpeg<R> {
    pub(super) fn new(bytes: R, name: &str) -> Self {
        Self { bytes, name: name.into() }
    }

    /// Passes over what is between pictures; false at the end of the file.
    fn find_start(&mut self) -> io::Result<bool> {
        let mut last = 0;
        while let Some(byte) = peeked(&mut self.bytes)? {
            self.bytes.consume(1);
            if (last, byte) == (0xff, 0xd8) {
                return Ok(true);
            }
            last = byte;
        }
        Ok(false)
    }

    /// The rest of a picture whose first two bytes have been read. Segments are passed by their length, so a
    /// preview inside one does not end the picture.
    fn picture(&mut self) -> Result<Vec<u8>, Fault> {
        let mut picture = vec![0xff, 0xd8];
        let mut marker = self.marker(&mut picture)?;
        loop {
            marker = match marker {
                // The end.
                0xd9 => return Ok(picture),
                // Markers without a segment: restarts, and 01.
                0x01 | 0xd0..=0xd7 => self.marker(&mut picture)?,
                // A start inside a picture: what came before was cut short.
                0xd8 => {
                    picture.drain(..picture.len().saturating_sub(2));
                    self.marker(&mut picture)?
                }
                // A start of scan: its bits follow the segment.
                0xda => {
                    self.segment(&mut picture)?;
                    self.bits(&mut picture)?
                }
                0x00 => return Err(Fault::Damaged),
                _ => {
                    self.segment(&mut picture)?;
                    self.marker(&mut picture)?
                }
            };
        }
    }

    fn marker(&mut self, picture: &mut Vec<u8>) -> Result<u8, Fault> {
        if self.byte(picture)? == 0xff { self.after_ff(picture) } else { Err(Fault::Damaged) }
    }

    /// The byte after `FF`, of which any number may stand in a row.
    fn after_ff(&mut self, picture: &mut Vec<u8>) -> Result<u8, Fault> {
        loop {
            match self.byte(picture)? {
                0xff => {}
                byte => return Ok(byte),
            }
        }
    }

    fn segment(&mut self, picture: &mut Vec<u8>) -> Result<(), Fault> {
        let length = usize::from(self.byte(picture)?) << 8 | usize::from(self.byte(picture)?);
        for _ in 2..length {
            self.byte(picture)?;
        }
        if length < 2 { Err(Fault::Damaged) } else { Ok(()) }
    }

    /// Copies coded bits, in which `FF 00` is a byte and `FF D0` to `FF D7` are restarts; the next other marker.
    fn bits(&mut self, picture: &mut Vec<u8>) -> Result<u8, Fault> {
        loop {
            if self.byte(picture)? == 0xff {
                match self.after_ff(picture)? {
                    0x00 | 0xd0..=0xd7 => {}
                    marker => return Ok(marker),
                }
            }
        }
    }

    fn byte(&mut self, picture: &mut Vec<u8>) -> Result<u8, Fault> {
        if picture.len() >= MAX_JPEG {
            return Err(Fault::Damaged);
        }
        let byte = peeked(&mut self.bytes).map_err(Fault::Io)?.ok_or(Fault::CutShort)?;
        self.bytes.consume(1);
        picture.push(byte);
        Ok(byte)
    }
}

impl<R: BufRead> Frames for Mjpeg<R> {
    /// A damaged picture is passed over; the next one is found by how pictures begin.
    fn next(&mut self) -> Result<Option<Frame>, Failure> {
        while self.find_start().map_err(|error| failed(&self.name, &error))? {
            match self.picture() {
                Ok(picture) => return Ok(Some(Frame::Jpeg(picture))),
                Err(Fault::Damaged) => {}
                Err(Fault::CutShort) => {
                    return Err(damaged(&self.name, "视频不完整", "the video is cut short"));
                }
                Err(Fault::Io(error)) => return Err(failed(&self.name, &error)),
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of the right form: a segment that holds a whole small picture, two scans, `FF` in the bits.
    const PICTURE: &[u8] = b"\xff\xd8\xff\xe1\x00\x08\xff\xd8\xff\xd9ab\xff\xff\xda\x00\x03\x01bits\xff\x00\xff\xd3more\xff\xda\x00\x02last\xff\xd9";

    fn frames(bytes: &[u8]) -> (Vec<Vec<u8>>, bool) {
        let mut video = Mjpeg::new(bytes, "x");
        let mut found = vec![];
        loop {
            match video.next() {
                Ok(Some(Frame::Jpeg(picture))) => found.push(picture),
                Ok(_) => return (found, true),
                Err(_) => return (found, false),
            }
        }
    }

    #[test]
    fn pictures_are_taken_apart_by_their_segments() {
        for between in [&b""[..], b"\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n", b"\0\0"] {
            let video = [between, PICTURE, between, PICTURE, between].concat();
            assert_eq!(frames(&video), (vec![PICTURE.to_vec(), PICTURE.to_vec()], true));
        }
    }

    #[test]
    fn damage_costs_one_picture_and_a_cut_end_is_told() {
        let broken = b"\xff\xd8\xff\xe1\x00\x04ab12";
        assert_eq!(frames(&[broken, PICTURE].concat()), (vec![PICTURE.to_vec()], true));
        let unfinished = &PICTURE[..PICTURE.len() - 10];
        assert_eq!(frames(&[unfinished, PICTURE].concat()), (vec![PICTURE.to_vec()], true));
        assert_eq!(frames(&[PICTURE, unfinished].concat()), (vec![PICTURE.to_vec()], false));
        assert_eq!(frames(b"no picture at all"), (vec![], true));
        let endless = [&PICTURE[..20], &vec![b'x'; MAX_JPEG][..], PICTURE].concat();
        assert_eq!(frames(&endless), (vec![PICTURE.to_vec()], true));
    }
}
