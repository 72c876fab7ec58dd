//! Reader of the stock help pages of ASP.NET Web API: the index, the page of one request, and the
//! page of one type. Headings may be translated, so pages are read by their classes and structure.

use serde_json::Value;

use super::{
    description::{EnumValue, SampleForm},
    tokens::{Piece, Tag, pieces},
};
use crate::trio::dictionary::value::normalized;

/// Characters of a name at most.
const LONGEST_NAME: usize = 64;
/// Characters of the vendor's words at most that are kept.
const LONGEST_WORDS: usize = 300;
/// Envelopes around an item at most: the answer's, and one of the item's own (assumption A1).
const ENVELOPES: usize = 3;

/// A request on the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::trio) struct IndexEntry {
    /// Method and path, such as `GET cc/{ccid}/agents`.
    pub(in crate::trio) request: String,
    pub(in crate::trio) href: String,
}

/// The page of one request.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::trio) struct RequestPage {
    /// Type of the response.
    pub(in crate::trio) response: PageType,
    /// Members of that type, or of its items.
    pub(in crate::trio) members: Vec<PageMember>,
    /// Item of the sample response.
    pub(in crate::trio) sample: Option<serde_json::Map<String, Value>>,
}

/// The page of one type.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::trio) enum TypePage {
    Members(Vec<PageMember>),
    Values(Vec<EnumValue>),
}

/// A row of a table of members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::trio) struct PageMember {
    pub(in crate::trio) name: String,
    pub(in crate::trio) words: String,
    pub(in crate::trio) kind: PageType,
}

/// A type as a page writes it: words, and the link to the page of the type if it has one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::trio) struct PageType {
    pub(in crate::trio) text: String,
    pub(in crate::trio) link: Option<TypeLink>,
}

/// A link to the page of a type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::trio) struct TypeLink {
    pub(in crate::trio) name: String,
    pub(in crate::trio) href: String,
}

impl PageType {
    /// Returns true for several values of a type. The words before the link may be in any language.
    pub(in crate::trio) fn is_collection(&self) -> bool {
        match &self.link {
            // `Dictionary of … and X [value]` goes on after the link.
            Some(link) => self.text != link.name && self.text.ends_with(&link.name),
            None => self.text.starts_with("Collection of "),
        }
    }

    /// Returns true if the type tells nothing about the answer.
    // The stock generator writes the declared type of the method, and these hide the real one.
    pub(in crate::trio) fn is_undescribed(&self) -> bool {
        let name = self.link.as_ref().map_or(self.text.trim(), |link| link.name.trim());
        matches!(name, "" | "HttpResponseMessage" | "IHttpActionResult" | "Object")
    }
}

/// Reads the index; `None` if the page is no index.
pub(in crate::trio) fn index(html: &str) -> Option<Vec<IndexEntry>> {
    let pieces = pieces(html);
    let mut entries = Vec::new();
    let mut is_there = false;
    let mut in_cell = false;
    let mut open: Option<IndexEntry> = None;
    for piece in &pieces {
        match piece {
            Piece::Open(tag) if tag.name == "table" => is_there |= tag.has_class(TABLE),
            Piece::Open(tag) if tag.name == "td" => in_cell = tag.has_class("api-name"),
            Piece::Open(Tag { name, href: Some(href), .. }) if name == "a" && in_cell => {
                open = Some(IndexEntry { request: String::new(), href: href.clone() });
            }
            Piece::Text(text) => {
                if let Some(entry) = &mut open {
                    entry.request.push_str(text);
                }
            }
            Piece::Close(name) if matches!(name.as_str(), "a" | "td" | "tr") => {
                if let Some(mut entry) = open.take() {
                    entry.request = words(&entry.request, usize::MAX);
                    entries.push(entry);
                }
            }
            _ => {}
        }
    }
    is_there.then_some(entries)
}

/// Class of every table of the stock pages; the error view has none.
const TABLE: &str = "help-page-table";

/// Reads the page of one request; `None` if the page is none, such as the error view.
pub(in crate::trio) fn request_page(html: &str) -> Option<RequestPage> {
    let pieces = pieces(html);
    let response = &pieces[response_section(&pieces)?..];
    // The type is written between the section's headings and its first table or next heading.
    let type_ends = response.iter().skip(1).position(is_table).map(|at| at + 1);
    let samples = samples_heading(response);
    let before = |at: Option<usize>| at.unwrap_or(response.len());
    let table = type_ends.filter(|at| *at < before(samples));
    let head = &response[..before(table).min(before(samples))];
    let members = table.map(|at| members(&response[at..])).unwrap_or_default();
    let sample = response.iter().enumerate().filter(|(_, piece)| is_open(piece, "pre"));
    let sample = sample.map(|(at, _)| text_until(&response[at + 1..], "pre"));
    let sample = sample.filter_map(|text| serde_json::from_str(&text).ok()).find_map(item);
    Some(RequestPage { response: response_type(head), members, sample })
}

