//! A page as PDF (ISO 32000-1): the same objects as in the OFD file, with the part of the font that they need. For people
//! whose machine opens no OFD; it bears no seal, and is a view copy only.

use std::collections::BTreeMap;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::font::{self, FontBroken};
use super::ofd::{HEIGHT, WIDTH};
use super::page::{Object, Page};

/// The page as a file of its own; `marks` stand slanted across it, pale, beneath all else, again and again.
pub fn write(title: &str, page: &Page, marks: &[String]) -> Result<Vec<u8>, FontBroken> {
    let (bytes, glyphs) = font::glyphs(page.texts().chain(marks.iter().map(String::as_str)))?;
    let mut pdf = Pdf::new();
    pdf.catalog(CATALOG).pages(PAGES);
    pdf.pages(PAGES).kids([PAGE]).count(1);
    pdf.document_info(INFO).title(TextStr(title)).creator(TextStr("liangzheng"));
    let pictures: Vec<(String, Ref)> = (0..page.pictures().len())
        .zip(FIRST_PICTURE..)
        .map(|(at, id)| (format!("P{at}"), Ref::new(id)))
        .collect();

    let mut drawn = pdf.page(PAGE);
    drawn.parent(PAGES).media_box(Rect::new(0.0, 0.0, WIDTH * POINT, HEIGHT * POINT)).contents(CONTENT);
    let mut resources = drawn.resources();
    resources.fonts().pair(FONT_NAME, FONT);
    let mut named = resources.x_objects();
    for (name, id) in &pictures {
        named.pair(Name(name.as_bytes()), *id);
    }
    named.finish();
    resources.finish();
    drawn.finish();

    let mut content = Content::new();
    across(&mut content, marks, &glyphs);
    for object in page.objects() {
        draw(&mut content, object, &glyphs, &pictures);
    }
    let content = content.finish();
    pdf.stream(CONTENT, &content);
    for ((_, id), picture) in pictures.iter().zip(page.pictures()) {
        let (width, height) = picture.pixels;
        let mut image = pdf.image_xobject(*id, &picture.content);
        image.filter(Filter::DctDecode);
        image.width(i32::try_from(width).unwrap_or_default());
        image.height(i32::try_from(height).unwrap_or_default());
        image.color_space().device_rgb();
        image.bits_per_component(8);
    }
    write_font(&mut pdf, &bytes, &glyphs);
    Ok(pdf.finish())
}

/// Writes the lines of a mark in a slanted grid over the whole page.
fn across(content: &mut Content, marks: &[String], glyphs: &BTreeMap<char, u16>) {
    let (sin, cos) = SLANT.to_radians().sin_cos();
    let places = (0..MARK_ROWS).flat_map(|row| (0..MARK_COLUMNS).map(move |column| (row, column)));
    for (row, column) in places {
        for (line, text) in marks.iter().enumerate() {
            // Every second row begins further to the left, so that no strip of the page is without a mark.
            let x = 12.0 + column as f32 * MARK_STEP.0 - (row % 2) as f32 * 30.0;
            let y = 50.0 + row as f32 * MARK_STEP.1 + line as f32 * MARK_SIZE * 1.4;
            content.set_fill_gray(0.84);
            content.begin_text().set_font(FONT_NAME, MARK_SIZE * POINT);
            content.set_text_matrix([cos, sin, -sin, cos, x * POINT, (HEIGHT - y) * POINT]);
            content.show(Str(&codes(text, glyphs))).end_text();
        }
    }
}

/// A text as numbers of the font's glyphs.
fn codes(text: &str, glyphs: &BTreeMap<char, u16>) -> Vec<u8> {
    text.chars().flat_map(|c| glyphs.get(&c).copied().unwrap_or_default().to_be_bytes()).collect()
}

