//! Findings: problems of the exporter and its targets, each with its severity and remedy.

use std::fmt::Display;

use super::{
    moment::span,
    report::{
        Collector, CollectorState, Exporter, FieldState, Finding, Named,
        Severity::{self, Broken, Note, Warning},
        Target, TargetState,
    },
};

/// Longest list of findings.
// The report must not grow with the number of targets or services: a page with thousands of lines
// is not read.
const MAX_FINDINGS: usize = 100;
/// Most names in one finding; a longer line hides the remedy.
const MAX_NAMES: usize = 8;
/// Remaining days of a certificate below which it is a finding.
// By then an automatic renewal should have replaced it.
const CERTIFICATE_DAYS: f64 = 14.0;
/// Completes a remedy with a command.
const WITH_CONFIGURATION: &str =
    " (with the `--config.file` or the `TRIO_*` variables that this process was started with)";
/// Beginning of the finding that a target cannot be read; used for sorting.
const DOWN: &str = "cannot be read";
/// Difference of clocks in seconds above which it is a finding.
// The exporter corrects waits for this difference, as measured from the header `Date`. Times that
// it shows as Trio gives them are not corrected.
const SKEW_SECONDS: f64 = 5.0;

/// Returns the findings, the most severe first, and the number of further ones.
pub(super) fn all(exporter: &Exporter, targets: &[Target]) -> (Vec<Finding>, usize) {
    let mut findings = Findings { target: None, list: Vec::new() };
    findings.add_exporter(exporter);
    for target in targets {
        findings.target = Some(target.name.clone());
        findings.add_target(target);
    }
    let mut list = findings.list;
    // Of what is broken, targets that cannot be read at all come first.
    list.sort_by_key(|finding| (finding.severity, !finding.what.starts_with(DOWN)));
    let more = list.len().saturating_sub(MAX_FINDINGS);
    list.truncate(MAX_FINDINGS);
    (list, more)
}

/// Collects findings; `target` is the one being looked at.
struct Findings {
    target: Option<String>,
    list: Vec<Finding>,
}

impl Findings {
    /// Adds a finding about the present target. A remedy with a command says which configuration
    /// the command needs.
    fn add(&mut self, severity: Severity, what: impl Into<String>, remedy: impl Into<String>) {
        let mut remedy = remedy.into();
        // Without these flags the command reads another configuration, or none, and its answer is
        // about another Trio.
        if remedy.contains("`trio-exporter ") {
            remedy.push_str(WITH_CONFIGURATION);
        }
        let finding = Finding { severity, target: self.target.clone(), what: what.into(), remedy };
        self.list.push(finding);
    }

    /// Adds problems of the process itself.
    fn add_exporter(&mut self, exporter: &Exporter) {
        if exporter.configuration.in_use == Some(false) {
            let what =
                "the configuration that was read last has mistakes; the previous one is in use";
            self.add(
                Warning,
                what,
                "correct the mistakes that `trio-exporter --config.check` prints, then reload",
            );
        }
        let series: usize = exporter.withheld.iter().map(|withheld| withheld.series).sum();
        if series > 0 {
            let names = exporter.withheld.iter().map(|withheld| withheld.family.as_str());
            self.add(
                Broken,
                format!("{series} series are withheld, of {}", list_names(names)),
                format!(
                    "raise `metrics.max_series` ({}), or read fewer contact centres",
                    exporter.max_series
                ),
            );
        }
        if let Some(file) = exporter.state_file.as_ref().filter(|file| file.errors > 0) {
            let when = file
                .last_saved
                .as_ref()
                .map_or("never".to_owned(), super::moment::Moment::in_words);
            let what = format!(
                "the state file could not be used or written {}; last saved: {when}",
                counted(file.errors, "time")
            );
            self.add(
                Warning,
                what,
                "the log has the reason; until it is repaired, counters begin at 0 after a restart",
            );
        }
    }

    /// Adds problems of a target.
    fn add_target(&mut self, target: &Target) {
        match target.state {
            TargetState::NotReadYet => {
                return self.add(
                    Warning,
                    "has not finished its first step",
                    "wait half a minute, then look at the log",
                );
            }
            TargetState::Down => {
                let cause = target.trouble.as_deref().unwrap_or("no current state could be read");
                self.add(
                    Broken,
                    format!("{DOWN}: {cause}"),
                    "`trio-exporter check` shows what to repair",
                );
            }
            TargetState::Up => {}
        }
        self.add_servers(target);
        // With the whole target down each collector fails for the same reason; one finding says it.
        if target.trouble.is_none() {
            self.add_collectors(&target.collectors);
        }
        self.add_intervals(target);
        self.add_fields(target);
        self.add_wait_units(target);
        self.add_lists(target);
        self.add_rights(target);
    }

