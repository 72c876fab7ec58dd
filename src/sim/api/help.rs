//! The server's own help pages, in the structure of the stock pages of ASP.NET Web API: an index,
//! a page for each request, and a page for each type.
//!
//! As there, a page of a type is shown only after a page that uses the type, and a page that does
//! not exist is an error view with status 200.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use super::resource::Resource;
use super::{Query, Trio};
use crate::sim::dialect::{Enumeration, Member, Type, capitalised};
use crate::sim::options::{HelpAccess, HelpPages};

/// Path of the help in lower case; its own links write it as [`LINKED_PATH`].
pub(crate) const HELP_PATH: &str = "/te/api/help";
/// The path as the links of the pages write it.
// The saved index of a real server has it in this case, other than the API's own paths.
const LINKED_PATH: &str = "/TE/API/Help";

/// A page of the help.
#[derive(Debug)]
pub(crate) struct HelpPage {
    status: StatusCode,
    login: Option<&'static str>,
    html: String,
}

impl IntoResponse for HelpPage {
    fn into_response(self) -> Response {
        let kind = (CONTENT_TYPE, "text/html; charset=utf-8");
        let mut response = (self.status, [kind], self.html).into_response();
        if let Some(scheme) = self.login {
            let value = axum::http::HeaderValue::from_static(scheme);
            response.headers_mut().insert(WWW_AUTHENTICATE, value);
        }
        response
    }
}

