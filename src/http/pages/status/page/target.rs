//! Section of the page about one target.

use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::{
    super::{
        moment::Moment,
        report::{Collector, Field, FieldState, Session, Target, TargetState},
    },
    prose,
};
use crate::diagnosis::{ReadingState, counted, span};

/// Renders the section. Tables of what is as expected are folded, so that problems are on the first
/// screen.
pub(super) fn target(target: &Target) -> Markup {
    let (class, word) = match target.state {
        TargetState::Up => ("good", "UP"),
        TargetState::Down => ("bad", "DOWN"),
        TargetState::NotReadYet => ("warn", "NOT READ YET"),
    };
    html! {
        section {
            h2 { "Target " (target.name) ": " span class=(class) { (word) } @if target.simulated { " (simulated)" } }
            (facts(target))
            (collectors(target))
            (fields(target))
            (rights(target))
        }
    }
}

fn facts(target: &Target) -> Markup {
    let zone = target.zone.as_ref();
    html! {
        dl {
            @if let Some(since) = &target.since {
                dt { "Since" }
                dd {
                    (moment(since, zone))
                    @if let Some(step) = &target.last_step { ", last step " (moment(step, zone)) }
                }
            }
            @for server in &target.servers {
                dt { "Server" }
                dd {
                    code { (server.server) } ", " (server.role) ", "
                    @if server.active { strong { "active" } ", " }
                    @match server.answers {
                        Some(true) => "answers",
                        Some(false) => span.bad { "DOES NOT ANSWER" },
                        None => "no request yet",
                    }
                    @if let Some(ends) = &server.certificate_ends { ", certificate ends " (moment(ends, zone)) }
                }
            }
            dt { "Session" } dd { (session(&target.session, zone)) }
            dt { "Load" }
            dd {
                (counted(target.load.requests, "request")) " since start"
                @if let Some(budget) = target.load.budget_per_minute { ", at most " (budget) " a minute" }
                // Zeros of what never happened would hide the one that counts.
                @for (count, noun) in [(target.polls_missed, "missed poll"), (target.failovers, "failover"), (target.restarts, "restart")] {
                    @if count > 0 { ", " strong { (counted(count, noun)) } }
                }
            }
            @if let Some(skew) = target.clock_skew_seconds { dt { "Trio's clock" } dd { (skew) " s relative to the exporter's" } }
            @if !target.contact_centers.is_empty() {
                dt { "Contact centres" }
                dd {
                    @for (position, center) in target.contact_centers.iter().enumerate() {
                        @if position > 0 { "; " }
                        (center.name.as_deref().unwrap_or_default()) " " code { (center.id) } ": "
                        (count(center.services, "service")) ", " (count(center.agents, "agent"))
                    }
                }
            }
            @if target.state != TargetState::NotReadYet { dt { "Unmeasured time" } dd { (unmeasured(target)) } }
        }
    }
}

fn session(session: &Session, zone: Option<&TimeZone>) -> Markup {
    html! {
        @if session.logged_in { "logged in" } @else { strong { "not logged in" } }
        @if let Some(ends) = &session.access_ends { ", access token ends " (moment(ends, zone)) }
        @if let Some(ends) = &session.refresh_ends { ", refresh token ends " (moment(ends, zone)) }
        "; " (counted(session.logins, "login")) ", " (counted(session.renewals, "renewal"))
        @for (reason, count) in &session.failures { ", " strong { (count) " failed: " (reason) } }
    }
}

/// Renders the time of services and agents that no counter has, since the start.
fn unmeasured(target: &Target) -> Markup {
    let time = &target.unmeasured;
    let unmeasured: f64 = time.services_seconds.values().sum();
    html! {
        "services: " (span(unmeasured)) " of " (span(time.services_measured_seconds + unmeasured)) " open"
        @for (reason, seconds) in time.services_seconds.iter().filter(|(_, seconds)| **seconds > 0.0) {
            ", " (reason) " " (span(*seconds))
        }
        "; agents: " (span(time.agents_seconds)) "; since start"
    }
}

fn collectors(target: &Target) -> Markup {
    let zone = target.zone.as_ref();
    let is_normal = |collector: &&Collector| {
        matches!(collector.state, ReadingState::UpToDate | ReadingState::Off)
    };
    let (normal, mut others): (Vec<&Collector>, Vec<&Collector>) =
        target.collectors.iter().partition(is_normal);
    // Stable: collectors of one state stay in the order of contact centres.
    others.sort_by_key(|collector| rank(collector.state));
    let off = normal.iter().filter(|collector| collector.state == ReadingState::Off).count();
    html! {
        @if target.collectors.is_empty() { p { "Nothing was read yet." } }
        @if !others.is_empty() { (readings("Readings with problems", &others, zone)) }
        @if !normal.is_empty() {
            details {
                summary { "Readings: " (normal.len() - off) " ok" @if off > 0 { ", " (off) " switched off" } }
                (readings("", &normal, zone))
            }
        }
    }
}

fn readings(caption: &str, collectors: &[&Collector], zone: Option<&TimeZone>) -> Markup {
    html! {
        table {
            @if !caption.is_empty() { caption { (caption) } }
            thead {
                tr {
                    th { "State" } th { "Contact centre" } th { "Collector" } th { "Result" }
                    th.number { "Items" } th { "Last complete reading" } th.number { "Duration" } th.number { "Interval" }
                    th.number { "Shown up to an age of" }
                }
            }
            tbody { @for collector in collectors { (reading(collector, zone)) } }
        }
    }
}

