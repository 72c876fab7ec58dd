//! Wallboards as the configuration declares them: the services, classes and columns of each.

use std::hash::{Hash, Hasher};

use super::{
    BoardToken, CaseClass, Text,
    selection::{Pattern, fits},
};

/// A configured wallboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Wallboard {
    /// Its name, the last part of its address.
    pub name: Text,
    /// Names of the targets; empty: all.
    pub targets: Vec<Pattern>,
    /// Ids or names of the contact centres; empty: all.
    pub contact_centers: Vec<Pattern>,
    /// Ids or names of the service groups; empty: all.
    pub service_groups: Vec<Pattern>,
    /// Ids or names of the services; empty: all.
    pub services: Vec<Pattern>,
    /// Classes of cases that it is about.
    pub classes: Vec<CaseClass>,
    /// Columns beside the name of the service, in their order.
    pub columns: Vec<WallColumn>,
    /// Numbers of people that it shows.
    pub agents: WallAgents,
    /// Language; `None`: that of the browser.
    pub language: Option<Language>,
    /// Title; `None`: made of the contact centre and the target.
    pub title: Option<Text>,
    /// Plain text below the title.
    pub notice: Option<Text>,
    /// Token that opens it; `None`: those who may see the other pages see it.
    pub token: Option<BoardToken>,
    /// Origins whose pages may read its JSON.
    pub allowed_origins: Vec<Text>,
    /// Origins whose pages may show it in a frame.
    pub frame_ancestors: Vec<Text>,
}

impl Wallboard {
    /// Classes of a wallboard that names none.
    // Written cases wait for days: the oldest e-mail would hide every caller.
    pub const DEFAULT_CLASSES: &[CaseClass] = &[CaseClass::Voice, CaseClass::Chat];

    /// Creates a wallboard of everything.
    pub fn new(name: impl Into<Text>) -> Self {
        Self {
            name: name.into(),
            targets: Vec::new(),
            contact_centers: Vec::new(),
            service_groups: Vec::new(),
            services: Vec::new(),
            classes: Self::DEFAULT_CLASSES.to_vec(),
            columns: WallColumn::DEFAULT.to_vec(),
            agents: WallAgents::default(),
            language: None,
            title: None,
            notice: None,
            token: None,
            allowed_origins: Vec::new(),
            frame_ancestors: Vec::new(),
        }
    }

    /// Returns true if it shows services of the target.
    pub fn has_target(&self, name: &str) -> bool {
        fits(&self.targets, &[name])
    }

    /// Returns true if it shows services of the contact centre.
    pub fn has_center(&self, id: &str, name: Option<&str>) -> bool {
        fits(&self.contact_centers, &[id, name.unwrap_or(id)])
    }

    /// Returns true if it shows the service of a contact centre that it shows. `groups` are ids and
    /// names of its service groups.
    pub fn has_service(&self, id: &str, name: &str, groups: &[&str]) -> bool {
        fits(&self.services, &[id, name]) && fits(&self.service_groups, groups)
    }

    /// Returns the entries of `services` that none of the `known` ids and names of services matches.
    pub fn unlisted<'a>(&self, known: &[(&'a str, &'a str)]) -> Vec<String> {
        let is_known = |pattern: &&Pattern| {
            known.iter().any(|(id, name)| pattern.means(id) || pattern.means(name))
        };
        let unknown = self.services.iter().filter(|pattern| !is_known(pattern));
        unknown.map(ToString::to_string).collect()
    }
}

impl Eq for Wallboard {}

// By the name, which is the only one of its configuration; patterns cannot be hashed.
impl Hash for Wallboard {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

/// A column of a wallboard beside the name of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WallColumn {
    /// Cases that wait now.
    Waiting,
    /// Age of the oldest of them.
    LongestWait,
    /// The word about the longest wait.
    Word,
    /// Service level of the day.
    ServiceLevel,
    /// Cases of the day.
    Offered,
    /// Those that were answered.
    Answered,
    /// Those that left unanswered.
    Lost,
    /// Free agents who have the skill.
    Free,
    /// Agents who have the skill and work on a case.
    Working,
    /// Trio's estimate of the wait.
    EstimatedWait,
    /// True if the service is open.
    Open,
}

