//! The picture of a unit's seal: a red ring, a star, the unit's name along the ring, a line below; at most 4 KB.

use std::f32::consts::PI;

use tiny_skia::{FillRule, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};
use ttf_parser::OutlineBuilder;

use super::font;

/// The picture could not be drawn or does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the seal's picture does not fit 4 KB")]
pub struct PictureTooLarge;

/// Draws the seal of the unit called `name`; PNG, transparent where no ink is.
pub fn draw(name: &str, below: &str) -> Result<Vec<u8>, PictureTooLarge> {
    let sizes = [240, 200, 160, 128].iter();
    let drawn = sizes.filter_map(|size| png(&ink(name, below, *size)?, *size));
    drawn.into_iter().find(|file| file.len() <= MAX_PICTURE).ok_or(PictureTooLarge)
}

/// How much ink each pixel has, 0 to 3.
fn ink(name: &str, below: &str, size: u16) -> Option<Vec<u8>> {
    let side = f32::from(size);
    let mut canvas = Pixmap::new(size.into(), size.into())?;
    let mut paint = Paint::default();
    paint.set_color_rgba8(0, 0, 0, 255);
    let middle = side / 2.0;
    let ring = PathBuilder::from_circle(middle, middle, middle * 0.95)?;
    let stroke = Stroke { width: side * 0.022, ..Stroke::default() };
    canvas.stroke_path(&ring, &paint, &stroke, Transform::identity(), None);
    canvas.fill_path(&star(middle, middle * 0.27)?, &paint, FillRule::Winding, Transform::identity(), None);
    for (path, place) in along_ring(name, side).chain(in_line(below, side)) {
        canvas.fill_path(&path, &paint, FillRule::Winding, place, None);
    }
    Some(canvas.pixels().iter().map(|pixel| ((u16::from(pixel.alpha()) * 3 + 127) / 255) as u8).collect())
}

/// A five-pointed star around the middle.
fn star(middle: f32, radius: f32) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for point in 0_u8..10 {
        let reach = if point % 2 == 0 { radius } else { radius * 0.382 };
        let angle = f32::from(point) * PI / 5.0;
        let (x, y) = (middle + reach * angle.sin(), middle - reach * angle.cos());
        if point == 0 { builder.move_to(x, y) } else { builder.line_to(x, y) }
    }
    builder.close();
    builder.finish()
}

/// The characters of the name along the upper three quarters of the ring, feet inwards.
fn along_ring(name: &str, side: f32) -> impl Iterator<Item = (Path, Transform)> {
    let letters: Vec<char> = name.chars().filter(|c| !c.is_whitespace()).take(MAX_LETTERS).collect();
    let count = letters.len().max(1) as f32;
    let sweep = (count * 0.34).min(1.5 * PI);
    // As wide as its share of the arc, and not wider than looks well.
    let radius = side * 0.5 * 0.88;
    let size = (radius * 0.82 * sweep / count).min(side * 0.145);
    letters.into_iter().enumerate().filter_map(move |(at, c)| {
        let angle = if count < 2.0 { 0.0 } else { sweep * (at as f32 / (count - 1.0) - 0.5) };
        let scale = size / font::units_per_em();
        let place = Transform::from_translate(
            -font::units_per_em() * font::advance(c) / 2.0,
            -font::units_per_em() * 0.88,
        )
        .post_scale(scale, -scale)
        .post_translate(0.0, -radius)
        .post_rotate(angle.to_degrees())
        .post_translate(side / 2.0, side / 2.0);
        Some((glyph(c)?, place))
    })
}

/// A short line below the star.
fn in_line(text: &str, side: f32) -> impl Iterator<Item = (Path, Transform)> {
    let letters: Vec<char> = text.chars().take(12).collect();
    let total: f32 = letters.iter().map(|c| font::advance(*c)).sum();
    let size = (side * 0.5 / total.max(1.0)).min(side * 0.1);
    let mut pen = side / 2.0 - size * total / 2.0;
    letters.into_iter().filter_map(move |c| {
        let scale = size / font::units_per_em();
        let place = Transform::from_scale(scale, -scale).post_translate(pen, side * 0.78);
        pen += size * font::advance(c);
        Some((glyph(c)?, place))
    })
}

fn glyph(c: char) -> Option<Path> {
    let mut outline = Outline(PathBuilder::new());
    font::outline(c, &mut outline);
    outline.0.finish()
}

struct Outline(PathBuilder);

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}

/// Four colours of two bits: none, and three depths of red.
fn png(ink: &[u8], size: u16) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, size.into(), size.into());
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Two);
    encoder.set_palette(RED.repeat(4));
    encoder.set_trns([0, 96, 176, 255].as_slice());
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let rows = ink.chunks(size.into()).flat_map(|row| {
        row.chunks(4)
            .map(|four| four.iter().enumerate().fold(0, |byte, (at, pixel)| byte | pixel << (6 - 2 * at)))
    });
    let packed: Vec<u8> = rows.collect();
    encoder.write_header().ok()?.write_image_data(&packed).ok()?;
    Some(file)
}

const RED: [u8; 3] = [0xd0, 0x10, 0x18];
/// The seal is the larger part of what is kept of a sealed document.
const MAX_PICTURE: usize = 4096;
/// More than any unit's name on a ring.
const MAX_LETTERS: usize = 28;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_short_and_long_names_fit_and_show_ink() {
        for name in
            ["局", "云溪市市场监督管理局", "九岳省云溪市高新技术产业开发区行政审批服务局办公室专用机构"]
        {
            let file = draw(name, "电子证照专用章").unwrap();
            assert!(file.len() <= MAX_PICTURE, "{name}: {} bytes", file.len());
            let picture = image::load_from_memory(&file).unwrap().into_rgba8();
            let dark = picture.pixels().filter(|pixel| pixel.0[3] == 255).count();
            let all = (picture.width() * picture.height()) as usize;
            assert!(dark > all / 25 && dark < all / 2, "{name}: {dark} of {all}");
        }
    }
}
