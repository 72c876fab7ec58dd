//! From an answer's bytes to domain items, in one pass and without an intermediate tree.
//!
//! An answer is an envelope of links and data; a bare array or object and items that are wrapped once
//! more are taken as well. What the members of an item mean is the field dictionary's business.

mod envelope;
mod page;
mod raw;
mod reader;

pub(super) use page::{FieldSeen, Page};
pub(super) use reader::Reader;

use serde::de::DeserializeSeed;

use self::envelope::Envelope;
use self::page::Pass;
use super::fields::Mapping;

/// How the values of an answer are to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context<'a> {
    pub(super) mapping: &'a Mapping,
    pub(super) zone: Option<&'a jiff::tz::TimeZone>,
    pub(super) now: std::time::SystemTime,
}

/// Reads the items of a collection (or the single item of an answer). `build` makes a domain item of
/// a row, or nothing where its key is missing.
///
/// # Errors
/// What is wrong with the JSON, in words.
pub(super) fn items<'a, T>(
    body: &'a [u8],
    context: Context<'a>,
    build: impl Fn(&mut Reader<'_>) -> Option<T>,
) -> Result<Page<T>, String> {
    let mut pass = Pass::new(context, build);
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    Envelope(&mut pass).deserialize(&mut deserializer).map_err(|error| error.to_string())?;
    deserializer.end().map_err(|error| error.to_string())?;
    Ok(pass.into_page())
}

#[cfg(test)]
mod tests;
