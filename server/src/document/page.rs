//! One page of an OFD file: texts, rules and filled shapes at places in millimetres.

use std::fmt::Write;

use super::font;

/// What is drawn on a page, in its order.
#[derive(Clone, Debug, Default)]
pub struct Page {
    objects: Vec<Object>,
    pictures: Vec<Drawn>,
}

/// One thing on a page; places and sizes in millimetres from its top left corner.
#[derive(Clone, Debug)]
pub(super) enum Object {
    Text { x: f32, y: f32, size: f32, text: String, grey: bool },
    Line { x: f32, y: f32, width: f32 },
    Frame { x: f32, y: f32, width: f32, height: f32 },
    Squares { x: f32, y: f32, side: f32, modules: usize, runs: Vec<(usize, usize, usize)> },
    Picture { x: f32, y: f32, width: f32, height: f32, at: usize },
}

/// A picture to be drawn.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// JPEG.
    pub content: Vec<u8>,
    /// Its width and height.
    pub pixels: (i64, i64),
}

/// How a text stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Begins there.
    Left,
    /// Has its middle there.
    Middle,
}

impl Page {
    /// A text of one line whose letters are `size` high and begin `y` below the page's top.
    pub fn text(&mut self, (x, y): (f32, f32), size: f32, align: Align, text: &str) {
        self.put_text((x, y), size, align, text, false);
    }

    /// The same, pale: a label.
    pub fn label(&mut self, (x, y): (f32, f32), size: f32, text: &str) {
        self.put_text((x, y), size, Align::Left, text, true);
    }

    fn put_text(&mut self, (x, y): (f32, f32), size: f32, align: Align, text: &str, grey: bool) {
        let x = match align {
            Align::Left => x,
            Align::Middle => x - font::width(text) * size / 2.0,
        };
        if !text.is_empty() {
            self.objects.push(Object::Text { x, y, size, text: text.to_owned(), grey });
        }
    }

    /// A text in as many lines as it needs within `width`; gives back where the next line would begin.
    pub fn paragraph(&mut self, (x, mut y): (f32, f32), size: f32, width: f32, text: &str) -> f32 {
        for line in lines(text, width / size) {
            self.text((x, y), size, Align::Left, &line);
            y += size * LINE;
        }
        y
    }

    /// A thin rule.
    pub fn line(&mut self, (x, y): (f32, f32), width: f32) {
        self.objects.push(Object::Line { x, y, width });
    }

    /// A thin frame.
    pub fn frame(&mut self, (x, y): (f32, f32), (width, height): (f32, f32)) {
        self.objects.push(Object::Frame { x, y, width, height });
    }

    /// A grid of `modules` × `modules` of which `runs` are black, each a row, its first column and its length.
    pub fn squares(
        &mut self,
        (x, y): (f32, f32),
        side: f32,
        modules: usize,
        runs: Vec<(usize, usize, usize)>,
    ) {
        self.objects.push(Object::Squares { x, y, side, modules, runs });
    }

    /// A picture, JPEG, as large as it can be within `room` without being bent; gives back its size.
    pub fn picture(&mut self, (x, y): (f32, f32), room: (f32, f32), picture: &Drawn) -> (f32, f32) {
        let (wide, high) = picture.pixels;
        let (wide, high) = (wide.max(1) as f32, high.max(1) as f32);
        let scale = (room.0 / wide).min(room.1 / high);
        let (width, height) = (wide * scale, high * scale);
        self.objects.push(Object::Picture { x, y, width, height, at: self.pictures.len() });
        self.pictures.push(picture.clone());
        (width, height)
    }

    /// The pictures on it, in the order they were drawn.
    pub(super) fn pictures(&self) -> &[Drawn] {
        &self.pictures
    }

    /// What is drawn on it, in its order.
    pub(super) fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// Every text on it.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.objects.iter().filter_map(|object| match object {
            Object::Text { text, .. } => Some(text.as_str()),
            _ => None,
        })
    }

    /// As the content of a layer; ids are counted from `first`, those of pictures first, and the next free one is given
    /// back.
    pub(super) fn xml(&self, first: u32, font: u32) -> (String, u32) {
        let mut out = String::new();
        let mut id = first + u32::try_from(self.pictures.len()).unwrap_or_default();
        for object in &self.objects {
            // Writing into a String does not fail.
            let _ = object.write(&mut out, id, font, first);
            id += 1;
        }
        (out, id)
    }
}

