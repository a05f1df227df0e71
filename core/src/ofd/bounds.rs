//! How much one XML file may ask of its reader, looked at before it is read.
//!
//! The reader compares each attribute of an element with all others, and looks through every namespace in scope for each
//! element; so a file of some kilobytes, packed, could hold a processor for minutes.

/// Whether no element has very many attributes and few namespaces are declared. What is no XML may pass: the reader
/// refuses it.
pub(super) fn is_bounded(text: &str) -> bool {
    let mut declared = 0_usize;
    let mut rest = text;
    while let Some((_, here)) = rest.split_once('<') {
        let apart = APART.iter().find_map(|(open, close)| here.strip_prefix(open).zip(Some(*close)));
        rest = if let Some((inside, close)) = apart {
            inside.split_once(close).map_or("", |(_, after)| after)
        } else {
            let tag = Tag::read(here);
            declared = declared.saturating_add(tag.text.matches("xmlns").count());
            if tag.attributes > MAX_ATTRIBUTES || declared > MAX_NAMESPACES {
                return false;
            }
            here.get(tag.text.len()..).unwrap_or_default()
        };
    }
    true
}

struct Tag<'a> {
    text: &'a str,
    attributes: usize,
}

impl<'a> Tag<'a> {
    /// What stands before the `>` that ends the tag; within quotes neither that nor `=` means anything.
    fn read(text: &'a str) -> Self {
        let (mut quote, mut attributes) = (None, 0_usize);
        let end = text.find(|c| {
            match (quote, c) {
                (None, '>') => return true,
                (None, '=') => attributes = attributes.saturating_add(1),
                (None, '"' | '\'') => quote = Some(c),
                (Some(open), _) if open == c => quote = None,
                _ => {}
            }
            false
        });
        Self { text: end.and_then(|end| text.get(..end)).unwrap_or(text), attributes }
    }
}

/// Comments, character data and instructions: what stands in them are no tags.
const APART: [(&str, &str); 3] = [("!--", "-->"), ("![CDATA[", "]]>"), ("?", "?>")];
/// GB/T 33190 knows no element with half as many.
const MAX_ATTRIBUTES: usize = 64;
/// In one file; it needs one.
const MAX_NAMESPACES: usize = 256;

#[cfg(test)]
mod tests {
    use alloc::{format, string::String};

    use super::is_bounded;

    #[test]
    fn attributes_and_namespaces_are_counted_where_they_stand() {
        let attributes = |n: usize| (0..n).map(|at| format!(" a{at}='>=='")).collect::<String>();
        let nested = |n: usize| "<a xmlns:x=\"u\">".repeat(n);
        assert!(is_bounded(&format!("<a{}/>", attributes(64)).repeat(9)));
        assert!(!is_bounded(&format!("<a/><a{}/>", attributes(65))));
        assert!(is_bounded(&nested(256)) && !is_bounded(&nested(257)));
        let apart = format!("<?xml a=1?><!-- <a{0}/> --><![CDATA[<a{0}/>]]>{0}", attributes(99));
        assert!(is_bounded(&apart));
        assert!(!is_bounded(&format!("{apart}<a{}/>", attributes(99))));
        for text in ["", "<", "<!--", "<a 'b>", "a=b=c", "<![CDATA["] {
            assert!(is_bounded(text), "{text}");
        }
    }
}