/// Columns of a table of members or values.
type Cells = Vec<(&'static str, Markup)>;

impl Trio {
    /// Answers with the page at `path` below [`HELP_PATH`].
    pub(crate) fn help(&mut self, path: &str, query: &Query, has_token: bool) -> HelpPage {
        let pages = self.options.help;
        let refused = |status, login, title: &str| HelpPage {
            status,
            login,
            html: frame(&html! { h1 { (title) } }).into_string(),
        };
        match pages.access {
            HelpAccess::Missing => return refused(StatusCode::NOT_FOUND, None, "404"),
            HelpAccess::Token if !has_token => {
                return refused(StatusCode::UNAUTHORIZED, Some("Bearer"), "401");
            }
            HelpAccess::Windows => {
                return refused(StatusCode::UNAUTHORIZED, Some("Negotiate"), "401");
            }
            HelpAccess::Open | HelpAccess::Token => {}
        }
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let body = match parts.as_slice() {
            [] => Some(self.index()),
            [api, id] if api.eq_ignore_ascii_case("api") => {
                if pages.broken && id.eq_ignore_ascii_case(&request_id(Resource::AgentGroups)) {
                    return refused(StatusCode::INTERNAL_SERVER_ERROR, None, "Server Error");
                }
                self.request_page(id)
            }
            [model] if model.eq_ignore_ascii_case("resourcemodel") => {
                query.get("modelName").and_then(|name| self.type_page(name))
            }
            _ => None,
        };
        let error = html! { h1 { "An error occurred while processing your request." } };
        let html = frame(&body.unwrap_or(error)).into_string();
        HelpPage { status: StatusCode::OK, login: None, html }
    }

    fn index(&self) -> Markup {
        let swedish = self.options.help.swedish;
        html! {
            h2 { (pick(swedish, "Resources", "Resurser")) }
            @for resource in Resource::ALL {
                h3 id=(type_name(resource)) { (type_name(resource)) }
                (table(&[], [(resource, false), (resource, true)].map(|(resource, one)| {
                    let id = if one { item_id(resource) } else { request_id(resource) };
                    let link = html! { a href=(format!("{LINKED_PATH}/Api/{id}")) { (request(resource, one)) } };
                    let words = pick(swedish, "Reads the resource.", "Läser resursen.");
                    vec![("api-name", link), ("api-documentation", html! { p { (words) } })]
                }).to_vec()))
            }
        }
    }

    /// Page of a request; `None` if there is none with this id.
    fn request_page(&mut self, id: &str) -> Option<Markup> {
        let HelpPages { swedish, samples, .. } = self.options.help;
        let dialect = self.options.dialect;
        let is = |resource: &Resource| {
            [request_id(*resource), item_id(*resource)].iter().any(|it| it.eq_ignore_ascii_case(id))
        };
        let resource = Resource::ALL.into_iter().find(is)?;
        let sample = dialect.sample(self.options.naming, members(resource));
        self.shown_types.insert(resource.tail());
        let none = || html! { p { "None." } };
        Some(html! {
            h1 { (request(resource, id.eq_ignore_ascii_case(&item_id(resource)))) }
            div {
                p { (pick(swedish, "Reads the resource.", "Läser resursen.")) }
                h2 { (pick(swedish, "Request Information", "Information om anropet")) }
                h3 { (pick(swedish, "URI Parameters", "Parametrar")) }
                (table(&["Name", "Description", "Type", "Additional information"], vec![vec![
                    ("parameter-name", html! { "page" }),
                    ("parameter-documentation", html! { p {} }),
                    ("parameter-type", html! { "integer" }),
                    ("parameter-annotations", html! { p { "None." } }),
                ]]))
                h3 { (pick(swedish, "Body Parameters", "Innehåll")) }
                p {}
                (none())
                h2 { (pick(swedish, "Response Information", "Information om svaret")) }
                h3 { (pick(swedish, "Resource Description", "Beskrivning av resursen")) }
                p {}
                (type_link(&format!("ResponseOf{}", type_name(resource))))
                (self.envelope(resource, &sample))
                @if samples {
                    h3 { (pick(swedish, "Response Formats", "Format")) }
                    div {
                        h4 class="sample-header" { "application/json, text/json" }
                        div class="sample-content" {
                            b { "Sample:" }
                            pre class="wrapped" { "\n" (pretty(&sample)) "\n" }
                        }
                    }
                }
            }
        })
    }

    /// Page of a type; `None` if no page that uses it was shown.
    fn type_page(&self, name: &str) -> Option<Markup> {
        let dialect = self.options.dialect;
        let shown = Resource::ALL.into_iter().filter(|it| self.shown_types.contains(it.tail()));
        for resource in shown {
            let own = type_name(resource);
            if name.eq_ignore_ascii_case(&own) {
                return Some(html! { h1 { (own) } p {} section { (self.members(resource)) } });
            }
            if name.eq_ignore_ascii_case(&format!("ItemOf{own}")) {
                let rows = vec![member_row("Data", "", type_link(&own))];
                return Some(html! { h1 { "ItemOf" (own) } p {} section { (member_table(rows)) } });
            }
            let kinds = members(resource).iter().map(|it| it.documented_type(dialect));
            let mut kinds = kinds.filter_map(|kind| match kind {
                Type::Enumeration(kind) => Some(kind),
                _ => None,
            });
            if let Some(kind) = kinds.find(|kind| name.eq_ignore_ascii_case(kind.as_str())) {
                return Some(self.enumeration(kind));
            }
        }
        None
    }

    fn enumeration(&self, kind: Enumeration) -> Markup {
        let described = self.options.help.described;
        let rows = kind.values(self.options.dialect).into_iter().map(|(name, number, words)| {
            let words = if described { words } else { String::new() };
            vec![
                ("enum-name", html! { b { (name) } }),
                ("enum-value", html! { p { (number) } }),
                ("enum-description", html! { p { (words) } }),
            ]
        });
        html! {
            h1 { (kind.as_str()) }
            p {}
            section {
                p { (pick(self.options.help.swedish, "Possible enumeration values:", "Möjliga värden:")) }
                (table(&["Name", "Value", "Description"], rows.collect()))
            }
        }
    }

    /// Table of the envelope around the items, as the sample shows it.
    fn envelope(&self, resource: Resource, sample: &Value) -> Markup {
        let keys = sample.as_object().into_iter().flatten();
        let rows = keys.map(|(key, value)| {
            let is_data = key.eq_ignore_ascii_case("data");
            // Items may be wrapped once more.
            let wrapped =
                value[0].as_object().is_some_and(|it| it.len() == 1 && it.contains_key("data"));
            let own = type_name(resource);
            let kind = match (is_data, wrapped) {
                (false, _) => "LinkModel".to_owned(),
                (true, false) => own,
                (true, true) => format!("ItemOf{own}"),
            };
            member_row(&capitalised(key), "", html! { "Collection of " (type_link(&kind)) })
        });
        member_table(rows.collect())
    }

    fn members(&self, resource: Resource) -> Markup {
        let HelpPages { described, swedish, .. } = self.options.help;
        let dialect = self.options.dialect;
        let rows = members(resource).iter().map(|member| {
            let words =
                if described { member.documentation(dialect, swedish) } else { String::new() };
            let kind = match member.documented_type(dialect) {
                Type::Simple(words) => html! { (words) },
                Type::Collection(words) => html! { "Collection of " (words) },
                Type::Enumeration(kind) => type_link(kind.as_str()),
            };
            member_row(&capitalised(member.name(dialect, self.options.naming)), &words, kind)
        });
        member_table(rows.collect())
    }
}

/// Members of the items of a resource, in the order of the answers.
fn members(resource: Resource) -> &'static [Member] {
    match resource {
        Resource::Centers => &[Member::CenterId, Member::CenterName],
        Resource::Agents => &[
            Member::AgentId,
            Member::FirstName,
            Member::LastName,
            Member::AgentGroups,
            Member::Email,
            Member::Phone,
        ],
        Resource::AgentState => &[
            Member::AgentId,
            Member::FirstName,
            Member::LastName,
            Member::AgentState,
            Member::StateSince,
            Member::Reason,
            Member::ServiceId,
            Member::JobNo,
            Member::LastUpdated,
        ],
        Resource::AgentGroups | Resource::ServiceGroups => &[Member::GroupId, Member::GroupName],
        Resource::Services => {
            &[Member::ServiceId, Member::ServiceName, Member::ServiceGroup, Member::Description]
        }
        Resource::ServiceState => &[
            Member::ServiceId,
            Member::ServiceName,
            Member::Open,
            Member::QueueLength,
            Member::LongestWait,
            Member::EstimatedWait,
            Member::AgentsLoggedOn,
            Member::AgentsAvailable,
            Member::AgentsBusy,
            Member::LastUpdated,
        ],
        Resource::Calls | Resource::Cases => &[
            Member::JobNo,
            Member::ServiceId,
            Member::CaseClass,
            Member::CaseType,
            Member::CaseState,
            Member::Created,
            Member::AnsweredAt,
            Member::WaitTime,
            Member::AgentId,
            Member::Vid,
            Member::Customer,
        ],
        Resource::Skills => &[
            Member::SkillUid,
            Member::SkillAgent,
            Member::RoleId,
            Member::ServiceId,
            Member::SkillLevel,
        ],
        _ => &[Member::ItemId, Member::ItemName],
    }
}