    /// Adds problems of servers, certificates and clocks.
    fn add_servers(&mut self, target: &Target) {
        for server in &target.servers {
            if server.answers == Some(false) {
                let remedy = "repair that server; until it answers, there is no failover";
                self.add(
                    Warning,
                    format!("the {} server {} does not answer", server.role, server.server),
                    remedy,
                );
            }
            // Trio works, but there is no failover if this server fails, too.
            if server.active && server.role == "secondary" {
                let what = format!("the secondary server {} is in use", server.server);
                self.add(
                    Warning,
                    what,
                    "find out why the primary does not answer; the exporter returns to it by itself",
                );
            }
            if let Some(ends) = &server.certificate_ends
                && -ends.seconds_ago < CERTIFICATE_DAYS * 86_400.0
            {
                let severity = if ends.seconds_ago >= 0.0 { Broken } else { Warning };
                let what = format!(
                    "the certificate of {} ends {} ({})",
                    server.server,
                    ends.in_words(),
                    ends.at
                );
                self.add(severity, what, "renew it on that server");
            }
        }
        if let Some(skew) = target.clock_skew_seconds.filter(|skew| skew.abs() > SKEW_SECONDS) {
            let way = if skew > 0.0 { "ahead of" } else { "behind" };
            let what = format!("Trio's clock is {} {way} the exporter's", span(skew.abs()));
            self.add(Warning, what, "synchronise both by NTP; waits are corrected for this difference, the start of an agent's state is not");
        }
    }

    /// Adds problems of readings; the same problem in several contact centres is one finding.
    fn add_collectors(&mut self, collectors: &[Collector]) {
        let is_normal = |state| {
            matches!(state, CollectorState::Off | CollectorState::Well | CollectorState::NotReadYet)
        };
        let mut alike: Vec<(&Collector, Vec<&str>)> = Vec::new();
        for collector in collectors.iter().filter(|collector| !is_normal(collector.state)) {
            let same = |(other, _): &&mut (&Collector, Vec<&str>)| {
                let key = |of: &Collector| {
                    (of.collector, of.state, of.shown, of.contact_center.is_some())
                };
                key(other) == key(collector) && other.words == collector.words
            };
            let center = collector.contact_center.as_deref();
            match alike.iter_mut().find(same) {
                Some((_, centers)) => centers.extend(center),
                None => alike.push((collector, center.into_iter().collect())),
            }
        }
        alike.into_iter().for_each(|(collector, centers)| self.add_collector(collector, &centers));
    }

    /// Adds the problem that a collector has in these contact centres.
    fn add_collector(&mut self, collector: &Collector, centers: &[&str]) {
        let place = match centers {
            [] => String::new(),
            [one] => format!(" of contact centre {one}"),
            several => format!(" of contact centres {}", list_names(several.iter().copied())),
        };
        // While its last data is shown, no number is missing yet.
        let severity = if collector.shown { Warning } else { Broken };
        let what = format!("{}{place}: {}", collector.collector, collector.words);
        let remedy = match (collector.state, &collector.missing_right) {
            (_, Some(right)) => {
                format!("grant the API user the right to {right} in Trio Administrator")
            }
            (CollectorState::Expired, _) => {
                "the poller hangs or was restarted; look at the log".to_owned()
            }
            _ => "`trio-exporter check` shows more".to_owned(),
        };
        self.add(severity, what, remedy);
    }

    /// Adds longer intervals and restarts of the poller.
    fn add_intervals(&mut self, target: &Target) {
        let longest = target.collectors.iter().filter_map(|collector| {
            let (now, configured) =
                (collector.interval_seconds?, collector.configured_interval_seconds?);
            (now > configured).then_some((collector, now, configured))
        });
        // The longest alone: all intervals grow together, and one line says it.
        if let Some((collector, now, configured)) =
            longest.max_by(|(_, a, _), (_, b, _)| a.total_cmp(b))
        {
            let what = format!(
                "{} is read every {} instead of every {}, to limit the requests to Trio; so are other collectors",
                collector.collector,
                span(now),
                span(configured)
            );
            self.add(
                Warning,
                what,
                "raise `max_requests_per_minute`, read less, or find out why Trio is slow",
            );
        }
        if target.restarts > 0 {
            let what = format!(
                "its poller was restarted {} after a panic",
                counted(target.restarts, "time")
            );
            self.add(Warning, what, "report the panic that the log shows");
        }
    }

