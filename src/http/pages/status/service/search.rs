//! Search of services by id or name.

use std::collections::HashSet;

use url::form_urlencoded;

use crate::{
    http::pages::status::report::{Match, Verdict},
    metrics::View,
    model::{ServiceNames, Stamp},
    snapshot::Center,
};

/// Most similar services in one answer; they are a help for spelling, not a list to read.
const MAX_SIMILAR: usize = 10;
/// Shortest text, in characters, for which similar services are listed; a single letter is in
/// nearly every name.
const MIN_PART: usize = 2;

/// Result of a search.
pub(super) struct SearchResult {
    /// Services with this id or name; upper and lower case are equal.
    pub(super) matches: Vec<Match>,
    /// First services whose id or name contains the text.
    pub(super) similar: Vec<Match>,
}

/// Searches the last good readings of the targets, also those that are too old to be shown.
pub(super) fn search(asked: &str, views: &[&View], now: Stamp) -> SearchResult {
    // People type names as they remember them.
    let asked = asked.to_lowercase();
    let mut found = SearchResult { matches: Vec::new(), similar: Vec::new() };
    for view in views {
        let centers = view.published.iter().flat_map(|published| &published.snapshot.centers);
        for center in centers {
            let states: HashSet<&str> = center
                .service_state
                .good
                .iter()
                .flat_map(|good| good.data.iter())
                .map(|status| &*status.id)
                .collect();
            let names = center.service_names();
            // By id, so that the same request gives the same answer.
            let mut services: Vec<&ServiceNames<'_>> = names.values().collect();
            services.sort_unstable_by_key(|service| service.id);
            for service in services {
                let texts = [Some(service.id), service.name]
                    .map(|text| text.map(|t| t.trim().to_lowercase()));
                let has =
                    |test: &dyn Fn(&str) -> bool| texts.iter().flatten().any(|text| test(text));
                let state = || verdict(center, states.contains(service.id), now);
                if has(&|text| text == asked) {
                    found.matches.push(new_match(view, center, service, state()));
                } else if asked.chars().count() >= MIN_PART
                    && found.similar.len() < MAX_SIMILAR
                    && has(&|text| text.contains(&asked))
                {
                    found.similar.push(new_match(view, center, service, state()));
                }
            }
        }
    }
    found
}

/// Returns the verdict on one service; `has_state`: the last good reading of states contains it.
fn verdict(center: &Center, has_state: bool, now: Stamp) -> Verdict {
    // Series come from `services/state` alone.
    let fresh = center.service_state.fresh(now).is_some();
    match (has_state, fresh) {
        (true, true) => Verdict::Shown,
        (true, false) => Verdict::Expired,
        (false, true) => Verdict::NoState,
        (false, false) => Verdict::StateNotRead,
    }
}

/// Creates the entry of a service, with the selector of its series.
fn new_match(view: &View, center: &Center, service: &ServiceNames<'_>, state: Verdict) -> Match {
    let contact_center = &center.contact_center;
    let target: String = form_urlencoded::byte_serialize(view.name.as_bytes()).collect();
    Match {
        target: view.name.to_string(),
        contact_center: contact_center.id.to_string(),
        contact_center_name: contact_center.name.as_deref().map(str::to_owned),
        service_id: service.id.to_owned(),
        service_name: service.name.map(str::to_owned),
        state,
        selector: format!(
            "{{target=\"{}\",contact_center=\"{}\",service_id=\"{}\"}}",
            escape_label(&view.name),
            escape_label(&contact_center.id),
            escape_label(service.id)
        ),
        metrics: format!("/metrics?target={target}"),
    }
}

/// Escapes a text for a label value in PromQL.
fn escape_label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