fn reading(collector: &Collector, zone: Option<&TimeZone>) -> Markup {
    let (class, word) = match collector.state {
        ReadingState::UpToDate => ("good", "ok"),
        ReadingState::Off => ("quiet", "off"),
        ReadingState::NotReadYet => ("quiet", "not read yet"),
        ReadingState::Expired => ("bad", "EXPIRED"),
        ReadingState::Forbidden => ("bad", "FORBIDDEN"),
        ReadingState::Incomplete => ("warn", "INCOMPLETE"),
        ReadingState::Failed => ("bad", "FAILED"),
    };
    html! {
        tr {
            td class=(class) { (word) }
            td { (collector.contact_center.as_deref().unwrap_or_default()) }
            td.name { (collector.collector) }
            td { (prose(&collector.words)) @if let Some(right) = &collector.missing_right { "; missing right: " (right) } }
            td.number {
                @match (collector.items, collector.total) {
                    (Some(items), Some(total)) => { (items) " of " (total) },
                    (Some(items), None) => { (items) },
                    _ => {},
                }
            }
            td { @if let Some(at) = &collector.last_success { (moment(at, zone)) } }
            td.number { @if let Some(took) = collector.duration_seconds { (span(took)) } }
            td.number { (interval(collector)) }
            td.number { @if let Some(age) = collector.max_age_seconds { (span(age)) } }
        }
    }
}

/// Renders the interval in force, beside the configured one if that is shorter.
fn interval(collector: &Collector) -> Markup {
    html! {
        // Strong only if it grew: a shorter interval than configured is no loss.
        @if let Some(now) = collector.interval_seconds {
            (span(now))
            @if let Some(configured) = collector.configured_interval_seconds.filter(|configured| *configured < now) {
                " " strong { "instead of " (span(configured)) }
            }
        }
    }
}

/// Returns the rank for sorting; the most severe state is the lowest.
const fn rank(state: ReadingState) -> u8 {
    match state {
        ReadingState::Forbidden | ReadingState::Failed | ReadingState::Expired => 0,
        ReadingState::Incomplete => 1,
        ReadingState::NotReadYet => 2,
        ReadingState::UpToDate | ReadingState::Off => 3,
    }
}

fn fields(target: &Target) -> Markup {
    let missing = target.fields.iter().filter(|field| field.state == FieldState::Missing).count();
    let unknown = target.fields.iter().filter(|field| field.unknown_values > 0).count();
    let mut fields: Vec<&Field> = target.fields.iter().collect();
    // The table is long: fields with a problem are at its top.
    fields.sort_by_key(|field| (field.state != FieldState::Missing, field.unknown_values == 0));
    html! {
        @if !fields.is_empty() {
            details {
                summary { "Mapping: " (counted(fields.len(), "field")) ", " (missing) " missing, " (unknown) " with unknown values" }
                table {
                    thead {
                        tr {
                            th { "State" } th { "Resource" } th { "Field" } th { "Member" } th { "Form" } th { "Source" }
                            th { "Unknown values" } th.number { "Rows without the field" } th.number { "Times rejected" }
                        }
                    }
                    tbody { @for field in fields { (mapping(field)) } }
                }
            }
        }
    }
}

fn mapping(field: &Field) -> Markup {
    let (class, word) = match field.state {
        FieldState::Found => ("good", "found"),
        FieldState::Derived => ("good", "derived"),
        FieldState::Missing => ("warn", "MISSING"),
        FieldState::NotSeen => ("quiet", "not seen"),
    };
    html! {
        tr {
            td class=(class) { (word) }
            td.name { (field.resource) }
            td.name { (field.field) }
            td { @if let Some(member) = &field.member { code { (member) } } }
            td {
                (field.form)
                @if let Some(mismatch) = &field.wait_mismatch {
                    strong { " × " (mismatch.factor) "?" }
                }
            }
            td { (field.source) }
            td {
                @if field.unknown_values > 0 { strong { (field.unknown_values) } }
                @for word in &field.unknown_words { " " code { (word) } }
            }
            td.number {
                @match field.rows_without {
                    Some(0) => "0",
                    Some(rows) => strong { (rows) },
                    None => "",
                }
            }
            td.number { @if let Some(times) = field.times_rejected { (times) } }
        }
    }
}

fn rights(target: &Target) -> Markup {
    let closed = target.resources.iter().filter(|resource| !resource.accessible).count();
    html! {
        @if !target.resources.is_empty() {
            details {
                summary { "Rights: " (counted(target.resources.len(), "collection")) " counted, " (closed) " not accessible" }
                table {
                    thead { tr { th { "Right" } th { "Contact centre" } th { "Collection" } th.number { "Items" } } }
                    tbody {
                        @for resource in target.resources.iter().filter(|r| !r.accessible).chain(target.resources.iter().filter(|r| r.accessible)) {
                            tr {
                                @if resource.accessible { td.good { "accessible" } }
                                @else { td.warn { "NOT ACCESSIBLE: grant the right to read it, unless this Trio does not have it" } }
                                td { (resource.contact_center.as_deref().unwrap_or_default()) }
                                td.name { (resource.resource) }
                                td.number { @if let Some(items) = resource.items { (items) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Renders the age of a moment, and its time where the target is.
// Both can be read: a telephone has no pointer that would show a title.
fn moment(moment: &Moment, zone: Option<&TimeZone>) -> Markup {
    html! { (moment.in_words()) " " span.quiet { (moment.local(zone)) } }
}

fn count(number: Option<usize>, noun: &str) -> String {
    number.map_or_else(|| format!("{noun}s unknown"), |number| counted(number, noun))
}