/// Position of the heading of the response's section: the one with the stock words, else the last
/// of two.
fn response_section(pieces: &[Piece]) -> Option<usize> {
    let headings = pieces.iter().enumerate().filter(|(_, piece)| is_open(piece, "h2"));
    let headings: Vec<usize> = headings.map(|(at, _)| at).collect();
    let stock = |at: &usize| {
        text_until(&pieces[at + 1..], "h2").trim().eq_ignore_ascii_case("Response Information")
    };
    let last = || headings.last().copied().filter(|_| headings.len() >= 2);
    headings.iter().copied().find(stock).or_else(last)
}

/// Position of the heading of the sample responses: the second `h3` of the section.
fn samples_heading(response: &[Piece]) -> Option<usize> {
    response.iter().enumerate().filter(|(_, piece)| is_open(piece, "h3")).nth(1).map(|(at, _)| at)
}

/// Type of the response, from the pieces before its table.
fn response_type(head: &[Piece]) -> PageType {
    // The vendor's words about the response stand in a paragraph of their own, the type in none.
    let mut kind = PageType::default();
    let (mut skipped, mut in_link) = (0_usize, false);
    for piece in head {
        match piece {
            Piece::Open(tag) if SKIPPED.contains(&tag.name.as_str()) => skipped += 1,
            Piece::Close(name) if SKIPPED.contains(&name.as_str()) => {
                skipped = skipped.saturating_sub(1);
            }
            _ if skipped > 0 => {}
            piece => kind.add(piece, &mut in_link),
        }
    }
    kind.finish()
}

/// Elements of the head of the response's section that hold no part of the type.
const SKIPPED: [&str; 3] = ["h2", "h3", "p"];

impl PageType {
    /// Adds a part of a cell or section that holds a type.
    fn add(&mut self, piece: &Piece, in_link: &mut bool) {
        match piece {
            // Of `Dictionary of A [key] and B [value]` the first is enough to see that it is no
            // simple type.
            Piece::Open(Tag { name, href: Some(href), .. })
                if name == "a" && self.link.is_none() =>
            {
                self.link = Some(TypeLink { name: String::new(), href: href.clone() });
                *in_link = true;
            }
            Piece::Close(name) if name == "a" => *in_link = false,
            Piece::Text(text) => {
                self.text.push_str(text);
                if let Some(link) = self.link.as_mut().filter(|_| *in_link) {
                    link.name.push_str(text);
                }
            }
            _ => {}
        }
    }

    fn finish(mut self) -> Self {
        self.text = words(&self.text, LONGEST_WORDS);
        if let Some(link) = &mut self.link {
            link.name = words(&link.name, LONGEST_WORDS);
        }
        self
    }
}

/// Reads the page of one type; `None` if the page is none, such as the error view.
pub(in crate::trio) fn type_page(html: &str) -> Option<TypePage> {
    let pieces = pieces(html);
    let table = pieces.iter().position(is_table)?;
    let of_values = |piece: &Piece| matches!(piece, Piece::Open(tag) if tag.has_class("enum-name"));
    Some(if pieces[table..].iter().any(of_values) {
        TypePage::Values(values(&pieces[table..]))
    } else {
        TypePage::Members(members(&pieces[table..]))
    })
}

/// Returns whether a page asks for a login: a form with a field for a password.
pub(in crate::trio) fn is_login(html: &str) -> bool {
    let field = |piece: &Piece| matches!(piece, Piece::Open(tag) if tag.name == "input" && tag.input == "password");
    pieces(html).iter().any(field)
}

/// Cells of the rows of a table, by class: the text and type of each.
fn rows(table: &[Piece]) -> Vec<Vec<(String, PageType)>> {
    let mut rows: Vec<Vec<(String, PageType)>> = Vec::new();
    let mut in_link = false;
    let mut in_cell = false;
    let mut is_closed = false;
    for piece in table {
        match piece {
            Piece::Open(tag) if tag.name == "tr" => {
                rows.push(Vec::new());
                in_cell = false;
            }
            Piece::Open(tag) if tag.name == "td" => {
                (in_cell, in_link) = (true, false);
                // A broken page may leave out the start of its rows.
                if rows.is_empty() {
                    rows.push(Vec::new());
                }
                if let Some(row) = rows.last_mut() {
                    row.push((tag.class.clone(), PageType::default()));
                }
            }
            Piece::Close(name) if matches!(name.as_str(), "td" | "tr") => in_cell = false,
            Piece::Close(name) if name == "table" => {
                is_closed = true;
                break;
            }
            piece if in_cell => {
                if let Some((_, cell)) = rows.last_mut().and_then(|row| row.last_mut()) {
                    cell.add(piece, &mut in_link);
                }
            }
            _ => {}
        }
    }
    // A page that was cut off may end within a name, and `agentIds` would become `agentId`.
    if !is_closed {
        rows.pop();
    }
    rows
}

