//! The field dictionary: the member of an answer that holds each field, and the form of its values.
//!
//! Trio's member names are not public, so they are data: `fields.yaml`, and a user's file applied
//! over it entry by entry. The fields themselves are code (`shape`), because each of them feeds a
//! metric.

mod file;
pub(super) mod help;
pub(super) mod judge;
pub mod proof;
pub(super) mod shape;
pub(super) mod value;

use std::collections::HashMap;

use self::{
    shape::{Form, Shape},
    value::{Meaning, normalized},
};
use crate::model::{FieldSource, Resource, Text};

/// The dictionary that is compiled in, as a fields file.
pub const BUILTIN_FIELDS: &str = include_str!("dictionary/fields.yaml");

/// A field with all names that are known for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldEntry {
    /// Documented path of the resource.
    pub resource: &'static str,
    /// Its name in a fields file.
    pub field: &'static str,
    /// Form of its values.
    pub form: &'static str,
    /// Names of members, the first one that is present wins.
    pub members: Vec<String>,
    /// Meanings, each with its words, in alphabetical order; none for other fields.
    pub words: Vec<(&'static str, Vec<String>)>,
}

/// A member that cannot be exported under its own name, because it feeds a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{member}` feeds {field} already")]
pub struct AlreadyFed {
    member: String,
    field: &'static str,
}

/// A member of `services/state` that is exported under its own name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedMember {
    /// Its name.
    pub name: String,
    /// Trio counts it from midnight: after a failover it is wrong until the next one.
    pub counts_by_day: bool,
}

impl From<&str> for ExportedMember {
    fn from(name: &str) -> Self {
        Self { name: name.to_owned(), counts_by_day: false }
    }
}

/// Mappings of every resource whose items are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Dictionary {
    mappings: Vec<Mapping>,
}

/// Mapping of the members of one resource to its fields.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mapping {
    pub(super) shape: &'static Shape,
    pub(super) fields: Vec<FieldMapping>,
    /// Members that feed no field and are exported as they are; their slots follow the fields'.
    pub(super) exported: Vec<Text>,
    /// Those of them that count from midnight.
    pub(super) day_counts: Vec<Text>,
    by_name: HashMap<String, Slot>,
}

/// Members, form and values of one field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FieldMapping {
    pub(super) members: Vec<String>,
    pub(super) form: Form,
    pub(super) values: HashMap<String, Meaning>,
    pub(super) source: FieldSource,
    /// Number of the first members that come from `source`; the others are built in.
    pub(super) own: usize,
}

impl FieldMapping {
    /// Source of the member with this rank.
    pub(super) fn source_of(&self, rank: usize) -> FieldSource {
        if rank < self.own { self.source } else { FieldSource::Builtin }
    }
}

/// Position of a field in its shape, and rank of the member in the field's list of names (0 is
/// first).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) field: usize,
    pub(super) rank: usize,
}

impl Dictionary {
    /// The dictionary that is compiled in.
    ///
    /// # Errors
    /// None in a released build: a test reads it.
    pub fn builtin() -> Result<Self, Vec<String>> {
        let mut dictionary = Self { mappings: shape::ALL.iter().map(Mapping::empty).collect() };
        dictionary.apply_file("fields.yaml", BUILTIN_FIELDS, FieldSource::Builtin)?;
        Ok(dictionary)
    }

    /// The built-in dictionary with a user's file applied over it.
    ///
    /// # Errors
    /// Every mistake of the file, each with line, column and key.
    pub fn with_user_file(file: &str, text: &str) -> Result<Self, Vec<String>> {
        let mut dictionary = Self::builtin()?;
        dictionary.apply_file(file, text, FieldSource::User)?;
        Ok(dictionary)
    }