fn draw(content: &mut Content, object: &Object, glyphs: &BTreeMap<char, u16>, pictures: &[(String, Ref)]) {
    // From the top in millimetres to the bottom in points.
    let (right, up) = (|x: f32| x * POINT, |y: f32| (HEIGHT - y) * POINT);
    match object {
        Object::Text { x, y, size, text, grey } => {
            content.set_fill_gray(if *grey { 0.38 } else { 0.0 });
            content.begin_text().set_font(FONT_NAME, size * POINT);
            content.set_text_matrix([1.0, 0.0, 0.0, 1.0, right(*x), up(y + size * BASELINE)]);
            content.show(Str(&codes(text, glyphs))).end_text();
        }
        Object::Line { x, y, width } => {
            content.set_stroke_gray(0.63).set_line_width(0.2 * POINT);
            content.move_to(right(*x), up(*y)).line_to(right(x + width), up(*y)).stroke();
        }
        Object::Frame { x, y, width, height } => {
            content.set_stroke_gray(0.47).set_line_width(0.3 * POINT);
            content.rect(right(*x), up(y + height), width * POINT, height * POINT).stroke();
        }
        Object::Squares { x, y, side, modules, runs } => {
            let step = side / *modules as f32;
            // White, with its quiet zone, also where a mark lies beneath.
            let (quiet, whole) = (4.0 * step, side + 8.0 * step);
            content.set_fill_gray(1.0);
            content.rect(right(x - quiet), up(y + side + quiet), whole * POINT, whole * POINT).fill_nonzero();
            content.set_fill_gray(0.0);
            for (row, column, length) in runs {
                let (left, bottom) = (x + *column as f32 * step, y + (*row as f32 + 1.0) * step);
                content.rect(right(left), up(bottom), *length as f32 * step * POINT, step * POINT);
            }
            content.fill_nonzero();
        }
        Object::Picture { x, y, width, height, at } => {
            let Some((name, _)) = pictures.get(*at) else { return };
            let matrix = [width * POINT, 0.0, 0.0, height * POINT, right(*x), up(y + height)];
            content.save_state().transform(matrix).x_object(Name(name.as_bytes())).restore_state();
        }
    }
}

/// The part of the font, by the numbers of its glyphs, with a table by which text can be found and copied.
fn write_font(pdf: &mut Pdf, bytes: &[u8], glyphs: &BTreeMap<char, u16>) {
    let name = Name(b"LZHEIA+WenQuanYiMicroHei");
    let system = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
    pdf.type0_font(FONT)
        .base_font(name)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(CID_FONT)
        .to_unicode(UNICODE);
    let mut by_glyph: Vec<(u16, char)> = glyphs.iter().map(|(c, glyph)| (*glyph, *c)).collect();
    by_glyph.sort_unstable();
    let mut font = pdf.cid_font(CID_FONT);
    font.subtype(CidFontType::Type2).base_font(name).system_info(system).font_descriptor(DESCRIPTOR);
    font.default_width(1000.0).cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = font.widths();
    for (glyph, c) in &by_glyph {
        widths.consecutive(*glyph, [font::advance(*c) * 1000.0]);
    }
    widths.finish();
    font.finish();
    pdf.font_descriptor(DESCRIPTOR)
        .name(name)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(-100.0, -250.0, 1100.0, 1000.0))
        .italic_angle(0.0)
        .ascent(950.0)
        .descent(-250.0)
        .cap_height(730.0)
        .stem_v(80.0)
        .font_file2(FONT_FILE);
    let mut unicode = UnicodeCmap::new(Name(b"LZ-Unicode"), system);
    for (glyph, c) in by_glyph {
        unicode.pair(glyph, c);
    }
    let unicode = unicode.finish();
    pdf.cmap(UNICODE, &unicode);
    let length = i32::try_from(bytes.len()).unwrap_or_default();
    pdf.stream(FONT_FILE, bytes).pair(Name(b"Length1"), length);
}

/// Points of a millimetre.
const POINT: f32 = 72.0 / 25.4;
/// From a text's top to its baseline, in parts of its size: as in the OFD file.
const BASELINE: f32 = 0.95;
const FONT_NAME: Name<'static> = Name(b"F0");
const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const INFO: Ref = Ref::new(4);
const CONTENT: Ref = Ref::new(5);
const FONT: Ref = Ref::new(6);
const CID_FONT: Ref = Ref::new(7);
const DESCRIPTOR: Ref = Ref::new(8);
const FONT_FILE: Ref = Ref::new(9);
const UNICODE: Ref = Ref::new(10);
const FIRST_PICTURE: i32 = 11;
/// How a mark slants, in degrees.
const SLANT: f32 = 18.0;
/// How high its letters are, in millimetres.
const MARK_SIZE: f32 = 4.2;
/// From one mark to the next beside and below it, in millimetres.
const MARK_STEP: (f32, f32) = (95.0, 56.0);
/// As many as fill the page, and the slant beyond its foot and its side.
const MARK_ROWS: usize = 6;
const MARK_COLUMNS: usize = 3;
