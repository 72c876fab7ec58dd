//! Decoding of an answer's bytes into domain items, in one pass and without an intermediate tree.
//!
//! An answer is an envelope of links and data (assumption A1). A bare array or object, and items
//! that are wrapped once more, are accepted too. The meaning of the members is the field
//! dictionary's concern.

mod envelope;
mod page;
mod raw;
mod reader;

pub(in crate::trio) use page::{FieldSeen, Page};
pub(in crate::trio) use reader::Reader;

use serde::de::DeserializeSeed;

use self::envelope::Envelope;
use self::page::PageBuilder;
use crate::trio::dictionary::Mapping;

/// Dictionary, time zone and arrival time for the values of one answer.
#[derive(Clone, Copy, Debug)]
pub(in crate::trio) struct Context<'a> {
    pub(in crate::trio) mapping: &'a Mapping,
    pub(in crate::trio) zone: Option<&'a jiff::tz::TimeZone>,
    pub(in crate::trio) now: std::time::SystemTime,
}

/// Decodes the items of a collection, or the single item of an answer. `build` makes a domain item
/// of a row, or returns `None` if the row lacks its key.
///
/// # Errors
/// A sentence about the JSON that cannot be read.
pub(in crate::trio) fn items<'a, T>(
    body: &'a [u8],
    context: Context<'a>,
    build: impl Fn(&mut Reader<'_>) -> Option<T>,
) -> Result<Page<T>, String> {
    let mut page = PageBuilder::new(context, build);
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    Envelope(&mut page).deserialize(&mut deserializer).map_err(|error| error.to_string())?;
    // An answer with bytes behind its document is not what the API describes: no part of it is
    // used.
    deserializer.end().map_err(|error| error.to_string())?;
    Ok(page.into_page())
}

#[cfg(test)]
mod tests;
