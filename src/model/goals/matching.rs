//! Matches the services that a rule is for.

use wildmatch::WildMatchPattern;

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
fn fits(patterns: &[Pattern], texts: &[&str]) -> bool {
    let fits = |pattern: &Pattern| texts.iter().any(|text| pattern.means(text));
    patterns.is_empty() || patterns.iter().any(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let patterns =
            |texts: &[&str]| texts.iter().map(|text| Pattern::new(text)).collect::<Vec<_>>();
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
            let patterns = |texts: &[&str]| texts.iter().map(|text| Pattern::new(text)).collect();
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
