//! HTML as a flat list of tags and texts.
//!
//! No tree is built: a page of a hostile or broken server then costs time in proportion to its
//! size, however its tags are nested.

use std::collections::BTreeMap;

use html5gum::{DefaultEmitter, HtmlString, Spanned, Token, Tokenizer};

/// A part of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A start tag.
    Open(Tag),
    /// An end tag, by its name in lower case.
    Close(String),
    /// Text with its character references resolved.
    Text(String),
}

/// A start tag with the attributes that the pages are read by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tag {
    /// Name in lower case.
    pub(super) name: String,
    /// Names of its classes, separated by spaces.
    pub(super) class: String,
    pub(super) href: Option<String>,
    /// Kind of an input field, in lower case.
    pub(super) input: String,
}

impl Tag {
    /// Returns whether the element has this class.
    pub(super) fn has_class(&self, class: &str) -> bool {
        self.class.split_ascii_whitespace().any(|own| own == class)
    }
}

/// Splits a page into its parts.
pub(super) fn pieces(html: &str) -> Vec<Piece> {
    let mut emitter = DefaultEmitter::default();
    // Without it the text of scripts and titles would be read as tags.
    emitter.naively_switch_states(true);
    let tokens = Tokenizer::new_with_emitter(html, emitter);
    // Reading from a text cannot fail.
    let pieces = tokens.flatten().filter_map(|token| match token {
        Token::StartTag(tag) => Some(Piece::Open(Tag {
            class: attribute(&tag.attributes, b"class").unwrap_or_default(),
            href: attribute(&tag.attributes, b"href"),
            input: attribute(&tag.attributes, b"type").unwrap_or_default().to_lowercase(),
            name: text(&tag.name),
        })),
        Token::EndTag(tag) => Some(Piece::Close(text(&tag.name))),
        Token::String(string) => Some(Piece::Text(text(&string.value))),
        Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => None,
    });
    pieces.collect()
}

fn attribute(
    attributes: &BTreeMap<HtmlString, Spanned<HtmlString, ()>>,
    name: &[u8],
) -> Option<String> {
    attributes.get(name).map(|value| text(&value.value))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_html_still_gives_tags_and_texts() {
        let found = pieces("<TD class='a b'>x &lt; &#229;<script>if (a<b) '</td>'</script><td");
        let Some(Piece::Open(tag)) = found.first() else { panic!("{found:?}") };
        assert!(tag.name == "td" && tag.has_class("b") && !tag.has_class("a b"), "{tag:?}");
        assert!(found.contains(&Piece::Text("x < å".to_owned())), "{found:?}");
        assert!(!found.contains(&Piece::Close("td".to_owned())), "{found:?}");
    }

    #[test]
    fn deeply_nested_page_is_split_in_linear_time() {
        let begun = std::time::Instant::now();
        assert_eq!(pieces(&"<div><p><b>".repeat(100_000)).len(), 300_000);
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    }
}
