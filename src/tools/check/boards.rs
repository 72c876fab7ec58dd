//! Services that the wallboards of the configuration name, compared with those that Trio lists.

use std::sync::Arc;

use super::{CheckTarget, Report, report::Unlisted};
use crate::{
    model::{Text, Wallboard},
    snapshot::{Center, Snapshot},
};

/// Returns the entries that match no service of this target; `None` if its services cannot be read.
pub(super) fn unlisted(target: &CheckTarget, snapshot: &Snapshot) -> Option<Vec<Unlisted>> {
    let is_read =
        |center: &Center| center.service_state.good.is_some() || center.services.good.is_some();
    if snapshot.centers.is_empty() || !snapshot.centers.iter().all(is_read) {
        return None;
    }
    let mut unlisted = Vec::new();
    for board in target.wallboards.iter().filter(|board| board.has_target(&target.name)) {
        let is_shown = |center: &&Center| {
            let center = &center.contact_center;
            board.has_center(&center.id, center.name.as_deref())
        };
        let named = snapshot.centers.iter().filter(is_shown).flat_map(Center::service_names);
        let named: Vec<(&str, &str)> =
            named.map(|(id, names)| (id, names.name.unwrap_or_default())).collect();
        let entries = board.unlisted(&named).into_iter();
        unlisted.extend(entries.map(|entry| (board.name.clone(), entry)));
    }
    Some(unlisted)
}

/// Returns the lines about the wallboards that name services, from the reports on the targets. An
/// entry may match a service of any target that the wallboard shows.
pub fn wallboards(boards: &[Arc<Wallboard>], targets: &[Text], reports: &[Report]) -> Report {
    let mut lines = Report::default();
    for board in boards.iter().filter(|board| !board.services.is_empty()) {
        let subject = format!("wallboard {}", board.name);
        let shown = targets.iter().filter(|target| board.has_target(target));
        let read: Option<Vec<&Vec<Unlisted>>> = shown
            .map(|target| {
                let mut of = reports.iter().filter(|it| it.target.as_ref() == Some(target));
                of.next()?.unlisted.as_ref()
            })
            .collect();
        let Some((first, others)) = read.as_deref().and_then(<[_]>::split_first) else {
            let seen = "cannot be determined: the services of a target of it were not read";
            lines.unknown(subject, seen, "check all targets together, and repair what FAILs");
            continue;
        };
        let is_gone = |entry: &&Unlisted| {
            entry.0 == board.name && others.iter().all(|other| other.contains(entry))
        };
        let gone: Vec<&Unlisted> = first.iter().filter(is_gone).collect();
        for (_, entry) in &gone {
            let seen = format!("Trio lists no service `{entry}`, and the wallboard says so");
            lines.check(subject.clone(), seen, "correct its `services` in the configuration");
        }
        if gone.is_empty() {
            lines.ok(subject, "Trio lists each of its services");
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::model::Pattern;

    fn report(target: &str, unlisted: Option<&[&str]>) -> Report {
        let entries = |entries: &[&str]| {
            entries.iter().map(|entry| ("desk".into(), (*entry).to_owned())).collect()
        };
        let mut report = Report::for_target(&target.into());
        report.unlisted = unlisted.map(entries);
        report
    }

    #[test]
    fn entry_that_no_target_lists_is_reported() {
        let services = ["Phone", "Chat"].map(Pattern::new).to_vec();
        let boards = [
            Arc::new(Wallboard { services, ..Wallboard::new("desk") }),
            Arc::new(Wallboard::new("everything")),
        ];
        let targets = ["north", "south"].map(Text::from);
        let lines = |north: Option<&[&str]>, south: Option<&[&str]>| {
            wallboards(&boards, &targets, &[report("north", north), report("south", south)])
                .to_string()
        };
        assert_eq!(
            lines(Some(&["Phone", "Chat"]), Some(&["Chat"])),
            "CHECK  wallboard desk: Trio lists no service `Chat`, and the wallboard says so; correct its `services` in the configuration\n"
        );
        assert_eq!(
            lines(Some(&["Phone"]), Some(&["Chat"])),
            "OK     wallboard desk: Trio lists each of its services\n"
        );
        assert_eq!(
            lines(Some(&["Phone"]), None),
            "?      wallboard desk: cannot be determined: the services of a target of it were not read; check all targets together, and repair what FAILs\n"
        );
    }
}
