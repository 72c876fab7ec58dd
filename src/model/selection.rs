//! Selection of the contact centres that are read.

use super::{ContactCenter, Text};

/// Allowed and denied contact centres, by id or name, without regard to case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these are read; empty: all.
    pub allow: Vec<Text>,
    /// These are not read.
    pub deny: Vec<Text>,
}

impl Selection {
    /// Returns true if the contact centre is read.
    pub fn takes(&self, contact_center: &ContactCenter) -> bool {
        let listed = |list: &[Text]| list.iter().any(|entry| means(entry, contact_center));
        (self.allow.is_empty() || listed(&self.allow)) && !listed(&self.deny)
    }

    /// Returns the entries that match none of the `known` contact centres, each with the name of
    /// its list.
    pub fn unmatched<'a>(
        &'a self,
        known: &'a [ContactCenter],
    ) -> impl Iterator<Item = (&'static str, &'a Text)> {
        let lists = [("allow", &self.allow), ("deny", &self.deny)];
        let entries =
            lists.into_iter().flat_map(|(list, entries)| entries.iter().map(move |e| (list, e)));
        entries.filter(move |(_, entry)| !known.iter().any(|center| means(entry, center)))
    }
}

fn means(entry: &str, contact_center: &ContactCenter) -> bool {
    let entry = entry.trim().to_lowercase();
    let is = |text: &str| text.trim().to_lowercase() == entry;
    is(&contact_center.id) || contact_center.name.as_deref().is_some_and(is)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn center(id: &str, name: &str) -> ContactCenter {
        ContactCenter { id: id.into(), name: Some(name.into()) }
    }

    fn taken(allow: &[&str], deny: &[&str]) -> Vec<bool> {
        let texts = |list: &[&str]| list.iter().map(|entry| Text::from(*entry)).collect();
        let selection = Selection { allow: texts(allow), deny: texts(deny) };
        [center("1", "Växjö"), center("2", "Åre"), center("3", "1")]
            .iter()
            .map(|center| selection.takes(center))
            .collect()
    }

    #[test]
    fn entries_match_ids_and_names_and_deny_wins() {
        assert_eq!(taken(&[], &[]), [true, true, true]);
        assert_eq!(taken(&["VÄXJÖ"], &[]), [true, false, false]);
        assert_eq!(taken(&["2", " växjö "], &[]), [true, true, false]);
        assert_eq!(taken(&[], &["åre"]), [true, false, true]);
        assert_eq!(taken(&["2", "3"], &["Åre"]), [false, false, true]);
        assert_eq!(
            taken(&["1"], &[]),
            [true, false, true],
            "an id and a name may be the same text"
        );
        assert_eq!(taken(&["Väx"], &[]), [false, false, false], "no part of a name");
    }

    #[test]
    fn unmatched_entries_are_named_with_their_list() {
        let selection = Selection { allow: vec!["1".into(), "x".into()], deny: vec!["y".into()] };
        let unmatched: Vec<_> =
            selection.unmatched(&[center("1", "Växjö")]).map(|(l, e)| (l, e.to_string())).collect();
        assert_eq!(unmatched, [("allow", "x".to_owned()), ("deny", "y".to_owned())]);
    }
}
