//! State of the readings, and rights of the API user.

use serde::Serialize;

use super::{
    finding::{Finding, FindingKind, Severity, Subject},
    words::list_names,
};
use crate::{
    model::{CollectionCount, Collector, Property, Resource, Stamp, Text},
    snapshot::{AnyReading, Outcome, Problem, ProblemKind, Reading, Snapshot},
};

/// Result of the last attempt, and age of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingState {
    /// Switched off by the configuration.
    Off,
    /// Not tried yet.
    NotReadYet,
    /// Read completely and recently enough to be shown.
    // `well` is the word of /status.json.
    #[serde(rename = "well")]
    UpToDate,
    /// The last attempt was complete, and is too old to be shown.
    Expired,
    /// Answers arrived, but pages are missing or contradict each other.
    Incomplete,
    /// The API user lacks the right.
    Forbidden,
    /// No usable answer.
    Failed,
}

/// One reading of a snapshot.
#[derive(Clone, Copy)]
pub struct SnapshotReading<'a> {
    /// Id of its contact centre; `None` for what belongs to none.
    pub contact_center: Option<&'a Text>,
    /// Its collector; `None` for the list of contact centres, which is read with Trio's
    /// configuration (services, agents and groups).
    pub collector: Option<Collector>,
    /// The reading.
    pub reading: &'a dyn AnyReading,
}

impl SnapshotReading<'_> {
    /// Returns the resource that is read; `None` for the inventory, which reads many.
    pub fn resource(&self) -> Option<Resource> {
        self.collector.map_or(Some(Resource::ContactCenters), Collector::resource)
    }

    /// Returns true if its data is on `/metrics`: read completely, and not too old.
    // The same rule as at the encoding of the metrics: by age, even if the poller hangs.
    pub fn is_shown(&self, now: Stamp) -> bool {
        let Some(health) = self.reading.health() else { return false };
        health.last_success.is_some_and(|last| now.since(last) <= health.max_age)
    }
}

/// Returns all readings of a target: the list of contact centres, the shared inventory, and those
/// of each contact centre.
pub fn readings(snapshot: &Snapshot) -> impl Iterator<Item = SnapshotReading<'_>> {
    // The list of contact centres is no collector, but it can fail like one, and without it nothing
    // is read.
    let list = SnapshotReading {
        contact_center: None,
        collector: None,
        reading: &snapshot.contact_centers,
    };
    let shared = SnapshotReading {
        contact_center: None,
        collector: Some(Collector::Inventory),
        reading: &snapshot.inventory,
    };
    let of_centers = snapshot.centers.iter().flat_map(|center| {
        Collector::ALL.into_iter().map(|collector| SnapshotReading {
            contact_center: Some(&center.contact_center.id),
            collector: Some(collector),
            reading: center.reading(collector),
        })
    });
    [list, shared].into_iter().chain(of_centers)
}

/// Returns the state of a reading. Only its health and the problem of the last attempt decide;
/// without health the collector is switched off.
pub fn state(reading: &SnapshotReading<'_>, now: Stamp) -> ReadingState {
    let health = reading.reading.health();
    match (health, health.and_then(|health| health.attempt).map(|attempt| attempt.outcome)) {
        (None, _) => ReadingState::Off,
        (_, None) => ReadingState::NotReadYet,
        (_, Some(Outcome::Complete)) if reading.is_shown(now) => ReadingState::UpToDate,
        (_, Some(Outcome::Complete)) => ReadingState::Expired,
        (_, Some(Outcome::Incomplete)) => ReadingState::Incomplete,
        (_, Some(Outcome::Failed)) => match reading.reading.problem().map(|problem| problem.kind) {
            Some(ProblemKind::Forbidden) => ReadingState::Forbidden,
            _ => ReadingState::Failed,
        },
    }
}

/// Returns findings about readings; the same problem in several contact centres is one finding.
pub(super) fn all(snapshot: &Snapshot, now: Stamp) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for reading in readings(snapshot) {
        let Some(finding) = judge(&reading, now) else { continue };
        let same = |other: &&mut Finding| {
            let is_same_subject = match (&other.subject, &finding.subject) {
                (Subject::Right(known, centers), Subject::Right(resource, _)) => {
                    known == resource && centers.is_empty() == reading.contact_center.is_none()
                }
                (one, other) => one == other,
            };
            let key = |of: &Finding| (of.kind, of.severity);
            is_same_subject && key(other) == key(&finding) && other.sentence == finding.sentence
        };
        match (found.iter_mut().find(same).map(|other| &mut other.subject), reading.contact_center)
        {
            (Some(Subject::Right(_, centers)), Some(center)) => centers.push(center.clone()),
            (Some(_), _) => {}
            (None, _) => found.push(finding),
        }
    }
    found
}

/// Returns the finding about one reading.
fn judge(of: &SnapshotReading<'_>, now: Stamp) -> Option<Finding> {
    let subject = match of.collector {
        Some(_) => Subject::Right(of.resource(), of.contact_center.into_iter().cloned().collect()),
        None => Subject::ContactCenters,
    };
    let is_never_empty = of.collector.is_some_and(|collector| collector.has(Property::NeverEmpty));
    let items = of.reading.health().and_then(|health| health.items);
    match state(of, now) {
        ReadingState::UpToDate if is_never_empty && items == Some(0) => Some(Finding::new(
            FindingKind::MayBeHidden,
            Severity::Unknown,
            subject,
            "readable, 0 items: either there are none, or all are hidden from the API user",
            "see in Trio Administrator whether the API user may see them",
        )),
        ReadingState::Off | ReadingState::NotReadYet | ReadingState::UpToDate => None,
        ReadingState::Expired => Some(Finding::new(
            FindingKind::ReadingExpired,
            Severity::Broken,
            subject,
            "read before, but no newer reading has ended",
            "look at the log: the poller hangs or was restarted",
        )),
        ReadingState::Incomplete | ReadingState::Forbidden | ReadingState::Failed => {
            Some(failed(of, of.reading.problem()?, subject, now))
        }
    }
}

