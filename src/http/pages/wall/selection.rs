//! The services that a wallboard shows, as the query of its address selects them.

use serde::Deserialize;

use super::{shown::is_all_read, texts::Language};
use crate::metrics::{CenterFigures, QueueFigures, TargetFigures};

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
        };
        (selection, self.lang)
    }
}

impl Selection {
    pub(super) fn has_target(&self, name: &str) -> bool {
        self.target.as_deref().is_none_or(|target| target == name)
    }

    pub(super) fn has_center(&self, center: &CenterFigures) -> bool {
        self.contact_center
            .as_deref()
            .is_none_or(|wanted| *center.id == *wanted || center.name.as_deref() == Some(wanted))
    }

    pub(super) fn has_queue(&self, queue: &QueueFigures) -> bool {
        let is_in = |wanted: &str| queue.groups.iter().any(|group| group == wanted);
        self.service_group.as_deref().is_none_or(is_in)
    }

    /// Returns true if a contact centre or service group is named.
    pub(super) fn is_narrow(&self) -> bool {
        self.contact_center.is_some() || self.service_group.is_some()
    }

    /// Returns the parts of the title: service group, contact centre, target.
    pub(super) fn title(&self, centers: &[(&TargetFigures, &CenterFigures)]) -> Vec<String> {
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

    /// Returns the query of this selection in a language, for the address of its events.
    pub(super) fn query(&self, language: Language) -> String {
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