    /// Adds fields without a member, rows without a key, and values that are not mapped.
    fn add_fields(&mut self, target: &Target) {
        let missing = target.fields.iter().filter(|field| field.state == FieldState::Missing);
        let names: Vec<String> =
            missing.map(|field| format!("{}.{}", field.resource, field.field)).collect();
        if !names.is_empty() {
            let what = format!("no member feeds {}", list_names(names.iter().map(String::as_str)));
            self.add(
                Warning,
                what,
                "if Trio has it under another name, map that name in a fields_file: see `trio-exporter inspect`",
            );
        }
        // A field that no row has is in the finding about fields without a member.
        let lacking = target.fields.iter().filter(|field| field.state == FieldState::Found);
        for (field, rows) in
            lacking.filter_map(|field| Some((field, field.rows_without.filter(|rows| *rows > 0)?)))
        {
            let what = if rows == 1 {
                format!(
                    "1 row of {} has no {}: it is left out of the counts",
                    field.resource, field.field
                )
            } else {
                format!(
                    "{rows} rows of {} have no {}: they are left out of the counts",
                    field.resource, field.field
                )
            };
            self.add(
                Warning,
                what,
                "look at those rows: `trio-exporter inspect --show-values`; trio_rows_without_key",
            );
        }
        for field in target.fields.iter().filter(|field| field.unknown_values > 0) {
            let values = if field.unknown_values == 1 { "value" } else { "values" };
            let words =
                field.unknown_words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>();
            let words =
                if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) };
            let what = format!(
                "{} unknown {values} in {}.{}{words}",
                field.unknown_values, field.resource, field.field
            );
            self.add(
                Warning,
                what,
                "map it in a fields_file; `trio-exporter inspect --show-values` shows what came",
            );
        }
    }

    /// Adds fields whose waits seem to be read in the wrong unit.
    fn add_wait_units(&mut self, target: &Target) {
        for mismatch in target.fields.iter().filter_map(|field| field.wait_mismatch.as_ref()) {
            let (what, remedy) = mismatch.words.clone();
            self.add(Warning, what, remedy);
        }
    }

    /// Adds truncated lists, and contact centres that are not read.
    fn add_lists(&mut self, target: &Target) {
        if target.truncated.services > 0 {
            let ids = target.truncated.examples.iter().map(|place| place.service_id.as_str());
            let what = format!(
                "the list of cases is truncated for {} ({})",
                counted(target.truncated.services, "service"),
                list_names(ids)
            );
            self.add(
                Warning,
                what,
                "outcomes that the lists do not show are unclassified; see trio_service_list_truncated in docs/metrics.md",
            );
        }
        if !target.passed_over.is_empty() {
            let what =
                format!("contact centres that are not read: {}", list_centers(&target.passed_over));
            self.add(Note, what, "`contact_centers` in the configuration leaves them out");
        }
    }

    /// Adds collections that the API user may not read.
    fn add_rights(&mut self, target: &Target) {
        let closed = target.resources.iter().filter(|resource| !resource.accessible);
        let mut names: Vec<&str> = closed.map(|resource| resource.resource).collect();
        names.sort_unstable();
        names.dedup();
        if !names.is_empty() {
            let what = format!("not accessible to the API user: {}", list_names(names.into_iter()));
            // A note: no metric but their number depends on them.
            self.add(
                Note,
                what,
                "to count them, grant the right in Trio Administrator, unless this Trio does not have them",
            );
        }
    }
}

/// Lists contact centres by id and name.
pub(super) fn list_centers(centers: &[Named]) -> String {
    let names: Vec<String> = centers
        .iter()
        .map(|center| match &center.name {
            Some(name) => format!("{} ({name})", center.id),
            None => center.id.clone(),
        })
        .collect();
    list_names(names.iter().map(String::as_str))
}

/// Returns a number with its noun in singular or plural.
pub(super) fn counted<N: Copy + Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    if number == N::from(1) { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Lists the first [`MAX_NAMES`] names and the number of further ones.
pub(super) fn list_names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    let shown = names[..names.len().min(MAX_NAMES)].join(", ");
    match names.len().saturating_sub(MAX_NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