/// Method and path of a request on the index.
fn request(resource: Resource, one: bool) -> String {
    let list = if resource.is_shared() {
        resource.tail().to_owned()
    } else {
        format!("cc/{{ccid}}/{}", resource.tail())
    };
    match list.strip_suffix("/state") {
        Some(owner) if one => format!("GET {owner}/{{id}}/state?fields={{fields}}"),
        _ if one => format!("GET {list}/{{id}}?fields={{fields}}"),
        _ => format!(
            "GET {list}?page={{page}}&pageSize={{pageSize}}&sort={{sort}}&fields={{fields}}"
        ),
    }
}

/// Id of the page of the list of a resource.
fn request_id(resource: Resource) -> String {
    id_of(&request(resource, false))
}

/// Id of the page of one item of a resource.
fn item_id(resource: Resource) -> String {
    id_of(&request(resource, true))
}

/// Id of the page of a request, as the stock pages make it.
fn id_of(request: &str) -> String {
    let (path, query) = request.split_once('?').unwrap_or((request, ""));
    let path: String = path
        .chars()
        .filter(|c| !matches!(c, '{' | '}'))
        .map(|c| if matches!(c, ' ' | '/') { '-' } else { c })
        .collect();
    let keys: Vec<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    format!("{path}_{}", keys.join("_"))
}

/// Name of the type of a resource's items.
fn type_name(resource: Resource) -> String {
    let words: String = resource.tail().split('/').map(capitalised).collect();
    format!("{words}Model")
}

fn type_link(name: &str) -> Markup {
    html! { a href=(format!("{LINKED_PATH}/ResourceModel?modelName={name}")) { (name) } }
}

fn member_row(name: &str, words: &str, kind: Markup) -> Cells {
    vec![
        ("parameter-name", html! { (name) }),
        ("parameter-documentation", html! { p { (words) } }),
        ("parameter-type", kind),
        ("parameter-annotations", html! { p { "None." } }),
    ]
}

fn member_table(rows: Vec<Cells>) -> Markup {
    table(&["Name", "Description", "Type", "Additional information"], rows)
}

fn table(heads: &[&str], rows: Vec<Cells>) -> Markup {
    html! {
        table class="help-page-table" {
            thead { tr { @for head in heads { th { (head) } } } }
            tbody {
                @for row in rows {
                    tr { @for (class, cell) in row { td class=(class) { (cell) } } }
                }
            }
        }
    }
}

fn frame(body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html {
            head { meta charset="utf-8"; title { "Simulated Trio" } }
            body {
                header class="help-page" { h1 { "Simulated Trio" } }
                div class="help-page" { (body) }
            }
        }
    }
}

fn pick<'t>(swedish: bool, english: &'t str, in_swedish: &'t str) -> &'t str {
    if swedish { in_swedish } else { english }
}

/// JSON on several lines, as the stock pages show it.
fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use pretty_assertions::assert_eq;

    use super::super::resource::Collection;
    use super::*;
    use crate::sim::{Dialect, Options};

    #[test]
    fn documented_members_are_those_of_the_answers() {
        for dialect in Dialect::ALL {
            let trio = Trio::new(Options { dialect, ..Options::default() }, UNIX_EPOCH);
            let mut compared = 0;
            for resource in Resource::ALL {
                let center = if resource.is_shared() { 0 } else { 1 };
                let collection = Collection { resource, center };
                let ids = trio.matching_ids(collection, &Query::default());
                let Some(row) = ids.first().and_then(|id| trio.row(collection, *id)) else {
                    continue;
                };
                let sent: Vec<Member> = row.into_iter().map(|(member, _)| member).collect();
                assert_eq!(sent, members(resource), "{resource:?}");
                compared += 1;
            }
            assert!(compared > 20, "{compared}");
        }
    }

    #[test]
    fn type_is_shown_only_after_a_page_that_uses_it() {
        let mut trio = Trio::new(Options::default(), UNIX_EPOCH);
        let query = Query::parse(b"modelName=ServicesStateModel");
        let page = |trio: &mut Trio, path: &str| trio.help(path, &query, false).html;
        assert!(!page(&mut trio, "ResourceModel").contains("help-page-table"));
        let id = "GET-cc-ccid-services-state_page_pageSize_sort_fields";
        assert!(page(&mut trio, &format!("Api/{id}")).contains("ResponseOfServicesStateModel"));
        assert!(page(&mut trio, "resourcemodel").contains("QueueLength"));
    }
}
