//! The page of a licence: its card if the kind has a drawing of it, else its fields; below it what holds for all.

use liangzheng_core::time::{Day, UnixTime};
use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode};

use super::ofd::{Place, WIDTH};
use super::page::{Align, Drawn, LINE, Page};
use crate::domain::catalogue::kind::{Drawing, Element, Template};

/// What stands on a licence, in words.
#[derive(Clone, Debug)]
pub struct Face<'a> {
    /// What the kind is called.
    pub title: &'a str,
    /// The licence's identifier.
    pub identifier: &'a str,
    /// Key, label and value of each field, in the order they are read.
    pub fields: &'a [(String, String, String)],
    /// Fields that are pictures, by their key.
    pub pictures: &'a [(String, Drawn)],
    /// First and last day.
    pub valid: (Day, Option<Day>),
    /// The units whose seals it bears, the issuing one first.
    pub units: &'a [String],
    /// When it was issued.
    pub issued: Day,
    /// How its card is drawn.
    pub template: Option<&'a Template>,
    /// The code for the printed copy, and until when it counts.
    pub code: Option<(&'a str, UnixTime)>,
}

/// Draws the page; gives it back with the places of the seals, in the order of the units.
pub fn draw(face: &Face<'_>) -> Result<(Page, Vec<Place>), QrError> {
    let mut page = Page::default();
    let middle = WIDTH / 2.0;
    page.frame((8.0, 8.0), (WIDTH - 16.0, 281.0));
    page.text((middle, 24.0), fitting(face.title, 9.0, 170.0), Align::Middle, face.title);
    page.text((middle, 38.0), 3.6, Align::Middle, &format!("证照标识 {}", face.identifier));
    page.line((LEFT, 46.0), WIDTH - 2.0 * LEFT);
    let mut y = match face.template {
        Some(template) => card(&mut page, face, template),
        None => fields(&mut page, face, 52.0),
    };
    y = y.max(60.0);
    page.label((LEFT, y), LABEL, "有效期限");
    page.text((VALUES, y), VALUE, Align::Left, &period(face.valid));
    let bottom = SEALS_AT.max(y + 14.0);
    let places = signatures(&mut page, face, bottom);
    if let Some((text, until)) = face.code {
        code(&mut page, text, until)?;
    }
    page.label((LEFT, 279.0), 2.8, "本证照依据电子签名加盖电子印章；效力以联网核验的当前状态为准。");
    Ok((page, places))
}

/// Says of a page that is to be a PDF what it is not.
pub fn mark_view_copy(page: &mut Page) {
    page.text(
        (LEFT, 12.0),
        3.2,
        Align::Left,
        "查看件（View copy）：不含电子印章，不作为凭证，以 OFD 证照文件和联网核验为准。",
    );
}

/// Says of a page that is to be printed for somebody what it is.
pub fn mark_annotated(page: &mut Page, number: &str) {
    page.text(
        (LEFT, 12.0),
        3.2,
        Align::Left,
        &format!("加注件 {number}（Registered copy）：限所注用途使用，以扫描打印件核验码的结果为准。"),
    );
}

/// Label and value, one below the other.
fn fields(page: &mut Page, face: &Face<'_>, mut y: f32) -> f32 {
    // Many fields are set smaller, so that all stay above the seals.
    let size = (130.0 / (face.fields.len().max(1) as f32 * 2.2)).clamp(2.6, VALUE);
    for (key, label, value) in face.fields {
        page.label((LEFT, y), fitting(label, size * 0.95, VALUES - LEFT - 3.0), label);
        if let Some(picture) = face.picture(key) {
            let (_, height) = page.picture((VALUES, y), PICTURE, picture);
            y += height + size * 0.6;
            continue;
        }
        let next = page.paragraph((VALUES, y), size, WIDTH - VALUES - LEFT, value);
        y = next.max(y + size * LINE) + size * 0.6;
    }
    y
}

/// The card as its unit drew it, twice its size.
fn card(page: &mut Page, face: &Face<'_>, template: &Template) -> f32 {
    let (left, top) = ((WIDTH - CARD.0) / 2.0, 52.0);
    page.frame((left, top), CARD);
    for element in &template.elements {
        let at = (left + f32::from(element.x) * SCALE, top + f32::from(element.y) * SCALE);
        let (width, height) = (f32::from(element.width) * SCALE, f32::from(element.height) * SCALE);
        let field = || face.fields.iter().find(|(key, ..)| Some(key) == element.key.as_ref());
        match element.draw {
            Drawing::Title => page.text(at, fitting(face.title, height, width), Align::Left, face.title),
            Drawing::Label => {
                if let Some((_, label, _)) = field() {
                    page.label(at, fitting(label, height, width), label);
                }
            }
            Drawing::Value => {
                if let Some((_, _, value)) = field() {
                    page.paragraph(at, height, width, value);
                }
            }
            Drawing::Line => page.line(at, width),
            Drawing::Image => {
                if let Some(picture) = element.key.as_deref().and_then(|key| face.picture(key)) {
                    page.picture(at, (width, height), picture);
                }
            }
            // The seal is set beside the unit's name.
            Drawing::Seal => {}
        }
    }
    let missing: Vec<_> = face.fields.iter().filter(|(key, ..)| !is_drawn(template, key)).cloned().collect();
    let rest = Face { fields: &missing, ..face.clone() };
    fields(page, &rest, top + CARD.1 + 8.0)
}

