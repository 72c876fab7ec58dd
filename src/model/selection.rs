//! Selections by id or name: patterns, the contact centres that are read, the agent groups that may
//! be shown, and the services that a rule is for.

use wildmatch::WildMatchPattern;

use super::{AgentGroup, ContactCenter, Text};

/// A pattern for an id or a name, without regard to case. `*` matches any text, also none.
///
/// No other character is special, because names contain brackets and question marks.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern(WildMatchPattern<'*', '\0'>);

impl Pattern {
    /// Parses a pattern; blanks around it are ignored.
    pub fn new(text: &str) -> Self {
        Self(WildMatchPattern::new_case_insensitive(text.trim()))
    }

    /// Returns true if the pattern matches `text`; blanks around it are ignored.
    pub fn means(&self, text: &str) -> bool {
        self.0.matches(text.trim())
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Conditions on the names of a service and of its surroundings. All conditions that are given must
/// match, each by one of its patterns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceMatch {
    /// Configured name of the target.
    pub target: Vec<Pattern>,
    /// Id or name of the contact centre.
    pub contact_center: Vec<Pattern>,
    /// Trio's id.
    pub id: Vec<Pattern>,
    /// Name of the service.
    pub name: Vec<Pattern>,
    /// Id or name of a group of the service.
    pub group: Vec<Pattern>,
}

/// The names of a service, to be matched by rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceNames<'a> {
    /// Trio's id.
    pub id: &'a str,
    /// Its name.
    pub name: Option<&'a str>,
    /// Ids and names of the groups that it belongs to.
    pub groups: Vec<&'a str>,
    /// Id and name of its contact centre.
    pub contact_center: Vec<&'a str>,
}

impl ServiceMatch {
    /// Returns true if the rule is for services of this target. `None`, an unknown target, is
    /// matched by rules for all targets only.
    pub fn is_for(&self, target: Option<&str>) -> bool {
        fits(&self.target, target.as_slice())
    }

    /// Returns true if the rule matches the service; the target is checked by
    /// [`ServiceMatch::is_for`].
    pub fn means(&self, service: &ServiceNames<'_>) -> bool {
        fits(&self.contact_center, &service.contact_center)
            && fits(&self.id, &[service.id])
            && fits(&self.name, service.name.as_slice())
            && fits(&self.group, &service.groups)
    }
}

/// Returns true if one of the patterns matches one of the texts, or if there are no patterns.
pub(super) fn fits(patterns: &[Pattern], texts: &[&str]) -> bool {
    let fits = |pattern: &Pattern| texts.iter().any(|text| pattern.means(text));
    patterns.is_empty() || patterns.iter().any(fits)
}

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
        let listed = |list: &[Text]| list.iter().any(|entry| is_center(entry, contact_center));
        (self.allow.is_empty() || listed(&self.allow)) && !listed(&self.deny)
    }

    /// Returns the entries that match none of the `known` contact centres, each with the name of
    /// its list.
    pub fn unmatched<'a>(
        &'a self,
        known: &'a [ContactCenter],
    ) -> impl Iterator<Item = (&'static str, &'a Text)> {
        let is_known = |entry: &Text| known.iter().any(|center| is_center(entry, center));
        unmatched(&self.allow, &self.deny, is_known)
    }
}

fn is_center(entry: &str, contact_center: &ContactCenter) -> bool {
    let entry = entry.trim().to_lowercase();
    let is = |text: &str| text.trim().to_lowercase() == entry;
    is(&contact_center.id) || contact_center.name.as_deref().is_some_and(is)
}

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
        self.allow.is_empty() || self.allow.iter().any(|pattern| is_group(pattern, group))
    }

    /// Returns true if the group is denied.
    pub fn denies(&self, group: &AgentGroup) -> bool {
        self.deny.iter().any(|pattern| is_group(pattern, group))
    }

    /// Returns the entries that match none of the `known` groups, each with the name of its list.
    pub fn unmatched<'a>(
        &'a self,
        known: &'a [&AgentGroup],
    ) -> impl Iterator<Item = (&'static str, &'a Pattern)> {
        let is_known = |entry: &Pattern| known.iter().any(|group| is_group(entry, group));
        unmatched(&self.allow, &self.deny, is_known)
    }
}

