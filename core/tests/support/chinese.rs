//! How Chinese is punctuated: in full width, in what people read of core and of the command line.

const HALF_WIDTH: &str = ",;:!?()";

/// The first mark of half width that stands beside Chinese, with what surrounds it; a blank between is no excuse. Marks
/// within a number, an address or a code (`EL1:`) stand beside Latin letters and are none of these. Curly quotes are the
/// other script's, wherever they stand.
pub(crate) fn slip(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let beside = |mut marks: &mut dyn Iterator<Item = &char>| {
        let next = (&mut marks).next();
        let next = if next == Some(&' ') { marks.next() } else { next };
        next.is_some_and(|c| is_chinese(*c))
    };
    let at = chars.iter().enumerate().position(|(at, c)| {
        matches!(c, '“' | '”')
            || HALF_WIDTH.contains(*c)
                && (beside(&mut chars[..at].iter().rev()) || beside(&mut chars[at + 1..].iter()))
    })?;
    Some(chars[at.saturating_sub(8)..(at + 8).min(chars.len())].iter().collect())
}

/// Han characters, and marks that only stand in Chinese.
fn is_chinese(c: char) -> bool {
    is_han(c) || "「」《》（）、。，；：！？".contains(c)
}

pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}')
}
