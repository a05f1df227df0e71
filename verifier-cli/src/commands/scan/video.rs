//! The frames of a video: a code is judged when it comes into view, and not again while it stays.

use std::collections::HashMap;

use liangzheng_core::reading::cut_in_picture;

use super::Session;
use crate::{
    error::Failure,
    frames::{Frame, Frames, codes_in},
    input, picture, stop,
    words::Lang,
};

/// A code unseen for this many frames has gone; shown again it is judged again. Two seconds of a usual video, far
/// longer than a hand takes to hold still.
const GONE_AFTER: u64 = 60;

/// Foreign codes told of one video; a wall of advertisements must not bury the verdicts.
const MAX_FOREIGN: usize = 8;

/// Judges the codes of a video as they come into view. That it holds none, or breaks off, is told.
///
/// # Errors
/// If an answer cannot be told.
pub(super) fn run(session: &mut Session<'_>, mut frames: Box<dyn Frames>, name: &str) -> Result<(), Failure> {
    let mut in_view = InView::default();
    let mut last: Option<(Frame, Vec<String>)> = None;
    let (mut number, mut is_blank, mut is_slow) = (0, true, false);
    let mut foreign: Vec<String> = vec![];
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
        let texts = known.map_or_else(
            || {
                let seen = codes_in(frame.clone(), input::is_licence);
                is_slow |= seen.is_cut_short;
                seen.texts
            },
            |(_, texts)| texts,
        );
        for text in in_view.arrivals(number, &texts) {
            let lang = session.shell.lang;
            let source = match lang {
                Lang::Zh => format!("{name} 第 {number} 帧"),
                Lang::En => format!("{name} frame {number}"),
            };
            if input::is_licence(&text) {
                is_blank = false;
                session.answer(&Ok(cut_in_picture(&text).to_owned()), Some(&source), None)?;
            } else if foreign.len() < MAX_FOREIGN && !foreign.contains(&text) {
                input::tell_beside(lang, &source, &text);
                foreign.push(text);
            }
        }
        last = Some((frame, texts));
    }
    match (is_blank, is_slow) {
        (true, true) => session.unread(&picture::too_slow(name)),
        (true, false) => session.unread(&input::foreign(name, &foreign)),
        (false, _) => {}
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
