//! The fields whose unknown words stay as they are, because the user said so.

use crate::{model::Resource, trio::Dictionary};

/// Fields whose words are kept even where the dictionary does not know them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keep(Vec<(Resource, &'static str)>);

impl Keep {
    /// Reads fields as they are given on the command line: `agents/state.state`, or `state` for every
    /// resource that has such a field.
    ///
    /// # Errors
    /// A field that has no closed set of words, and those that have.
    pub fn read(given: &[String], dictionary: &Dictionary) -> Result<Self, String> {
        let possible = dictionary.fields_of_words();
        let path = |(resource, field): &(Resource, &str)| format!("{}.{field}", resource.as_str());
        let mut keep = Vec::new();
        for wanted in given {
            let before = keep.len();
            let fits = |entry: &&(Resource, &str)| path(entry) == *wanted || entry.1 == wanted;
            keep.extend(possible.iter().filter(fits).copied());
            if keep.len() == before {
                let possible: Vec<String> = possible.iter().map(path).collect();
                return Err(format!(
                    "`{wanted}` is no field with words of its own; give one of {}",
                    possible.join(", ")
                ));
            }
        }
        Ok(Self(keep))
    }

    pub(super) fn holds(&self, resource: Resource, field: &str) -> bool {
        self.0.contains(&(resource, field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[&str]) -> Result<Keep, String> {
        let given: Vec<String> = given.iter().map(|field| (*field).to_owned()).collect();
        Keep::read(&given, &Dictionary::builtin().expect("valid"))
    }

    #[test]
    fn a_field_is_named_with_its_resource_or_for_all_of_them() {
        let keep = read(&["agents/state.state"]).expect("a field");
        assert!(keep.holds(Resource::AgentState, "state") && !keep.holds(Resource::Calls, "state"));
        let keep = read(&["state", "open"]).expect("fields");
        assert!(keep.holds(Resource::AgentState, "state") && keep.holds(Resource::Calls, "state"));
        assert!(keep.holds(Resource::ServiceState, "open"));
    }

    #[test]
    fn a_field_that_could_hold_anything_cannot_be_kept() {
        for field in ["name", "agents.name", "agents/state.since", "state.", "", "agents.state"] {
            let error = read(&[field]).expect_err(field);
            assert!(
                error.contains("is no field with words") && error.contains("agents/state.state"),
                "{error}"
            );
        }
    }
}