impl Object {
    fn write(&self, out: &mut String, id: u32, font: u32, first_picture: u32) -> std::fmt::Result {
        match self {
            Self::Text { x, y, size, text, grey } => {
                let width = font::width(text) * size + size;
                write!(
                    out,
                    "<ofd:TextObject ID=\"{id}\" Boundary=\"{x:.2} {y:.2} {width:.2} {:.2}\" Font=\"{font}\" Size=\"{size:.2}\">",
                    size * 1.3
                )?;
                if *grey {
                    out.push_str("<ofd:FillColor Value=\"96 96 96\"/>");
                }
                write!(out, "<ofd:TextCode X=\"0\" Y=\"{:.2}\"", size * 0.95)?;
                let mut deltas = text.chars().map(|c| font::advance(c) * size);
                let count = text.chars().count();
                if count > 1 {
                    out.push_str(" DeltaX=\"");
                    for (at, delta) in deltas.by_ref().take(count - 1).enumerate() {
                        write!(out, "{}{delta:.3}", if at == 0 { "" } else { " " })?;
                    }
                    out.push('"');
                }
                write!(out, ">{}</ofd:TextCode></ofd:TextObject>", escaped(text))
            }
            // The picture is one unit wide and high; its matrix makes it as large as it is to be.
            Self::Picture { x, y, width, height, at } => write!(
                out,
                "<ofd:ImageObject ID=\"{id}\" Boundary=\"{x:.2} {y:.2} {width:.2} {height:.2}\" \
                 CTM=\"{width:.2} 0 0 {height:.2} 0 0\" ResourceID=\"{}\"/>",
                u32::try_from(*at).unwrap_or_default() + first_picture
            ),
            Self::Line { x, y, width } => write!(
                out,
                "<ofd:PathObject ID=\"{id}\" Boundary=\"{x:.2} {y:.2} {width:.2} 0.3\" LineWidth=\"0.2\">\
                 <ofd:StrokeColor Value=\"160 160 160\"/><ofd:AbbreviatedData>M 0 0.1 L {width:.2} 0.1</ofd:AbbreviatedData></ofd:PathObject>"
            ),
            Self::Frame { x, y, width, height } => write!(
                out,
                "<ofd:PathObject ID=\"{id}\" Boundary=\"{x:.2} {y:.2} {width:.2} {height:.2}\" LineWidth=\"0.3\">\
                 <ofd:StrokeColor Value=\"120 120 120\"/><ofd:AbbreviatedData>M 0.2 0.2 L {0:.2} 0.2 L {0:.2} {1:.2} L 0.2 {1:.2} C\
                 </ofd:AbbreviatedData></ofd:PathObject>",
                width - 0.2,
                height - 0.2
            ),
            Self::Squares { x, y, side, modules, runs } => {
                let step = side / *modules as f32;
                write!(
                    out,
                    "<ofd:PathObject ID=\"{id}\" Boundary=\"{x:.2} {y:.2} {side:.2} {side:.2}\" Stroke=\"false\" Fill=\"true\">\
                     <ofd:FillColor Value=\"0 0 0\"/><ofd:AbbreviatedData>"
                )?;
                for (row, column, length) in runs {
                    let (left, top) = (*column as f32 * step, *row as f32 * step);
                    // Rows overlap by a hundredth: renderers leave white hairs between shapes that only touch.
                    let (right, bottom) = (left + *length as f32 * step, top + step + 0.01);
                    write!(
                        out,
                        "M {left:.3} {top:.3} L {right:.3} {top:.3} L {right:.3} {bottom:.3} L {left:.3} {bottom:.3} C "
                    )?;
                }
                out.push_str("</ofd:AbbreviatedData></ofd:PathObject>");
                Ok(())
            }
        }
    }
}

/// Cuts a text into lines of at most `width` times the size; between words where there are any.
fn lines(text: &str, width: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut pen = 0.0;
    for c in text.chars() {
        let advance = font::advance(c);
        if pen + advance > width && !line.is_empty() {
            // A word goes to the next line whole, unless it is the line.
            let rest = match line.rfind(' ') {
                Some(at) if c.is_ascii_graphic() && line.is_char_boundary(at + 1) => line.split_off(at + 1),
                _ => String::new(),
            };
            lines.push(std::mem::replace(&mut line, rest).trim_end().to_owned());
            pen = font::width(&line);
        }
        line.push(c);
        pen += advance;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Text as XML content or attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML 1.0 has no other control characters, not even written as numbers.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// From one line to the next, in parts of the size.
pub(super) const LINE: f32 = 1.5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_long_as_they_may_be_and_lose_nothing() {
        let text = "云溪市高新区科技大道一百二十三号创业大厦 B 座 1203 室";
        let cut = lines(text, 12.0);
        assert!(cut.len() > 1 && cut.iter().all(|line| font::width(line) <= 12.0), "{cut:?}");
        let without = |text: &str| text.replace(' ', "");
        assert_eq!(without(&cut.concat()), without(text));
        assert_eq!(lines("", 5.0), [""; 0]);
        assert_eq!(lines("abcdefghijklmnop", 2.0).concat(), "abcdefghijklmnop");
    }

    #[test]
    fn no_text_leaves_its_element() {
        assert_eq!(escaped("a<b>&\"\u{1}"), "a&lt;b&gt;&amp;&quot; ");
    }
}
