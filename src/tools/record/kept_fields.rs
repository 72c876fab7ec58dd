//! Fields whose unmapped words are kept, by the flag `--keep-values`.

use crate::{model::Resource, trio::Dictionary};

/// Fields whose words are kept even if the dictionary does not map them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptFields(Vec<(Resource, &'static str)>);

/// A word that names no field with a closed set of words.
#[derive(Debug, thiserror::Error)]
#[error("`{wanted}` is not a field with a fixed set of words; give one of {}", .possible.join(", "))]
pub struct UnknownField {
    wanted: String,
    possible: Vec<String>,
}

impl KeptFields {
    /// Parses fields from the command line: `agents/state.state`, or `state` for every resource
    /// with such a field.
    ///
    /// # Errors
    /// A field without a closed set of words; the message lists those that have one.
    pub fn read(given: &[String], dictionary: &Dictionary) -> Result<Self, UnknownField> {
        // Only fields with a closed set of words: other fields can hold names and ids of people.
        let possible = dictionary.fields_of_words();
        let path = |(resource, field): &(Resource, &str)| format!("{}.{field}", resource.as_str());
        let mut fields = Vec::new();
        for wanted in given {
            let before = fields.len();
            let fits = |entry: &&(Resource, &str)| path(entry) == *wanted || entry.1 == wanted;
            fields.extend(possible.iter().filter(fits).copied());
            if fields.len() == before {
                let possible = possible.iter().map(path).collect();
                return Err(UnknownField { wanted: wanted.clone(), possible });
            }
        }
        Ok(Self(fields))
    }

    pub(super) fn contains(&self, resource: Resource, field: &str) -> bool {
        self.0.contains(&(resource, field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[&str]) -> Result<KeptFields, UnknownField> {
        let given: Vec<String> = given.iter().map(|field| (*field).to_owned()).collect();
        KeptFields::read(&given, &Dictionary::builtin().expect("valid"))
    }

    #[test]
    fn field_is_given_for_one_resource_or_all() {
        let keep = read(&["agents/state.state"]).expect("a field");
        assert!(
            keep.contains(Resource::AgentState, "state")
                && !keep.contains(Resource::Calls, "state")
        );
        let keep = read(&["state", "open"]).expect("fields");
        assert!(
            keep.contains(Resource::AgentState, "state") && keep.contains(Resource::Calls, "state")
        );
        assert!(keep.contains(Resource::ServiceState, "open"));
    }

    #[test]
    fn field_that_may_hold_names_is_refused() {
        for field in ["name", "agents.name", "agents/state.since", "state.", "", "agents.state"] {
            let error = read(&[field]).expect_err(field).to_string();
            assert!(
                error.contains("is not a field with") && error.contains("agents/state.state"),
                "{error}"
            );
        }
    }
}