    /// Returns every field with its members and words, by resource.
    pub fn entries(&self) -> Vec<FieldEntry> {
        let mut entries = Vec::new();
        for mapping in &self.mappings {
            for (shape, mapped) in mapping.shape.fields.iter().zip(&mapping.fields) {
                let words = |meaning: &'static str| {
                    let said = mapped.values.iter().filter(|(_, means)| means.word() == meaning);
                    let mut words: Vec<String> = said.map(|(word, _)| word.clone()).collect();
                    words.sort_unstable();
                    (meaning, words)
                };
                let words = shape.kind.meanings().into_iter().map(words);
                entries.push(FieldEntry {
                    resource: mapping.shape.resource.as_str(),
                    field: shape.name,
                    form: mapped.form.as_str(),
                    members: mapped.members.clone(),
                    words: words.filter(|(_, words)| !words.is_empty()).collect(),
                });
            }
        }
        entries
    }

    /// Adds members of `services/state` that are exported under their own names.
    ///
    /// # Errors
    /// A member that feeds a field already, with the field.
    pub fn export_service_state(&mut self, members: Vec<ExportedMember>) -> Result<(), AlreadyFed> {
        let mapping = self
            .mappings
            .iter_mut()
            .find(|mapping| mapping.shape.resource == Resource::ServiceState);
        let Some(mapping) = mapping else { return Ok(()) };
        for ExportedMember { name: member, counts_by_day } in members {
            if let Some(slot) = mapping.slot(&member) {
                let field =
                    mapping.shape.fields.get(slot.field).map_or("this export", |field| field.name);
                return Err(AlreadyFed { member, field });
            }
            let member = Text::from(member);
            if counts_by_day {
                mapping.day_counts.push(member.clone());
            }
            mapping.exported.push(member);
            mapping.index();
        }
        Ok(())
    }

    /// Applies a file entry by entry: its names are tried before the entry's or replace them, its
    /// values are added.
    fn apply_file(
        &mut self,
        file: &str,
        text: &str,
        source: FieldSource,
    ) -> Result<(), Vec<String>> {
        for entry in file::read(file, text)? {
            let Some(mapping) =
                self.mappings.iter_mut().find(|m| m.shape.resource == entry.resource)
            else {
                continue;
            };
            if let Some(members) = &entry.members {
                // A member feeds one field only. The later file wins: a user who finds that
                // `status` is a time takes the name away from the state without having to repeat
                // the state's entry.
                let taken: Vec<String> = members.iter().map(|member| normalized(member)).collect();
                for other in &mut mapping.fields {
                    other.members.retain(|member| !taken.contains(&normalized(member)));
                }
            }
            let field = &mut mapping.fields[entry.field];
            if let Some(mut members) = entry.members {
                field.own = members.len();
                // The known names stay behind the user's: an old file does not hide a member that
                // Trio has renamed to a known name meanwhile. `[ ]` means that there is none.
                if !entry.only && !members.is_empty() {
                    members.append(&mut field.members);
                }
                field.members = members;
                field.source = entry.from.unwrap_or(source);
            }
            if let Some(form) = entry.form {
                field.form = form;
            }
            // Values are added: a site maps its own pause reasons without losing the words that are
            // built in.
            field.values.extend(entry.values);
        }
        self.mappings.iter_mut().for_each(Mapping::index);
        Ok(())
    }

    pub(super) fn mapping(&self, resource: Resource) -> Option<&Mapping> {
        self.mappings.iter().find(|mapping| mapping.shape.resource == resource)
    }

    pub(super) fn mappings(&self) -> &[Mapping] {
        &self.mappings
    }
}

impl Mapping {
    fn empty(shape: &'static Shape) -> Self {
        let fields = shape.fields.iter().map(|field| FieldMapping {
            members: Vec::new(),
            form: field.kind.default_form(),
            values: HashMap::new(),
            source: FieldSource::Builtin,
            own: 0,
        });
        Self {
            shape,
            fields: fields.collect(),
            exported: Vec::new(),
            day_counts: Vec::new(),
            by_name: HashMap::new(),
        }
    }

    /// Rebuilds the look-up of members by normalised name.
    fn index(&mut self) {
        self.by_name.clear();
        for (field, mapped) in self.fields.iter().enumerate() {
            for (rank, member) in mapped.members.iter().enumerate() {
                self.by_name.insert(normalized(member), Slot { field, rank });
            }
        }
        for (index, member) in self.exported.iter().enumerate() {
            self.by_name
                .insert(normalized(member), Slot { field: self.fields.len() + index, rank: 0 });
        }
    }

    /// Returns every member name that feeds a field, separated by commas, as `fields=` takes it.
    pub(super) fn all_member_names(&self) -> String {
        let members = self.fields.iter().flat_map(|field| &field.members).map(String::as_str);
        let names: Vec<&str> =
            members.chain(self.exported.iter().map(|member| &**member)).collect();
        names.join(",")
    }

    /// Returns the field that a member of this name feeds.
    pub(super) fn slot(&self, member: &str) -> Option<Slot> {
        self.by_name.get(&normalized(member)).copied()
    }
}

/// A field that the items of a resource may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldShape {
    /// Its name in a fields file.
    pub name: &'static str,
    /// Its absence alone is not reported: another field or resource can replace it.
    pub optional: bool,
    /// JSON types that could hold it.
    pub types: &'static [&'static str],
    /// Forms that a fields file can give to it, the default first.
    pub forms: &'static [&'static str],
}