fn members(table: &[Piece]) -> Vec<PageMember> {
    let read = rows(table).into_iter().filter_map(|row| {
        let mut member = PageMember::default();
        for (class, cell) in row {
            let is = |name: &str| class.split_ascii_whitespace().any(|own| own == name);
            let cell = cell.finish();
            if is("parameter-name") {
                member.name = name(&cell.text)?;
            } else if is("parameter-documentation") {
                member.words = cell.text;
            } else if is("parameter-type") {
                member.kind = cell;
            }
        }
        (!member.name.is_empty()).then_some(member)
    });
    read.collect()
}

fn values(table: &[Piece]) -> Vec<EnumValue> {
    let read = rows(table).into_iter().filter_map(|row| {
        let mut value = EnumValue { name: String::new(), number: None, words: String::new() };
        for (class, cell) in row {
            let is = |name: &str| class.split_ascii_whitespace().any(|own| own == name);
            let cell = cell.finish();
            if is("enum-name") {
                value.name = name(&cell.text)?;
            } else if is("enum-value") {
                value.number = cell.text.parse().ok();
            } else if is("enum-description") {
                value.words = cell.text;
            }
        }
        (!value.name.is_empty()).then_some(value)
    });
    read.collect()
}

/// Returns a text as a name; `None` if it can be none. Names go into a file that a person keeps.
fn name(text: &str) -> Option<String> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$' | '@');
    let fits = !text.is_empty() && text.chars().count() <= LONGEST_NAME && text.chars().all(plain);
    fits.then(|| text.to_owned())
}

/// Returns a text on one line, without control characters, cut to a length.
fn words(text: &str, longest: usize) -> String {
    let visible = |c: char| !c.is_control() && !is_direction(c);
    let plain: String = text.chars().map(|c| if visible(c) { c } else { ' ' }).collect();
    let line: Vec<&str> = plain.split_whitespace().collect();
    line.join(" ").chars().take(longest).collect()
}

/// Returns true for characters that turn the direction of the text after them.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_open(piece: &Piece, name: &str) -> bool {
    matches!(piece, Piece::Open(tag) if tag.name == name)
}

fn is_table(piece: &Piece) -> bool {
    matches!(piece, Piece::Open(tag) if tag.name == "table" && tag.has_class(TABLE))
}

/// Text up to the end of an element.
fn text_until(pieces: &[Piece], name: &str) -> String {
    let inner =
        pieces.iter().take_while(|piece| !matches!(piece, Piece::Close(end) if end == name));
    inner
        .filter_map(|piece| if let Piece::Text(text) = piece { Some(&**text) } else { None })
        .collect()
}

/// The first item in a sample, without its envelopes.
fn item(sample: Value) -> Option<serde_json::Map<String, Value>> {
    let mut value = sample;
    for _ in 0..ENVELOPES {
        if let Value::Array(list) = value {
            value = list.into_iter().next()?;
        }
        let Value::Object(mut object) = value else { return None };
        let data = object.keys().find(|key| normalized(key) == "data").cloned();
        match data {
            Some(key) if matches!(object[&key], Value::Array(_) | Value::Object(_)) => {
                value = object.remove(&key)?;
            }
            _ => return Some(object),
        }
    }
    None
}

/// Form of a sample value.
pub(in crate::trio) fn form(value: &Value) -> SampleForm {
    match value {
        Value::Number(_) => SampleForm::Number,
        Value::Bool(_) => SampleForm::Bool,
        Value::String(text) => text_form(text),
        Value::Null | Value::Array(_) | Value::Object(_) => SampleForm::Other,
    }
}

fn text_form(text: &str) -> SampleForm {
    let starts_with_date = text.len() > 10
        && text.bytes().take(10).enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if text.starts_with("/Date(") {
        return SampleForm::Time;
    }
    if starts_with_date {
        let clock = &text[10..];
        let zoned = clock.ends_with('Z')
            || clock.contains('+')
            || clock.bytes().skip(1).any(|byte| byte == b'-');
        return if zoned { SampleForm::Time } else { SampleForm::LocalTime };
    }
    let clock = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    if clock && text.contains(':') { SampleForm::Clock } else { SampleForm::Text }
}

#[cfg(test)]
mod tests;
