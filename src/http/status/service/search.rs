//! Which services are called so.

use std::collections::HashSet;

use url::form_urlencoded;

use super::{Match, Verdict};
use crate::{
    metrics::View,
    model::{ServiceNames, Stamp},
    snapshot::Center,
};

/// Similar names that are told.
const MOST_SIMILAR: usize = 10;
/// Shorter texts stand in too many names.
const SHORTEST_PART: usize = 2;

/// What was found.
pub(super) struct Found {
    /// Services with this id or name, whatever the case of the letters.
    pub(super) matches: Vec<Match>,
    /// The first services whose id or name holds it.
    pub(super) similar: Vec<Match>,
}

/// Looks through everything that was ever read of the targets, however old it is.
pub(super) fn search(asked: &str, views: &[&View], now: Stamp) -> Found {
    let asked = asked.to_lowercase();
    let mut found = Found { matches: Vec::new(), similar: Vec::new() };
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
            let mut services: Vec<&ServiceNames<'_>> = names.values().collect();
            services.sort_unstable_by_key(|service| service.id);
            for service in services {
                let texts =
                    [Some(service.id), service.name].map(|text| text.map(|t| t.trim().to_lowercase()));
                let is = |test: &dyn Fn(&str) -> bool| texts.iter().flatten().any(|text| test(text));
                let state = || state(center, states.contains(service.id), now);
                if is(&|text| text == asked) {
                    found.matches.push(one(view, center, service, state()));
                } else if asked.chars().count() >= SHORTEST_PART
                    && found.similar.len() < MOST_SIMILAR
                    && is(&|text| text.contains(&asked))
                {
                    found.similar.push(one(view, center, service, state()));
                }
            }
        }
    }
    found
}

/// How a service of a contact centre stands that has a state in the last good reading, or has none.
fn state(center: &Center, has_state: bool, now: Stamp) -> Verdict {
    let fresh = center.service_state.fresh(now).is_some();
    match (has_state, fresh) {
        (true, true) => Verdict::Shown,
        (true, false) => Verdict::Expired,
        (false, true) => Verdict::NoState,
        (false, false) => Verdict::StateNotRead,
    }
}

fn one(view: &View, center: &Center, service: &ServiceNames<'_>, state: Verdict) -> Match {
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
            quoted(&view.name),
            quoted(&contact_center.id),
            quoted(service.id)
        ),
        metrics: format!("/metrics?target={target}"),
    }
}

/// A text as it stands between the quotes of a label.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
