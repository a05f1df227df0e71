//! The frames of a video: a code is judged when it comes into view, and not again while it stays.

use std::collections::HashMap;

use super::Session;
use crate::{
    error::Failure,
    frames::{Frame, Frames, codes_in},
    picture, stop,
    words::Lang,
};

/// A code unseen for this many frames has gone; shown again it is judged again. Two seconds of a usual video, far
/// longer than a hand takes to hold still.
const GONE_AFTER: u64 = 60;

/// Judges the codes of a video as they come into view. That it holds none, or breaks off, is told.
///
/// # Errors
/// If an answer cannot be told.
pub(super) fn run(session: &mut Session<'_>, mut frames: Box<dyn Frames>, name: &str) -> Result<(), Failure> {
    let mut in_view = InView::default();
    let mut last: Option<(Frame, Vec<String>)> = None;
    let (mut number, mut is_blank) = (0, true);
    while !stop::is_asked() {
        let frame = match frames.next() {
            Ok(Some(frame)) => frame,
            Ok(None) => break,
            Err(failure) => {
                session.unread(&failure);
                return Ok(());
            }
        };
        number += 1;
        // A picture that stands still is read once.
        let known = last.take().filter(|(held, _)| *held == frame);
        let texts = known.map_or_else(|| codes_in(frame.clone()), |(_, texts)| texts);
        for text in in_view.arrivals(number, &texts) {
            is_blank = false;
            let source = match session.shell.lang {
                Lang::Zh => format!("{name} 第 {number} 帧"),
                Lang::En => format!("{name} frame {number}"),
            };
            session.answer(&Ok(text), Some(&source), None)?;
        }
        last = Some((frame, texts));
    }
    if is_blank {
        session.unread(&picture::no_code(name));
    }
    Ok(())
}

/// The codes in view, each with the frame in which it was seen last.
#[derive(Default)]
struct InView(HashMap<String, u64>);

impl InView {
    /// Those of frame `number` that were not in view.
    fn arrivals(&mut self, number: u64, texts: &[String]) -> Vec<String> {
        self.0.retain(|_, seen| number - *seen <= GONE_AFTER);
        texts.iter().filter(|text| self.0.insert((*text).clone(), number).is_none()).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_in_view_is_one_arrival() {
        let mut view = InView::default();
        let (a, b, both) = (["A".to_owned()], ["B".to_owned()], ["A".to_owned(), "B".to_owned()]);
        assert_eq!(view.arrivals(1, &a), ["A"]);
        assert_eq!(view.arrivals(2, &both), ["B"]);
        assert_eq!(view.arrivals(3, &[]), [""; 0]);
        assert_eq!(view.arrivals(60, &b), [""; 0]);
        assert_eq!(view.arrivals(63, &a), ["A"], "gone for 61 frames");
        assert_eq!(view.arrivals(120, &b), [""; 0]);
        assert_eq!(view.0.len(), 2);
    }
}
