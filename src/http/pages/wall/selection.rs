//! The services that a wallboard shows, as the query of its address or the configuration selects
//! them.

use std::sync::Arc;

use serde::Deserialize;

use super::{EVENTS_PATH, PATH, shown::is_all_read};
use crate::{
    metrics::{CenterFigures, QueueFigures, TargetFigures},
    model::{CaseClass, Language, Text, WallAgents, WallColumn, Wallboard},
};

/// Query parameters of the wallboard.
// A mistyped parameter is refused: a board that silently shows more than it was asked for would
// hide the queues that someone has to watch.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct WallQuery {
    /// Name of the only target to show.
    target: Option<String>,
    /// Id or name of the only contact centre to show.
    contact_center: Option<String>,
    /// Id or name of the only service group to show.
    service_group: Option<String>,
    /// Language.
    lang: Option<Language>,
}

/// Selection of services.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Selection {
    target: Option<String>,
    contact_center: Option<String>,
    service_group: Option<String>,
    board: Option<Arc<Wallboard>>,
}

/// Query parameters of a configured wallboard.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct BoardQuery {
    /// Language.
    pub(super) lang: Option<Language>,
}

impl WallQuery {
    /// Returns the selection, and the language if the query names one.
    pub(super) fn into_parts(self) -> (Selection, Option<Language>) {
        // A form sends an empty field if no one has typed anything.
        let named = |name: Option<String>| name.filter(|name| !name.is_empty());
        let selection = Selection {
            target: named(self.target),
            contact_center: named(self.contact_center),
            service_group: named(self.service_group),
            board: None,
        };
        (selection, self.lang)
    }
}

impl Selection {
    /// Returns the selection of a configured wallboard.
    pub(super) fn of_board(board: Arc<Wallboard>) -> Self {
        Self { board: Some(board), ..Self::default() }
    }

    /// Returns the configured wallboard, if it is one.
    pub(super) fn board(&self) -> Option<&Wallboard> {
        self.board.as_deref()
    }

    /// Returns true if everything is selected.
    pub(super) fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn classes(&self) -> &[CaseClass] {
        self.board().map_or(Wallboard::DEFAULT_CLASSES, |board| &board.classes)
    }

    pub(super) fn columns(&self) -> &[WallColumn] {
        self.board().map_or(WallColumn::DEFAULT, |board| &board.columns)
    }

    pub(super) fn agents(&self) -> WallAgents {
        self.board().map(|board| board.agents).unwrap_or_default()
    }

    pub(super) fn notice(&self) -> Option<Text> {
        self.board().and_then(|board| board.notice.clone())
    }

    pub(super) fn has_target(&self, name: &str) -> bool {
        self.target.as_deref().is_none_or(|target| target == name)
            && self.board().is_none_or(|board| board.has_target(name))
    }

    pub(super) fn has_center(&self, center: &CenterFigures) -> bool {
        self.contact_center
            .as_deref()
            .is_none_or(|wanted| *center.id == *wanted || center.name.as_deref() == Some(wanted))
            && self.board().is_none_or(|board| board.has_center(&center.id, center.name.as_deref()))
    }

    pub(super) fn has_queue(&self, queue: &QueueFigures) -> bool {
        let is_in = |wanted: &str| queue.groups.iter().any(|group| group == wanted);
        self.service_group.as_deref().is_none_or(is_in)
            && self.board().is_none_or(|board| {
                let groups: Vec<&str> = queue.groups.iter().map(String::as_str).collect();
                board.has_service(&queue.id, &queue.name, &groups)
            })
    }

    /// Returns the services that the configuration names and that the selected contact centres do
    /// not list; none while one of them was not read.
    pub(super) fn unlisted(&self, targets: &[&TargetFigures]) -> Vec<String> {
        let Some(board) = self.board().filter(|_| is_all_read(targets)) else { return Vec::new() };
        let centers = targets.iter().flat_map(|target| &target.centers);
        let queues = centers.filter(|center| self.has_center(center)).flat_map(|it| &it.queues);
        let known: Vec<(&str, &str)> =
            queues.map(|queue| (&*queue.id, queue.name.as_str())).collect();
        board.unlisted(&known)
    }

