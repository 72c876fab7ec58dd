//! Possible reasons why a service is missing, each with its evidence.

use crate::{
    diagnosis::{ReadingState, counted, list_names, name_and_id, span},
    http::pages::status::{
        moment::Moment,
        report::{
            Collector as ReportedCollector, Match, Reason, ReasonKind as Kind, Report, Target,
            TargetState, Verdict, Weight,
        },
    },
    metrics::View,
    model::{Collector, Resource},
    snapshot::Center,
};

use Weight::{Cause, Possible, RuledOut};

/// Returns all reasons; the services that were found decide the weight of each.
pub(super) fn all(views: &[&View], report: &Report, matches: &[Match]) -> Vec<Reason> {
    let mut list = ReasonList { target: None, found: !matches.is_empty(), reasons: Vec::new() };
    for view in views {
        let Some(target) = report.targets.iter().find(|target| target.name == *view.name) else {
            continue;
        };
        list.target = Some(target.name.clone());
        list.add_target_state(target);
        list.add_contact_centers(target);
        let of_target: Vec<&Match> =
            matches.iter().filter(|found| found.target == target.name).collect();
        list.add_lists(view, target, &of_target);
    }
    // The limit is one for all targets.
    list.target = None;
    list.add_series_limit(report);
    list.reasons
}

/// Collects reasons; `target` is the one being looked at.
struct ReasonList {
    target: Option<String>,
    /// The service was found in some list.
    found: bool,
    reasons: Vec<Reason>,
}

impl ReasonList {
    fn add(&mut self, center: Option<&str>, reason: Kind, weight: Weight, evidence: String) {
        let (target, contact_center) = (self.target.clone(), center.map(str::to_owned));
        self.reasons.push(Reason { target, contact_center, reason, weight, evidence });
    }

    /// Returns the weight of a reason that hides whole lists: possible only while the service was
    /// not found.
    fn weight_of_hidden_list(&self) -> Weight {
        if self.found { RuledOut } else { Possible }
    }

    /// Adds the state of the target.
    fn add_target_state(&mut self, target: &Target) {
        let step = target.last_step.as_ref().map(|step| step.in_words()).unwrap_or_default();
        let (weight, evidence) = match (target.state, &target.trouble) {
            (TargetState::NotReadYet, _) => {
                (self.weight_of_hidden_list(), "it has not published its first states".to_owned())
            }
            (_, Some(trouble)) => (
                self.weight_of_hidden_list(),
                format!("the last step, {step}, could read nothing: {trouble}"),
            ),
            _ => (RuledOut, format!("its last step was {step}")),
        };
        self.add(None, Kind::TargetNotRead, weight, evidence);
    }

    /// Adds contact centres that are left out, and a list of them that is empty.
    fn add_contact_centers(&mut self, target: &Target) {
        if !target.passed_over.is_empty() {
            let names: Vec<String> = target
                .passed_over
                .iter()
                .map(|center| name_and_id(&center.id, center.name.as_deref()))
                .collect();
            let names = list_names(names.iter().map(String::as_str));
            let evidence =
                format!("`contact_centers` leaves out {names}; what is in them is not read");
            self.add(None, Kind::ContactCenterPassedOver, self.weight_of_hidden_list(), evidence);
        }
        if target.state != TargetState::NotReadYet && target.contact_centers.is_empty() {
            let list = target.collector(None, None);
            let words = list.map_or("not read yet", |list| &list.words);
            let evidence = format!("no contact centre is read; the list of them: {words}");
            self.add(None, Kind::NoContactCenter, self.weight_of_hidden_list(), evidence);
        }
    }

