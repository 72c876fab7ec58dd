//! HTML page of the report: without scripts, the most severe findings first.

mod service;
mod target;

use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    moment::local,
    report::{Exporter, Finding, Report, Target, TargetState},
};
use crate::diagnosis::{Severity, counted};

// Within the page: a second request would count against the limit of requests, and need the same
// login.
const STYLE: &str = include_str!("status.css");

/// Renders the page; `target` is the one in the query, which the form keeps.
pub(super) fn page(report: &Report, target: Option<&str>) -> String {
    let zone = report.zone.as_ref();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (headline(report)) " – trio-exporter" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                // Relative, so that they also lead somewhere behind a proxy that serves the pages
                // below a path. The empty address is that of this page, with its query.
                nav { a href="./" { "trio-exporter" } " " a href="metrics" { "/metrics" } " " a href="status.json" { "/status.json" } " " a href="" { "Refresh" } }
                h1 { (headline(report)) }
                p.quiet { "Generated at " (local(&report.generated, zone)) ". Ages are counted from that time; " a href="" { "refresh" } " the page to update them." }
                (findings(report))
                (service::form(report, target))
                @if let Some(answer) = &report.service { (service::answer(answer)) }
                @for target in worst_first(&report.targets) { (target::target(target)) }
                (exporter(&report.exporter, zone))
            }
        }
    };
    page.into_string()
}

/// Sorts targets that are down or not read yet before the others.
// With many targets only the top of the page is seen. The sort is stable, so the rest stays as
// configured.
fn worst_first(targets: &[Target]) -> Vec<&Target> {
    let mut targets: Vec<&Target> = targets.iter().collect();
    targets.sort_by_key(|target| match target.state {
        TargetState::Down => 0,
        TargetState::NotReadYet => 1,
        TargetState::Up => 2,
    });
    targets
}

/// Returns the numbers of broken parts and of warnings. Notes need no action, so they are not
/// counted.
fn headline(report: &Report) -> String {
    let count =
        |severity| report.findings.iter().filter(|finding| finding.severity == severity).count();
    let broken = match count(Severity::Broken) {
        0 => None,
        count => Some(format!("{count} broken")),
    };
    let warnings = match count(Severity::Warning) {
        0 => None,
        1 => Some("1 warning".to_owned()),
        count => Some(format!("{count} warnings")),
    };
    let parts: Vec<String> = broken.into_iter().chain(warnings).collect();
    if parts.is_empty() { "No problems".to_owned() } else { parts.join(", ") }
}

fn findings(report: &Report) -> Markup {
    html! {
        @if !report.findings.is_empty() {
            table.findings {
                thead { tr { th { "Severity" } th { "Target" } th { "Finding" } th { "Remedy" } } }
                tbody { @for finding in &report.findings { (row(finding)) } }
            }
        }
        @if report.more_findings > 0 { p { "… and " (report.more_findings) " more." } }
        // Without these flags a command reads another configuration, or none, and its answer is
        // about another Trio.
        @if report.findings.iter().any(|finding| finding.remedy.contains("`trio-exporter ")) {
            p.quiet {
                "Run the commands with the " code { "--config.file" } " or the " code { "TRIO_*" }
                " variables that this process was started with."
            }
        }
    }
}

fn row(finding: &Finding) -> Markup {
    let (class, word) = match finding.severity {
        Severity::Broken => ("bad", "BROKEN"),
        Severity::Warning => ("warn", "WARNING"),
        Severity::Unknown => ("quiet", "unknown"),
        Severity::Note => ("quiet", "note"),
    };
    html! {
        tr {
            td class=(class) { (word) }
            td { (finding.target.as_deref().unwrap_or("the exporter")) }
            td { (prose(&finding.what)) }
            td { (prose(&finding.remedy)) }
        }
    }
}

fn exporter(exporter: &Exporter, zone: Option<&TimeZone>) -> Markup {
    let configuration = &exporter.configuration;
    html! {
        section {
            h2 { "The exporter" }
            dl {
                dt { "Version" } dd { (exporter.version) " " span.quiet { (exporter.revision) } }
                dt { "Started" } dd { (exporter.started.in_words()) " " span.quiet { (exporter.started.local(zone)) } }
                dt { "Configuration" }
                dd {
                    @match configuration.in_use {
                        Some(true) => "the configuration that was read last is in use",
                        Some(false) => strong { "the configuration that was read last has mistakes; the previous one is in use" },
                        None => "not known",
                    }
                    @if let Some(at) = &configuration.last_read_well { "; read " (at.in_words()) " " span.quiet { (at.local(zone)) } }
                }
                @if let Some(file) = &exporter.state_file {
                    dt { "State file" }
                    dd {
                        @match &file.last_saved {
                            Some(at) => { "saved " (at.in_words()) },
                            None => "not saved yet",
                        }
                        @if file.errors > 0 { "; " strong { (counted(file.errors, "error")) } }
                    }
                }
                dt { "Limit on series" } dd { (exporter.max_series) }
            }
            @if !exporter.withheld.is_empty() {
                table {
                    caption { "Withheld because of the limit on series" }
                    thead { tr { th { "Family" } th.number { "Series" } } }
                    tbody { @for withheld in &exporter.withheld { tr { td { code { (withheld.family) } } td.number { (withheld.series) } } } }
                }
            }
        }
    }
}

/// Renders a sentence with the parts between backticks as code.
// The same sentences are in the JSON, where backticks mark keys and commands. maud escapes each
// part.
fn prose(text: &str) -> Markup {
    html! {
        @for (position, part) in text.split('`').enumerate() {
            @if position % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}