    /// Returns true if a contact centre or service group is named.
    pub(super) fn is_narrow(&self) -> bool {
        self.contact_center.is_some()
            || self.service_group.is_some()
            || self.board().is_some_and(|board| {
                let narrow = [&board.contact_centers, &board.service_groups, &board.services];
                narrow.iter().any(|patterns| !patterns.is_empty())
            })
    }

    /// Returns the parts of the title: service group, contact centre, target.
    pub(super) fn title(&self, centers: &[(&TargetFigures, &CenterFigures)]) -> Vec<String> {
        if let Some(title) = self.board().and_then(|board| board.title.as_deref()) {
            return vec![title.to_owned()];
        }
        let only = match centers {
            [(_, center)] => Some(center.name.as_deref().unwrap_or(&center.id).to_owned()),
            _ => None,
        };
        let group = self.service_group.as_deref().map(|wanted| {
            // By its name, also where the address has the id.
            let known = centers.iter().flat_map(|(_, center)| &center.groups);
            let named = known.filter(|(id, _)| **id == *wanted).find_map(|(_, name)| name.clone());
            named.map_or_else(|| wanted.to_owned(), |name| name.to_string())
        });
        let center = self.contact_center.clone().map(|wanted| only.clone().unwrap_or(wanted));
        let center = center.or(only);
        group.into_iter().chain(center).chain(self.target.clone()).collect()
    }

    /// Checks that what the query names exists.
    ///
    /// # Errors
    /// The text of the 404: it does not, and the names that exist. While something was not read yet
    /// nothing is refused: a screen that starts with the exporter would show an error for ever.
    pub(super) fn check(&self, targets: &[TargetFigures]) -> Result<(), String> {
        let list = |mut names: Vec<String>| {
            names.sort_unstable();
            names.dedup();
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        };
        let selected: Vec<&TargetFigures> =
            targets.iter().filter(|target| self.has_target(&target.name)).collect();
        if let (true, Some(target)) = (selected.is_empty(), &self.target) {
            let known = targets.iter().map(|target| target.name.to_string()).collect();
            return Err(format!("404: there is no target {target:?}; known: {}\n", list(known)));
        }
        if !is_all_read(&selected) {
            return Ok(());
        }
        let centers: Vec<&CenterFigures> =
            selected.iter().flat_map(|target| &target.centers).collect();
        let name =
            |center: &&CenterFigures| center.name.as_deref().unwrap_or(&center.id).to_owned();
        if let Some(wanted) = self.contact_center.as_ref()
            && !centers.iter().any(|center| self.has_center(center))
        {
            let known = centers.iter().map(name).collect();
            return Err(format!(
                "404: there is no contact centre {wanted:?}; known: {}\n",
                list(known)
            ));
        }
        let here = || centers.iter().filter(|center| self.has_center(center));
        let is_known = |wanted: &String| {
            let mut groups = here().flat_map(|center| &center.groups);
            let has_queue =
                here().flat_map(|center| &center.queues).any(|queue| self.has_queue(queue));
            has_queue
                || groups.any(|(id, named)| {
                    **id == **wanted || named.as_deref() == Some(wanted.as_str())
                })
        };
        if let Some(wanted) = self.service_group.as_ref().filter(|wanted| !is_known(wanted)) {
            let groups = here().flat_map(|center| &center.groups);
            let known = groups.map(|(id, name)| name.as_ref().unwrap_or(id).to_string()).collect();
            return Err(format!(
                "404: there is no service group {wanted:?}; known: {}\n",
                list(known)
            ));
        }
        Ok(())
    }

    /// Returns the address of the events of this selection in a language.
    pub(super) fn events(&self, language: Language) -> String {
        let query = self.query(language);
        match self.board() {
            Some(board) => format!("{PATH}/{}/events?{query}", board.name),
            None => format!("{EVENTS_PATH}?{query}"),
        }
    }

    fn query(&self, language: Language) -> String {
        let parts = [
            ("target", self.target.as_deref()),
            ("contact_center", self.contact_center.as_deref()),
            ("service_group", self.service_group.as_deref()),
            ("lang", Some(language.as_str())),
        ];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in parts {
            if let Some(value) = value {
                query.append_pair(key, value);
            }
        }
        query.finish()
    }
}
