//! Joins the pages of one resource to the description of its members.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    description::{DocumentedMember, DocumentedType, EnumValue},
    pages::{PageMember, PageType, form},
};
use crate::trio::dictionary::value::normalized;

/// Values of enumerations, by the name of the type.
pub(in crate::trio) type Enumerations = BTreeMap<String, Vec<EnumValue>>;

/// Returns the type of the items if `members` are those of an envelope: the type of its data.
///
/// The vendor's help says that all answers have a link and a data collection, so the declared type
/// of an answer is probably an envelope.
pub(in crate::trio) fn data_of_envelope(members: &[PageMember]) -> Option<&PageType> {
    let is = |member: &PageMember, names: &[&str]| names.contains(&&*normalized(&member.name));
    let data = members.iter().find(|member| is(member, &["data"]))?;
    // An item may have a member called data of its own; only an envelope has nothing beside it but
    // links.
    let others = members.iter().filter(|member| !is(member, &["data"]));
    let is_envelope = others.clone().all(|member| is(member, &["links", "link"]));
    is_envelope.then_some(&data.kind)
}

/// Describes the members of an item.
pub(in crate::trio) fn describe(
    members: &[PageMember],
    enumerations: &Enumerations,
    sample: Option<&Map<String, Value>>,
) -> Vec<DocumentedMember> {
    let described = members.iter().map(|member| {
        let wanted = normalized(&member.name);
        let sent = sample.and_then(|item| item.iter().find(|(key, _)| normalized(key) == wanted));
        DocumentedMember {
            name: sent
                .map_or_else(|| with_small_first_letter(&member.name), |(key, _)| key.clone()),
            kind: kind(&member.kind, enumerations),
            words: member.words.clone(),
            form: sent.map(|(_, value)| form(value)),
        }
    });
    described.filter(|member| !matches!(&*normalized(&member.name), "links" | "link")).collect()
}

/// Spells a name of the server's program as its answers do.
// Tables hold the names of the program; the answers of the vendor's manual begin them with a small
// letter.
fn with_small_first_letter(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().into_iter().flat_map(char::to_lowercase);
    first.chain(letters).collect()
}

fn kind(page: &PageType, enumerations: &Enumerations) -> DocumentedType {
    let item = match &page.link {
        Some(link) => enumerations.get(&link.name).map_or_else(
            || DocumentedType::Other(link.name.clone()),
            |values| DocumentedType::Enumeration(values.clone()),
        ),
        None => simple(page.text.strip_prefix("Collection of ").unwrap_or(&page.text)),
    };
    if page.is_collection() { DocumentedType::Collection(Box::new(item)) } else { item }
}

/// Returns the type that the stock generator writes with these words.
fn simple(words: &str) -> DocumentedType {
    match words.to_lowercase().as_str() {
        "integer" | "unsigned integer" | "byte" => DocumentedType::Integer,
        "decimal number" => DocumentedType::Decimal,
        "string" | "character" => DocumentedType::Text,
        "boolean" => DocumentedType::Boolean,
        "date" => DocumentedType::Date,
        "time interval" => DocumentedType::TimeInterval,
        "globally unique identifier" => DocumentedType::Guid,
        _ => DocumentedType::Other(words.to_owned()),
    }
}
