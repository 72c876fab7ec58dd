//! The field dictionary: which member of an answer holds which fact, in which form.
//!
//! The names are data (`fields.yaml`, and a user's file laid over it entry by entry); the facts that
//! can be found are code (`shape`), because a fact that nobody uses needs no name.

mod file;
mod form;
mod judge;
mod shape;
mod value;

use std::collections::HashMap;

use crate::model::{FieldSource, Resource, Text};
pub(super) use form::Form;
pub use judge::{Judgement, is_no_time};
pub(super) use shape::{Kind, Need, Shape};
pub(super) use value::{Meaning, Raw, Unreadable};

const BUILTIN: &str = include_str!("fields.yaml");

/// Where in an item each fact stands, for every resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Dictionary {
    mappings: Vec<Mapping>,
}

/// Where in the items of one resource each fact stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mapping {
    pub(super) shape: &'static Shape,
    pub(super) fields: Vec<Mapped>,
    /// Members that feed no field and are exported as they are; their places follow the fields'.
    pub(super) exported: Vec<Text>,
    by_name: HashMap<String, Slot>,
}

/// How one field is found and read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mapped {
    members: Vec<String>,
    pub(super) form: Form,
    pub(super) values: HashMap<String, Meaning>,
    pub(super) source: FieldSource,
}

/// A field's position in its shape, and how early the member stands in the field's list of names.
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
        dictionary.lay_over("fields.yaml", BUILTIN, FieldSource::Builtin)?;
        Ok(dictionary)
    }

    /// The built-in dictionary with a user's file laid over it.
    ///
    /// # Errors
    /// Every mistake of the file, each with line, column and key.
    pub fn with_user_file(file: &str, text: &str) -> Result<Self, Vec<String>> {
        let mut dictionary = Self::builtin()?;
        dictionary.lay_over(file, text, FieldSource::User)?;
        Ok(dictionary)
    }

    /// Also reads these members of the services' states, as they are.
    ///
    /// # Errors
    /// The member that feeds a field already, and which.
    pub fn export_service_state(&mut self, members: Vec<String>) -> Result<(), String> {
        let mapping =
            self.mappings.iter_mut().find(|mapping| mapping.shape.resource == Resource::ServiceState);
        let Some(mapping) = mapping else { return Ok(()) };
        for member in members {
            if let Some(slot) = mapping.slot(&member) {
                let field = mapping.shape.fields.get(slot.field).map_or("this export", |field| field.name);
                return Err(format!("`{member}` feeds {field} already"));
            }
            mapping.exported.push(member.into());
            mapping.index();
        }
        Ok(())
    }

    fn lay_over(&mut self, file: &str, text: &str, source: FieldSource) -> Result<(), Vec<String>> {
        for entry in file::read(file, text)? {
            let Some(mapping) = self.mappings.iter_mut().find(|m| m.shape.resource == entry.resource) else {
                continue;
            };
            if let Some(members) = &entry.members {
                let taken: Vec<String> = members.iter().map(|member| normal(member)).collect();
                for other in &mut mapping.fields {
                    other.members.retain(|member| !taken.contains(&normal(member)));
                }
            }
            let field = &mut mapping.fields[entry.field];
            if let Some(members) = entry.members {
                field.members = members;
                field.source = source;
            }
            if let Some(form) = entry.form {
                field.form = form;
            }
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
        let fields = shape.fields.iter().map(|field| Mapped {
            members: Vec::new(),
            form: field.kind.default_form(),
            values: HashMap::new(),
            source: FieldSource::Builtin,
        });
        Self { shape, fields: fields.collect(), exported: Vec::new(), by_name: HashMap::new() }
    }

    fn index(&mut self) {
        self.by_name.clear();
        for (field, mapped) in self.fields.iter().enumerate() {
            for (rank, member) in mapped.members.iter().enumerate() {
                self.by_name.insert(normal(member), Slot { field, rank });
            }
        }
        for (index, member) in self.exported.iter().enumerate() {
            self.by_name.insert(normal(member), Slot { field: self.fields.len() + index, rank: 0 });
        }
    }

    /// Every member name that feeds a field, for a request that asks for all of them.
    pub(super) fn every_name(&self) -> String {
        let members = self.fields.iter().flat_map(|field| &field.members).map(String::as_str);
        let names: Vec<&str> = members.chain(self.exported.iter().map(|member| &**member)).collect();
        names.join(",")
    }

    /// The field that a member of this name feeds.
    pub(super) fn slot(&self, member: &str) -> Option<Slot> {
        self.by_name.get(&normal(member)).copied()
    }
}

/// How names and values are compared: whatever their case, `_`, `-` and spaces.
pub(super) fn normal(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_dictionary_names_a_member_for_every_field_and_none_twice() {
        let dictionary = Dictionary::builtin().expect("valid");
        for mapping in dictionary.mappings() {
            let names: usize = mapping.fields.iter().map(|field| field.members.len()).sum();
            assert_eq!(
                names,
                mapping.by_name.len(),
                "{}: a name stands twice",
                mapping.shape.resource.as_str()
            );
            for (field, mapped) in mapping.shape.fields.iter().zip(&mapping.fields) {
                assert!(!mapped.members.is_empty(), "{}: {}", mapping.shape.resource.as_str(), field.name);
            }
        }
    }

    #[test]
    fn names_match_whatever_their_case_and_separators() {
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
    fn a_user_file_wins_entry_by_entry_and_takes_a_name_from_the_field_that_had_it() {
        let text = "agents/state:\n  since: {members: [status]}\n  state: {values: {Fika: paused}}\n";
        let dictionary = Dictionary::with_user_file("mine.yml", text).expect("valid");
        let mapping = dictionary.mapping(Resource::AgentState).expect("a mapping");
        let field = |name| mapping.shape.fields.iter().position(|field| field.name == name).expect("known");
        assert_eq!(mapping.slot("status").map(|slot| slot.field), Some(field("since")));
        assert_eq!(mapping.slot("stateSince"), None, "the entry's names are replaced");
        assert_eq!(mapping.slot("state").map(|slot| slot.field), Some(field("state")), "other entries stay");
        assert_eq!(mapping.fields[field("since")].source, FieldSource::User);
        assert_eq!(mapping.fields[field("state")].source, FieldSource::Builtin);
        let values = &mapping.fields[field("state")].values;
        assert!(values.contains_key("fika") && values.contains_key("ledig"), "values are added");
    }
}