/// Returns the finding about a reading whose last attempt failed or was incomplete.
fn failed(of: &SnapshotReading<'_>, problem: &Problem, subject: Subject, now: Stamp) -> Finding {
    let name = of.resource().map_or("inventory", Resource::as_str);
    let lost = of.collector.map_or("metrics of this Trio", Collector::feeds);
    // The inventory reads many resources, and counts those that it may not read.
    let kind = match of.resource() {
        Some(_) => problem.kind,
        None => ProblemKind::Other,
    };
    let (kind, sentence, remedy) = match kind {
        ProblemKind::Forbidden => (
            FindingKind::RightMissing,
            status(problem, name, 403),
            format!(
                "grant the API user the right to read `{name}` in Trio Administrator: without it no {lost}"
            ),
        ),
        // Not every Trio has every resource.
        ProblemKind::Absent(code) => (
            FindingKind::ResourceAbsent,
            status(problem, name, code),
            format!(
                "if this Trio does not have it, switch its collector off: without it no {lost}"
            ),
        ),
        ProblemKind::NoIdFound => (
            FindingKind::NoIdFound,
            message_without_resource(problem, name),
            format!("see `trio-exporter inspect`: until then no {lost}"),
        ),
        ProblemKind::Incomplete => (
            FindingKind::ListIncomplete,
            message_without_resource(problem, name),
            format!("see `trio-exporter inspect`: until then no new {lost}"),
        ),
        ProblemKind::TimedOut => (
            FindingKind::ReadingFailed,
            message_without_resource(problem, name),
            "check the load of Trio's server".to_owned(),
        ),
        ProblemKind::LoginFailed(_) | ProblemKind::LoginWaits | ProblemKind::Other => (
            FindingKind::ReadingFailed,
            message_without_resource(problem, name),
            "see the log of Trio's server, then run `trio-exporter check`".to_owned(),
        ),
    };
    Finding::new(kind, severity(of, kind, now), subject, sentence, remedy)
}

/// Returns `answered CODE` in place of the message: the remedy explains the status.
fn status(problem: &Problem, resource: &str, code: u16) -> String {
    let answered = format!("answered {code}");
    // A request on the way to the resource may have failed instead; then the message names it.
    let is_of_resource = message_without_resource(problem, resource).starts_with(&answered);
    if is_of_resource { answered } else { problem.said.to_string() }
}

/// Returns the message of a problem without the resource, which the subject names.
fn message_without_resource(problem: &Problem, resource: &str) -> String {
    let said = &*problem.said;
    let bare = said.strip_prefix(resource).and_then(|rest| rest.strip_prefix(": "));
    bare.unwrap_or(said).to_owned()
}

/// Returns the severity of a failure.
fn severity(of: &SnapshotReading<'_>, kind: FindingKind, now: Stamp) -> Severity {
    let is_core = of.collector.is_none_or(|collector| collector.has(Property::Core));
    let is_inventory = of.collector == Some(Collector::Inventory);
    match kind {
        // While its last data is shown, no number is missing yet.
        _ if of.is_shown(now) => Severity::Warning,
        // A failure that is neither a right nor an absent resource is a fault of any resource. The
        // inventory only counts.
        FindingKind::ReadingFailed if !is_inventory => Severity::Broken,
        // Without the core most metrics are missing, so a script must see it by the exit code of
        // `check`. A Trio may lack the others, or hide them on purpose.
        _ if is_core => Severity::Broken,
        _ => Severity::Warning,
    }
}

/// Returns a finding about collections that are only counted and cannot be read. Collections with a
/// collector have findings of their own.
pub(super) fn rights(snapshot: &Snapshot) -> Option<Finding> {
    let inaccessible = |reading: &Reading<Vec<CollectionCount>>,
                        is_read: &dyn Fn(Collector) -> bool| {
        let counts = reading.good.iter().flat_map(|good| good.data.iter());
        let hidden = counts.filter(|count| {
            !count.accessible && !Collector::of(count.resource).is_some_and(is_read)
        });
        hidden.map(|count| count.resource.as_str()).collect::<Vec<_>>()
    };
    let mut names = inaccessible(&snapshot.inventory, &|_| false);
    for center in &snapshot.centers {
        let is_read = |collector| center.reading(collector).interval().is_some();
        names.extend(inaccessible(&center.inventory, &is_read));
    }
    names.sort_unstable();
    names.dedup();
    let is_inaccessible = |node: Resource| {
        let mut children = Resource::OF_NODES.iter().filter(|(parent, _)| *parent == node);
        children.all(|(_, child)| names.contains(&child.as_str()))
    };
    let may_need_other_key =
        [Resource::Directory, Resource::Security].into_iter().any(is_inaccessible);
    let grant = "grant the right to read them in Trio Administrator if trio_resource_items should count them, \
                 unless this Trio does not have them";
    // The installation manual names two licences of the API, each with a client key.
    let licences = "nothing is wrong if `directory` or `security` is closed to the client key of the contact centre's \
                    licence (API_CC): the directory has a licence and a key of its own (API_CD); else ";
    let remedy = format!("{}{grant}", if may_need_other_key { licences } else { "" });
    // Only a note: just `trio_resource_items` depends on them.
    let finding = Finding::new(
        FindingKind::NotCounted,
        Severity::Note,
        Subject::Rights,
        format!("not accessible to the API user: {}", list_names(names.iter().copied())),
        remedy,
    );
    (!names.is_empty()).then_some(finding)
}
