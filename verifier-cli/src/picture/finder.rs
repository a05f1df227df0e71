//! The codes in a picture that is black and white already.
//!
//! This is `rxing`'s own reader (the port of zxing-cpp's) put together from its parts once more, because as a whole it
//! cannot be stopped: on a picture full of what looks like the corners of codes it goes on for minutes.

use rxing::{
    common::{
        BitMatrix, DetectorRXingResult as _,
        cpp_essentials::{
            ConcentricPattern, FindLeftGuardBy, FixedPattern, GetPatternRowTP, IsPattern,
            LocateConcentricPattern, PatternRow, PatternView,
        },
    },
    point,
    qrcode::cpp_port::{
        decoder::Decode,
        detector::{FinderPatternSet, GenerateFinderPatternSets, SampleQR},
    },
};

use super::budget::Budget;

/// Most codes taken from one picture: a page of stickers; more is a trap for whoever reads the answers.
const MAX_CODES: usize = 64;

/// Most corners looked at, ten times those of a page of stickers: each further one is compared with all before it.
const MAX_CORNERS: usize = 10 * 3 * MAX_CODES;

/// Every third row: no corner of a code has a centre of fewer.
const ROWS: usize = 3;

/// Dark, light, dark, light, dark: a line through the middle of a corner.
const CORNER: FixedPattern<5, 7, false> = FixedPattern::new([1, 1, 3, 1, 1]);

/// The texts of all QR codes, without repetitions; those found so far when time is up.
pub(super) fn texts(matrix: &BitMatrix, budget: &Budget) -> Vec<String> {
    let mut corners = corners(matrix, budget);
    let (mut texts, mut used): (Vec<String>, Vec<ConcentricPattern>) = (vec![], vec![]);
    for set in GenerateFinderPatternSets(&mut corners) {
        if budget.is_spent() || texts.len() >= MAX_CODES {
            break;
        }
        let FinderPatternSet { bl, tl, tr } = set;
        if [bl, tl, tr].iter().any(|corner| used.contains(corner)) {
            continue;
        }
        let Ok(sampled) = SampleQR(matrix, &set) else { continue };
        let Ok(decoded) = Decode(sampled.getBits()) else { continue };
        if decoded.isValid() {
            used.extend([bl, tl, tr]);
            let text = decoded.text();
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
    }
    texts
}

/// What looks like the corner of a code.
pub(super) fn corners(matrix: &BitMatrix, budget: &Budget) -> Vec<ConcentricPattern> {
    let mut found: Vec<ConcentricPattern> = vec![];
    let mut row = PatternRow::default();
    for y in (ROWS as u32 - 1..matrix.height()).step_by(ROWS) {
        if budget.is_spent() {
            break;
        }
        GetPatternRowTP(matrix, y, &mut row, false);
        let mut rest = PatternView::new(&row);
        while let Ok(corner) = FindLeftGuardBy::<5, _>(rest, 5, is_corner) {
            if !corner.isValid() || found.len() >= MAX_CORNERS {
                break;
            }
            let middle = corner.pixelsInFront() as f32
                + f32::from(corner[0])
                + f32::from(corner[1])
                + f32::from(corner[2]) / 2.;
            let middle = point(middle, y as f32 + 0.5);
            let is_new =
                !found.iter().any(|old| rxing::Point::distance(middle, old.p) < old.size as f32 / 2.);
            if is_new {
                let range = corner.iter().map(i32::from).sum::<i32>() * 3;
                found.extend(LocateConcentricPattern::<true, 5, 7>(matrix, &CORNER.into(), middle, range));
            }
            rest = corner;
            rest.skipPair();
            rest.skipPair();
            rest.extend();
        }
    }
    found
}

fn is_corner(view: &PatternView<'_>, space: Option<f32>) -> bool {
    let [outer, inner, centre, inner_after, outer_after]: [u16; 5] = std::array::from_fn(|at| view[at]);
    centre >= 3
        && centre / 2 >= outer.max(outer_after)
        && centre >= inner.max(inner_after)
        && IsPattern::<true, 5, 7, false>(view, &CORNER, space, 0.1, 0., 0.) != 0.
}