impl Face<'_> {
    fn picture(&self, key: &str) -> Option<&Drawn> {
        self.pictures.iter().find(|(known, _)| known == key).map(|(_, picture)| picture)
    }
}

fn is_drawn(template: &Template, key: &str) -> bool {
    let shows = |element: &Element| {
        matches!(element.draw, Drawing::Value | Drawing::Image) && element.key.as_deref() == Some(key)
    };
    template.elements.iter().any(shows)
}

/// Names of the units with the day of issue, and the places of their seals over them.
fn signatures(page: &mut Page, face: &Face<'_>, top: f32) -> Vec<Place> {
    let count = face.units.len().max(1) as f32;
    // Side by side from the right; smaller if they are many.
    let side = (SEAL).min((WIDTH - 2.0 * LEFT - 50.0) / count);
    let day = chinese(face.issued);
    face.units
        .iter()
        .enumerate()
        .map(|(at, unit)| {
            let middle = WIDTH - LEFT - side * (at as f32 + 0.5) - if count > 1.0 { 0.0 } else { 10.0 };
            page.text((middle, top + side * 0.42), fitting(unit, 4.0, side * 1.5), Align::Middle, unit);
            page.text((middle, top + side * 0.62), 3.6, Align::Middle, &day);
            (middle - side / 2.0, top, side, side)
        })
        .collect()
}

/// The code for the printed copy with its stated life (R19). Error correction M: paper is folded and stained.
fn code(page: &mut Page, text: &str, until: UnixTime) -> Result<(), QrError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let colors = code.to_colors();
    let mut runs = Vec::new();
    for (row, modules) in colors.chunks(code.width()).enumerate() {
        let mut column = 0;
        while column < modules.len() {
            let length = modules[column..].iter().take_while(|color| **color == Color::Dark).count();
            if length > 0 {
                runs.push((row, column, length));
            }
            column += length.max(1);
        }
    }
    page.squares((LEFT, 272.0 - CODE), CODE, code.width(), runs);
    page.text((LEFT + CODE + 3.0, 260.0), 3.2, Align::Left, "打印件核验码");
    page.text((LEFT + CODE + 3.0, 266.0), 3.2, Align::Left, &format!("有效至 {}", moment(until)));
    Ok(())
}

fn period((from, to): (Day, Option<Day>)) -> String {
    format!("{} 至 {}", chinese(from), to.map_or_else(|| "长期".into(), chinese))
}

/// `2026年11月22日`
fn chinese(day: Day) -> String {
    let text = day.to_text();
    let part = |range: std::ops::Range<usize>| {
        text.get(range).unwrap_or_default().trim_start_matches('0').to_owned()
    };
    format!("{}年{}月{}日", text.get(..4).unwrap_or_default(), part(4..6), part(6..8))
}

/// The last second before `until`, as a clock in China shows it.
fn moment(until: UnixTime) -> String {
    let last = UnixTime(until.0 - 1);
    let minutes = (last.0 + 8 * 3600).div_euclid(60).rem_euclid(24 * 60);
    format!("{} {:02}:{:02}", chinese(Day::of(last)), minutes / 60, minutes % 60)
}

/// The size, or a smaller one in which the text fits `width`.
fn fitting(text: &str, size: f32, width: f32) -> f32 {
    size.min(width / super::font::width(text).max(1.0))
}

const LEFT: f32 = 18.0;
const VALUES: f32 = 58.0;
const LABEL: f32 = 4.0;
const VALUE: f32 = 4.4;
/// Where seals begin, if the fields leave room.
const SEALS_AT: f32 = 205.0;
const SEAL: f32 = 42.0;
/// A picture beside its label: that of a passport, 35 × 45 mm, somewhat smaller.
const PICTURE: (f32, f32) = (60.0, 34.0);
/// ISO/IEC 7810 ID-1, twice.
const CARD: (f32, f32) = (171.2, 108.0);
const SCALE: f32 = 0.2;
/// A module is at least 0.5 mm, as printers and cameras need it.
const CODE: f32 = 58.0;