impl WallColumn {
    /// All columns.
    pub const ALL: [Self; 11] = [
        Self::Waiting,
        Self::LongestWait,
        Self::Word,
        Self::ServiceLevel,
        Self::Offered,
        Self::Answered,
        Self::Lost,
        Self::Free,
        Self::Working,
        Self::EstimatedWait,
        Self::Open,
    ];
    /// Columns of a wallboard that names none.
    pub const DEFAULT: &[Self] = &[
        Self::Waiting,
        Self::LongestWait,
        Self::Word,
        Self::ServiceLevel,
        Self::Offered,
        Self::Answered,
        Self::Lost,
        Self::Open,
    ];
    /// The same where it shows agents by service.
    pub const DEFAULT_WITH_AGENTS: &[Self] = &[
        Self::Waiting,
        Self::LongestWait,
        Self::Word,
        Self::ServiceLevel,
        Self::Offered,
        Self::Answered,
        Self::Lost,
        Self::Free,
        Self::Working,
        Self::Open,
    ];

    /// Returns the word of the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::LongestWait => "longest_wait",
            Self::Word => "word",
            Self::ServiceLevel => "service_level",
            Self::Offered => "offered",
            Self::Answered => "answered",
            Self::Lost => "lost",
            Self::Free => "free",
            Self::Working => "working",
            Self::EstimatedWait => "estimated_wait",
            Self::Open => "open",
        }
    }

    /// Returns true if it shows numbers of people.
    pub fn is_about_agents(self) -> bool {
        matches!(self, Self::Free | Self::Working)
    }
}

/// Numbers of people that a wallboard shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WallAgents {
    /// None.
    None,
    /// Those of whole contact centres.
    #[default]
    Totals,
    /// Those of services as well.
    Services,
}

impl WallAgents {
    /// All settings.
    pub const ALL: [Self; 3] = [Self::None, Self::Totals, Self::Services];

    /// Returns the word of the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Totals => "totals",
            Self::Services => "services",
        }
    }
}

/// Languages of the wallboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Swedish.
    Sv,
    /// Norwegian (bokmål), not reviewed by a native speaker.
    Nb,
    /// Danish, not reviewed by a native speaker.
    Da,
    /// Finnish, not reviewed by a native speaker.
    Fi,
}

impl Language {
    /// All languages.
    pub const ALL: [Self; 5] = [Self::En, Self::Sv, Self::Nb, Self::Da, Self::Fi];

    /// Returns the code of the language, as the attribute `lang` and the query have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Sv => "sv",
            Self::Nb => "nb",
            Self::Da => "da",
            Self::Fi => "fi",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(texts: &[&str]) -> Vec<Pattern> {
        texts.iter().map(|text| Pattern::new(text)).collect()
    }

    #[test]
    fn all_conditions_must_fit_each_by_id_or_name() {
        let all = Wallboard::new("all");
        assert!(
            all.has_target("main") && all.has_center("1", None) && all.has_service("7", "", &[])
        );
        let board = Wallboard {
            targets: patterns(&["ma*"]),
            contact_centers: patterns(&["växjö"]),
            service_groups: patterns(&["g1"]),
            services: patterns(&["7", "Växel*"]),
            ..Wallboard::new("some")
        };
        assert!(board.has_target("MAIN") && !board.has_target("other"));
        assert!(board.has_center("1", Some("Växjö")) && !board.has_center("1", None));
        assert!(board.has_service("7", "Phone", &["g1", "Support"]));
        assert!(board.has_service("8", "växel nord", &["g1"]));
        assert!(!board.has_service("8", "Phone", &["g1"]));
        assert!(!board.has_service("7", "Phone", &["g2"]), "the group as well");
    }

    #[test]
    fn entries_that_match_no_service_are_unlisted() {
        let board =
            Wallboard { services: patterns(&["7", "Växel*", "Gone"]), ..Wallboard::new("x") };
        assert_eq!(board.unlisted(&[("7", "Phone"), ("8", "VÄXEL")]), ["Gone"]);
        assert_eq!(board.unlisted(&[("gone", "")]), ["7", "Växel*"]);
        assert!(Wallboard::new("x").unlisted(&[]).is_empty());
    }
}
