//! Search form for a missing service, and the answer.

use maud::{Markup, html};

use super::{
    super::report::{Answer, Match, Reason, Report, Verdict, Weight},
    prose,
};

/// Renders the form. Without scripts, it keeps the selected target in a hidden field.
pub(super) fn form(report: &Report, target: Option<&str>) -> Markup {
    let asked = report.service.as_ref().map_or("", |answer| &answer.asked);
    html! {
        form method="get" action="status" {
            label for="service" { "Find a missing service: " }
            input #service name="service" value=(asked) placeholder="id or name" maxlength="200";
            @if let Some(target) = target { input type="hidden" name="target" value=(target); }
            " " button { "Search" }
        }
    }
}

/// Renders the answer, the likeliest reasons first.
pub(super) fn answer(answer: &Answer) -> Markup {
    html! {
        section #answer {
            h2 { (answer.answer) }
            @if !answer.matches.is_empty() { (services("Found", &answer.matches)) }
            @if answer.more_matches > 0 { p { "… and " (answer.more_matches) " more." } }
            @if !answer.similar.is_empty() { (services("Similar", &answer.similar)) }
            (reasons(answer))
        }
    }
}

fn services(caption: &str, matches: &[Match]) -> Markup {
    html! {
        table {
            caption { (caption) }
            thead { tr { th { "Service" } th { "Id" } th { "Contact centre" } th { "Target" } th { "State" } th { "Series" } } }
            tbody {
                @for found in matches {
                    tr {
                        td { (found.service_name.as_deref().unwrap_or("(no name)")) }
                        td { code { (found.service_id) } }
                        td { (found.contact_center_name.as_deref().unwrap_or_default()) " " code { (found.contact_center) } }
                        td { (found.target) }
                        td { (state_words(found.state)) }
                        td { a href=(found.metrics.trim_start_matches('/')) { (found.metrics) } " " code { (found.selector) } }
                    }
                }
            }
        }
    }
}

fn reasons(answer: &Answer) -> Markup {
    let mut reasons: Vec<&Reason> = answer.reasons.iter().collect();
    reasons.sort_by_key(|reason| reason.weight);
    html! {
        table {
            caption { "Possible causes" }
            thead { tr { th { "Cause?" } th { "Target" } th { "Contact centre" } th { "Evidence" } } }
            tbody {
                @for reason in reasons {
                    tr {
                        @match reason.weight {
                            Weight::Cause => td.bad { "YES" },
                            Weight::Possible => td.warn { "MAYBE" },
                            Weight::RuledOut => td.quiet { "no" },
                        }
                        td { (reason.target.as_deref().unwrap_or("all")) }
                        td { (reason.contact_center.as_deref().unwrap_or_default()) }
                        td { (prose(&reason.evidence)) }
                    }
                }
            }
        }
        @if answer.more_reasons > 0 { p { "… and " (answer.more_reasons) " more." } }
    }
}

const fn state_words(state: Verdict) -> &'static str {
    match state {
        Verdict::Shown => "in the metrics",
        Verdict::ShownInPart => "in the metrics, but some families are withheld",
        Verdict::NoState => "no state",
        Verdict::StateNotRead => "state not read",
        Verdict::Expired => "too old to be shown",
        Verdict::Several | Verdict::NotListed | Verdict::NotKnown => "",
    }
}