fn is_group(pattern: &Pattern, group: &AgentGroup) -> bool {
    pattern.means(&group.id) || group.name.as_deref().is_some_and(|name| pattern.means(name))
}

/// Returns the entries of both lists that nothing known matches, each with the name of its list.
fn unmatched<'a, T>(
    allow: &'a [T],
    deny: &'a [T],
    is_known: impl Fn(&T) -> bool + 'a,
) -> impl Iterator<Item = (&'static str, &'a T)> {
    let lists = [("allow", allow), ("deny", deny)];
    let entries =
        lists.into_iter().flat_map(|(list, entries)| entries.iter().map(move |e| (list, e)));
    entries.filter(move |(_, entry)| !is_known(entry))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn patterns(texts: &[&str]) -> Vec<Pattern> {
        texts.iter().map(|text| Pattern::new(text)).collect()
    }

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

    #[test]
    fn entries_match_ids_and_names_and_unmatched_are_named() {
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

    #[test]
    fn pattern_matches_whole_texts_in_any_case() {
        for (pattern, meant, not) in [
            ("växel", vec!["Växel", "VÄXEL", " växel "], vec!["Växeln", "Vaxel", ""]),
            ("Väx*", vec!["växel", "VÄX"], vec!["Stora växeln"]),
            ("*växel*", vec!["Växel", "Stora VÄXELN"], vec!["Vägen"]),
            ("a*b*c", vec!["abc", "aXbXc", "abbcc"], vec!["ab", "acb"]),
            ("*", vec!["", "x"], vec![]),
            ("Ny? [x]", vec!["ny? [X]"], vec!["nya [x]", "ny? x"]),
        ] {
            let pattern = Pattern::new(pattern);
            assert!(meant.iter().all(|text| pattern.means(text)), "{pattern}: {meant:?}");
            assert!(!not.iter().any(|text| pattern.means(text)), "{pattern}: {not:?}");
        }
    }

    #[test]
    fn all_keys_must_match_by_any_of_their_patterns() {
        let means = |id: &[&str], name: &[&str], group: &[&str]| {
            let (id, name, group) = (patterns(id), patterns(name), patterns(group));
            let services = ServiceMatch { id, name, group, ..ServiceMatch::default() };
            let named = |id, name, groups: &[&'static str]| ServiceNames {
                id,
                name,
                groups: groups.to_vec(),
                contact_center: vec!["1", "Stad"],
            };
            [
                named("101", Some("Växel"), &["5", "Vården"]),
                named("102", Some("Vård"), &["5", "Vården", "6", "Akut"]),
                named("103", None, &[]),
            ]
            .map(|service| services.means(&service))
        };
        assert_eq!(means(&["102"], &[], &[]), [false, true, false]);
        assert_eq!(means(&["101", "103"], &[], &[]), [true, false, true]);
        assert_eq!(
            means(&[], &["v*"], &[]),
            [true, true, false],
            "a service without a name has none"
        );
        assert_eq!(means(&[], &[], &["vård*"]), [true, true, false]);
        assert_eq!(means(&[], &[], &["6"]), [false, true, false], "the id of a group");
        assert_eq!(means(&[], &["vård"], &["5"]), [false, true, false]);
        assert_eq!(means(&["101"], &[], &["akut"]), [false; 3]);
        assert_eq!(means(&[], &["*"], &[]), [true, true, false]);
    }

    #[test]
    fn match_may_be_limited_to_targets_and_contact_centres() {
        let only = |target: &[&str], contact_center: &[&str]| {
            let contact_center = patterns(contact_center);
            let services = ServiceMatch {
                target: patterns(target),
                contact_center,
                ..ServiceMatch::default()
            };
            let of = |names: &[&'static str]| ServiceNames {
                contact_center: names.to_vec(),
                ..ServiceNames::default()
            };
            (
                [Some("main"), Some("north"), None].map(|target| services.is_for(target)),
                [of(&["1", "Stad"]), of(&["2"]), of(&[])].map(|service| services.means(&service)),
            )
        };
        assert_eq!(only(&[], &[]), ([true; 3], [true; 3]));
        assert_eq!(only(&["MAIN"], &["stad"]), ([true, false, false], [true, false, false]));
        assert_eq!(only(&["x", "n*"], &["2", "3"]), ([false, true, false], [false, true, false]));
    }
}