    /// Adds the lists of each contact centre; those that were read and do not contain the service
    /// are one reason.
    fn add_lists(&mut self, view: &View, target: &Target, matches: &[&Match]) {
        let snapshot = view.published.as_ref().map(|published| &published.snapshot);
        let mut without = Vec::new();
        for center in snapshot.iter().flat_map(|snapshot| &snapshot.centers) {
            let id = &*center.contact_center.id;
            let here: Vec<&&Match> =
                matches.iter().filter(|found| found.contact_center == id).collect();
            let of_center = |resource| target.collector(Some(id), Collector::of(resource));
            let lists = (of_center(Resource::Services), of_center(Resource::ServiceState));
            let (Some(list), Some(state)) = lists else { continue };
            let is_well = |collector: &ReportedCollector| collector.state == ReadingState::UpToDate;
            // With hundreds of contact centres, one line for each would hide the cause.
            if here.is_empty() && is_well(list) && is_well(state) {
                without.push((id, list.items.unwrap_or_default()));
                continue;
            }
            self.add_list(center, list, &here);
            self.add_state(id, state, &here);
        }
        if !without.is_empty() {
            let services: usize = without.iter().map(|(_, services)| services).sum();
            let evidence = format!(
                "read completely, with {}, and it is not one of them: contact centre {}",
                counted(services, "service"),
                list_names(without.iter().map(|(id, _)| *id))
            );
            self.add(None, Kind::ServicesList, RuledOut, evidence);
        }
    }

    /// Adds the list of services of one contact centre.
    fn add_list(&mut self, center: &Center, list: &ReportedCollector, here: &[&&Match]) {
        let id = &*center.contact_center.id;
        let read = last_read(list);
        let holds = center.services.good.iter().flat_map(|good| good.data.iter());
        let ids: Vec<&str> = here.iter().map(|found| found.service_id.as_str()).collect();
        let holds = holds.filter(|service| ids.contains(&&*service.id)).count();
        let is_well = list.state == ReadingState::UpToDate;
        let (weight, held) = match (holds, here.is_empty()) {
            (0, true) if is_well => (RuledOut, "does not contain it"),
            (0, true) => (self.weight_of_hidden_list(), "does not contain it"),
            // Series come from the state; without the list they only lack the name.
            (0, false) => (RuledOut, "does not contain it, so its name is not known"),
            _ => (RuledOut, "contains it"),
        };
        let evidence = format!("the list of services {held}; {read}: {}", list.words);
        self.add(Some(id), Kind::ServicesList, weight, evidence);
    }

    /// Adds the states of services of one contact centre.
    fn add_state(&mut self, id: &str, state: &ReportedCollector, here: &[&&Match]) {
        let read = last_read(state);
        // The name may belong to several services: one without a state explains what is missing.
        let worst = here.iter().map(|found| found.state).find(|state| {
            matches!(state, Verdict::Expired | Verdict::NoState | Verdict::StateNotRead)
        });
        let limit = state.max_age_seconds.map(span).unwrap_or_default();
        let (weight, held) = match worst {
            Some(Verdict::Expired) => {
                (Cause, format!("contain it, but are withheld after {limit}"))
            }
            Some(Verdict::NoState) => (
                Cause,
                "do not contain it: Trio hides it from the API user, or the service is inactive"
                    .to_owned(),
            ),
            Some(_) => (Cause, "are not known".to_owned()),
            None if here.is_empty() && state.state != ReadingState::UpToDate => {
                (self.weight_of_hidden_list(), "do not contain it".to_owned())
            }
            None if here.is_empty() => (RuledOut, "do not contain it".to_owned()),
            None => (RuledOut, "contain it".to_owned()),
        };
        let evidence = format!("the states of services {held}; {read}: {}", state.words);
        self.add(Some(id), Kind::ServicesState, weight, evidence);
    }

    /// Adds the limit on series, which drops families for every service.
    fn add_series_limit(&mut self, report: &Report) {
        let withheld = &report.exporter.withheld;
        let of_services: Vec<&str> = withheld
            .iter()
            .map(|w| w.family.as_str())
            .filter(|f| f.starts_with("trio_service_"))
            .collect();
        let limit = report.exporter.max_series;
        if of_services.is_empty() {
            let evidence =
                format!("`metrics.max_series` ({limit}) leaves out no family of services");
            return self.add(None, Kind::SeriesLimit, RuledOut, evidence);
        }
        let weight = if self.found { Cause } else { RuledOut };
        let families = list_names(of_services.into_iter());
        let evidence =
            format!("`metrics.max_series` ({limit}) leaves out {families}, for every service");
        self.add(None, Kind::SeriesLimit, weight, evidence);
    }
}

/// Returns the age of the last complete reading, in words.
fn last_read(collector: &ReportedCollector) -> String {
    let last = collector.last_success.as_ref().map(Moment::in_words);
    last.map_or_else(|| "never read".to_owned(), |last| format!("last read {last}"))
}
