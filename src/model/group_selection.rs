//! Selection of the agent groups that may be shown.

use super::{AgentGroup, Pattern};

/// Allowed and denied agent groups, by id or name; `*` matches any text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupSelection {
    /// Only these are shown; empty: all.
    pub allow: Vec<Pattern>,
    /// These are not shown, nor are their members in other groups.
    pub deny: Vec<Pattern>,
}

impl GroupSelection {
    /// Returns true if no group is left out.
    pub fn is_everything(&self) -> bool {
        self.allow.is_empty() && self.deny.is_empty()
    }

    /// Returns true if the group is allowed, or if all are.
    pub fn allows(&self, group: &AgentGroup) -> bool {
        self.allow.is_empty() || self.allow.iter().any(|pattern| means(pattern, group))
    }

    /// Returns true if the group is denied.
    pub fn denies(&self, group: &AgentGroup) -> bool {
        self.deny.iter().any(|pattern| means(pattern, group))
    }

    /// Returns the entries that match none of the `known` groups, each with the name of its list.
    pub fn unmatched<'a>(
        &'a self,
        known: &'a [&AgentGroup],
    ) -> impl Iterator<Item = (&'static str, &'a Pattern)> {
        let lists = [("allow", &self.allow), ("deny", &self.deny)];
        let entries =
            lists.into_iter().flat_map(|(list, entries)| entries.iter().map(move |e| (list, e)));
        entries.filter(move |(_, entry)| !known.iter().any(|group| means(entry, group)))
    }
}

fn means(pattern: &Pattern, group: &AgentGroup) -> bool {
    pattern.means(&group.id) || group.name.as_deref().is_some_and(|name| pattern.means(name))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn entries_match_ids_and_names_and_unmatched_are_named() {
        let patterns = |texts: &[&str]| texts.iter().map(|text| Pattern::new(text)).collect();
        let group = |id: &str, name: Option<&str>| AgentGroup {
            id: id.into(),
            name: name.map(Into::into),
            agent_ids: Vec::new(),
        };
        let groups = [group("1", Some("Växel Nord")), group("2", Some("Facket")), group("3", None)];
        let selection = GroupSelection {
            allow: patterns(&["växel*", "3", "4"]),
            deny: patterns(&["FACKET", "x*"]),
        };
        assert_eq!(groups.each_ref().map(|group| selection.allows(group)), [true, false, true]);
        assert_eq!(groups.each_ref().map(|group| selection.denies(group)), [false, true, false]);
        let unmatched = selection
            .unmatched(&groups.each_ref())
            .map(|(list, entry)| format!("{list} {entry}"))
            .collect::<Vec<_>>();
        assert_eq!(unmatched, ["allow 4", "deny x*"]);
        assert!(GroupSelection::default().is_everything() && !selection.is_everything());
        assert!(groups.iter().all(|group| GroupSelection::default().allows(group)));
    }
}