/// Returns the fields of a resource, by its documented path; none for other resources.
pub fn fields_of(resource: &str) -> Vec<FieldShape> {
    let shape = shape::ALL.iter().find(|shape| shape.resource.as_str() == resource);
    let fields = shape.map_or(&[][..], |shape| shape.fields);
    fields
        .iter()
        .map(|field| FieldShape {
            name: field.name,
            optional: field.need == shape::Need::Spare,
            types: field.kind.json_types(),
            forms: field.kind.form_names(),
        })
        .collect()
}

/// Returns the meanings that a fields file can give to the words of a field; none for other fields.
pub fn meanings(resource: &str, field: &str) -> Vec<&'static str> {
    let shape = shape::ALL.iter().find(|shape| shape.resource.as_str() == resource);
    let field = shape.and_then(|shape| shape.fields.iter().find(|known| known.name == field));
    field.map_or_else(Vec::new, |field| field.kind.meanings())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtin_dictionary_names_every_field_once() {
        let dictionary = Dictionary::builtin().expect("valid");
        for mapping in dictionary.mappings() {
            let names: usize = mapping.fields.iter().map(|field| field.members.len()).sum();
            assert_eq!(
                names,
                mapping.by_name.len(),
                "{}: a name is listed twice",
                mapping.shape.resource.as_str()
            );
            for (field, mapped) in mapping.shape.fields.iter().zip(&mapping.fields) {
                assert!(
                    !mapped.members.is_empty(),
                    "{}: {}",
                    mapping.shape.resource.as_str(),
                    field.name
                );
            }
        }
    }

    #[test]
    fn builtin_file_as_users_file_changes_nothing() {
        let builtin = Dictionary::builtin().expect("valid").entries();
        let mine = Dictionary::with_user_file("mine.yml", BUILTIN_FIELDS).expect("valid");
        assert_eq!(mine.entries(), builtin);
        let state = builtin.iter().find(|it| (it.resource, it.field) == ("agents/state", "state"));
        let state = state.expect("a field");
        assert_eq!((state.form, &*state.members[0]), ("enum", "state"));
        let meanings: Vec<&str> = state.words.iter().map(|(meaning, _)| *meaning).collect();
        assert_eq!(meanings, ["logged_out", "available", "reserved", "busy", "wrap_up", "paused"]);
        assert!(state.words[0].1.contains(&"utloggad".to_owned()), "{state:?}");
    }

    #[test]
    fn names_match_in_any_case_and_with_any_separator() {
        let dictionary = Dictionary::builtin().expect("valid");
        let mapping = dictionary.mapping(Resource::ServiceState).expect("a mapping");
        let slot = mapping.slot("queueLength");
        assert!(slot.is_some());
        for spelling in ["QueueLength", "queue_length", "QUEUE-LENGTH"] {
            assert_eq!(mapping.slot(spelling), slot, "{spelling}");
        }
        assert_eq!(mapping.slot("queue"), None);
        assert!(mapping.slot("KÖLÄNGD").is_some());
    }

    #[test]
    fn known_names_are_left_out_by_only_and_by_an_empty_list() {
        for entry in ["{members: [status], only: true}", "{members: []}"] {
            let text = format!("agents/state:\n  since: {entry}\n");
            let dictionary = Dictionary::with_user_file("mine.yml", &text).expect("valid");
            let mapping = dictionary.mapping(Resource::AgentState).expect("a mapping");
            assert_eq!(mapping.slot("stateSince"), None, "{entry}");
        }
    }

    #[test]
    fn user_file_overrides_entry_by_entry() {
        let text =
            "agents/state:\n  since: {members: [status]}\n  state: {values: {Fika: paused}}\n";
        let dictionary = Dictionary::with_user_file("mine.yml", text).expect("valid");
        let mapping = dictionary.mapping(Resource::AgentState).expect("a mapping");
        let field =
            |name| mapping.shape.fields.iter().position(|field| field.name == name).expect("known");
        assert_eq!(mapping.slot("status").map(|slot| slot.field), Some(field("since")));
        let ranks = ["status", "stateSince"].map(|name| mapping.slot(name).map(|slot| slot.rank));
        assert_eq!(ranks, [Some(0), Some(1)], "the known names are tried after the entry's");
        assert_eq!(
            mapping.slot("state").map(|slot| slot.field),
            Some(field("state")),
            "other entries stay"
        );
        assert_eq!(mapping.fields[field("since")].source, FieldSource::User);
        assert_eq!(mapping.fields[field("state")].source, FieldSource::Builtin);
        let values = &mapping.fields[field("state")].values;
        assert!(values.contains_key("fika") && values.contains_key("ledig"), "values are added");
    }
}
