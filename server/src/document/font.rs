//! The font of licence files: outlines of its characters, and the small part of it that a file carries.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId, OutlineBuilder};
use write_fonts::FontBuilder;
use write_fonts::read::FontRef;
use write_fonts::tables::cmap::Cmap;
use write_fonts::types::{GlyphId as CmapGlyph, Tag};

/// The font cannot be read or cut down, which its tests exclude.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the embedded font does not serve")]
pub struct FontBroken;

/// What it is called in files.
pub const FAMILY: &str = "WenQuanYi Micro Hei";

/// Whether the font has a character.
pub fn has(c: char) -> bool {
    FACE.as_ref().is_some_and(|face| face.glyph_index(c).is_some())
}

/// How far a character takes the pen, in parts of its size.
pub fn advance(c: char) -> f32 {
    let Some(face) = FACE.as_ref() else { return 1.0 };
    let glyph = face.glyph_index(c).unwrap_or(GlyphId(0));
    let units = f32::from(face.units_per_em());
    face.glyph_hor_advance(glyph).map_or(1.0, |advance| f32::from(advance) / units)
}

/// How wide a text is, in parts of its size.
pub fn width(text: &str) -> f32 {
    text.chars().map(advance).sum()
}

/// Draws a character by its outline into `builder`, in units of which [`units_per_em`] make its size; y goes up.
pub fn outline(c: char, builder: &mut dyn OutlineBuilder) {
    if let Some(face) = FACE.as_ref()
        && let Some(glyph) = face.glyph_index(c)
    {
        face.outline_glyph(glyph, builder);
    }
}

/// See [`outline`].
pub fn units_per_em() -> f32 {
    FACE.as_ref().map_or(1000.0, |face| f32::from(face.units_per_em()))
}

/// The outlines of the characters of `texts` and no others, and the number of each: for PDF, whose pages name glyphs.
pub fn glyphs<'a>(
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<(Vec<u8>, BTreeMap<char, u16>), FontBroken> {
    let face = FACE.as_ref().ok_or(FontBroken)?;
    let characters: BTreeSet<char> = texts.into_iter().flat_map(str::chars).collect();
    let mut remapper = GlyphRemapper::new();
    let mut mapped = BTreeMap::new();
    for c in characters {
        if let Some(glyph) = face.glyph_index(c) {
            mapped.insert(c, remapper.remap(glyph.0));
        }
    }
    let bare = subsetter::subset(FONT, INDEX, &remapper).map_err(|_| FontBroken)?;
    Ok((bare, mapped))
}

/// A font with the characters of `texts` and no others, for a file to carry.
pub fn subset<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Vec<u8>, FontBroken> {
    let face = FACE.as_ref().ok_or(FontBroken)?;
    let (bare, glyphs) = glyphs(texts)?;
    let mapped = glyphs.into_iter().map(|(c, glyph)| (c, CmapGlyph::new(glyph.into())));
    // The subset is for PDF, whose pages name glyphs; pages of OFD name characters.
    let cmap = Cmap::from_mappings(mapped).map_err(|_| FontBroken)?;
    let mut builder = FontBuilder::new();
    builder.add_table(&cmap).map_err(|_| FontBroken)?;
    for tag in [*b"OS/2", *b"name"] {
        if let Some(table) = face.raw_face().table(ttf_parser::Tag::from_bytes(&tag)) {
            builder.add_raw(Tag::new(&tag), table);
        }
    }
    builder.add_raw(Tag::new(b"post"), NO_NAMES);
    builder.copy_missing_tables(FontRef::new(&bare).map_err(|_| FontBroken)?);
    Ok(builder.build())
}

/// The font itself.
const FONT: &[u8] = include_bytes!("../../../assets/fonts/wqy-microhei.ttc");
/// Of the collection: the proportional one.
const INDEX: u32 = 0;
/// A `post` table of version 3: no names of glyphs, upright, proportional.
const NO_NAMES: &[u8] = &[
    0, 3, 0, 0, 0, 0, 0, 0, 0xff, 0x9c, 0, 0x32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
];

static FACE: LazyLock<Option<Face<'static>>> = LazyLock::new(|| Face::parse(FONT, INDEX).ok());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subset_is_small_and_has_its_characters_and_no_others() {
        let texts = ["营业执照", "统一社会信用代码 91990100MA0000031K", "龘"];
        let font = subset(texts).unwrap();
        assert!(font.len() < 40_000, "{} bytes", font.len());
        let face = Face::parse(&font, 0).unwrap();
        for c in texts.concat().chars() {
            assert!(face.glyph_index(c).is_some(), "{c}");
            assert!(has(c), "{c}");
        }
        assert_eq!(face.glyph_index('国'), None);
        let (mut whole, mut part) = (Count(0), Count(0));
        outline('营', &mut whole);
        face.outline_glyph(face.glyph_index('营').unwrap(), &mut part);
        assert!(whole.0 > 20 && whole.0 == part.0, "the same outline");
        assert!((width("营业") - 2.0).abs() < 0.1);
    }

    struct Count(usize);

    impl OutlineBuilder for Count {
        fn move_to(&mut self, _: f32, _: f32) {
            self.0 += 1;
        }
        fn line_to(&mut self, _: f32, _: f32) {
            self.0 += 1;
        }
        fn quad_to(&mut self, _: f32, _: f32, _: f32, _: f32) {
            self.0 += 1;
        }
        fn curve_to(&mut self, _: f32, _: f32, _: f32, _: f32, _: f32, _: f32) {
            self.0 += 1;
        }
        fn close(&mut self) {}
    }
}
