//! Links of an answer: the addresses of resources, as Trio states them.

use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::Url;

use super::repair::repaired;
use crate::model::Resource;

/// The usable links of one answer: absolute, below the API's base on the server they came from, and
/// for GET (those of the logins for POST).
#[derive(Clone, Debug, Default)]
pub(in crate::trio) struct Links {
    /// Path of the API's base on that server.
    base: String,
    /// Links of the answer itself, by normalised name: beside its data, and in the data where that
    /// is a single item.
    own: Vec<(String, Url)>,
    /// Links of the items of a list.
    // Each item has links of the same names, so only the paths tell which item they belong to.
    items: Vec<Url>,
}

impl Links {
    /// Reads the links in `body`, which came from the server with this base. A body that is no JSON
    /// has none.
    pub(in crate::trio) fn parse(body: &[u8], base: &Url) -> Self {
        let body: Value = serde_json::from_slice(body)
            .ok()
            .or_else(|| serde_json::from_slice(&repaired(body, 0)?).ok())
            .unwrap_or_default();
        let mut own = links_of(&body, base);
        let data = member(&body, &["data"]).unwrap_or(&body);
        let mut items = Vec::new();
        match data {
            // Version 8 writes a single item as a list of one, with links of its own.
            Value::Array(list) if list.len() == 1 => own.extend(links_of_item(&list[0], base)),
            Value::Array(list) => {
                let links = list.iter().flat_map(|item| links_of_item(item, base));
                items.extend(links.map(|(_, url)| url));
            }
            // Without a member `data`, the body is the data: its links are in `own` already.
            Value::Object(_) if !std::ptr::eq(data, &raw const body) => {
                own.extend(links_of_item(data, base));
            }
            _ => {}
        }
        Self { base: base.path().trim_end_matches('/').to_owned(), own, items }
    }

    /// Returns the address of `resource`: by the link's name, or else by a path that ends like the
    /// documented one.
    pub(in crate::trio) fn find(&self, resource: Resource, documented: &Url) -> Option<Url> {
        let names = rel_names(resource);
        let by_name = self.own.iter().find(|(rel, _)| names.contains(&&**rel)).map(|(_, url)| url);
        // Names of links below the Api resource are not documented; the paths of the resources are.
        let tail = documented.path().strip_prefix(&*self.base).unwrap_or(documented.path());
        let is_there = |url: &&Url| ends_with(url.path(), tail);
        let by_path = || self.own.iter().map(|(_, url)| url).chain(&self.items).find(is_there);
        by_name.or_else(by_path).cloned()
    }

    /// Returns the distinct ids in the links below `parent`, sorted. An id is the first path
    /// segment below `parent`, where the documented paths have `{…id}`; more may follow.
    pub(in crate::trio) fn ids_below(&self, parent: &Url) -> Vec<String> {
        let prefix = format!("{}/", parent.path().trim_end_matches('/'));
        let urls = self.own.iter().map(|(_, url)| url).chain(&self.items);
        let below = urls.filter_map(|url| strip_prefix(url.path(), &prefix));
        let first = below.filter_map(|rest| rest.split('/').next()).filter(|id| !id.is_empty());
        let mut ids: Vec<String> = first.map(decoded).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// Names that a link to the resource may have, normalised.
pub(in crate::trio) fn rel_names(resource: Resource) -> &'static [&'static str] {
    match resource {
        // The vendor's manual shows `self` as the link of the Api answer to itself.
        Resource::Api => &["api", "self"],
        Resource::Login => &["login"],
        Resource::RefreshLogin => &["refreshlogin"],
        Resource::ContactCenters => &["cc", "contactcenters"],
        Resource::Agents => &["agents"],
        Resource::AgentState => &["agentstate", "agentsstate"],
        Resource::AgentGroups => &["agentgroups"],
        Resource::Services => &["services"],
        Resource::ServiceState => &["servicestate", "servicesstate"],
        Resource::ServiceGroups => &["servicegroups"],
        Resource::Calls => &["calls", "servicecalls", "servicescalls"],
        Resource::Cases => &["cases", "servicecases", "servicescases"],
        Resource::Skills => &["skills"],
        Resource::Roles => &["roles"],
        Resource::Schedules => &["schedules"],
        Resource::ExceptionLists => {
            &["exceptionlists", "scheduleexceptions", "schedulesexceptionlists"]
        }
        Resource::SkillProfiles => &["skillprofiles"],
        Resource::Security => &["security"],
        Resource::SecurityGroups => &["securitygroups", "groups"],
        Resource::SecurityAgents => &["securityagents", "agents"],
        Resource::SecurityServices => &["securityservices", "services"],
        Resource::Directory => &["directory"],
        Resource::Subscribers => &["subscribers", "directorysubscribers"],
        Resource::DirectorySkills => &["directoryskills", "skills"],
        Resource::Capabilities => &["capabilities", "directorycapabilities"],
        Resource::Departments => &["departments", "directorydepartments"],
        Resource::Pbxs => &["pbxs", "directorypbxs"],
        Resource::CalendarSystems => {
            &["calendarsystems", "calendars", "calendar", "directorycalendarsystems"]
        }
        Resource::CustomerGroups => &["customergroups", "directorycustomergroups"],
        Resource::Titles => &["titles", "directorytitles"],
        Resource::ExtraFieldNames => &["extrafieldnames", "extranames", "directoryextrafieldnames"],
        Resource::AddressSpaces => &["addressspaces", "directoryaddressspaces"],
    }
}

/// Returns whether `word` is the name of a resource of the API, as links and nodes write it.
pub fn names_a_resource(word: &str) -> bool {
    let word = normalized_rel(word);
    Resource::ALL.into_iter().any(|resource| {
        rel_names(resource).contains(&&*word) || normalized_rel(resource.as_str()) == word
    })
}

/// Normalises a name: lower case, letters and digits only.
pub(in crate::trio) fn normalized_rel(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Links of an item of a list, which may be wrapped once more.
fn links_of_item(item: &Value, base: &Url) -> Vec<(String, Url)> {
    let wrapped = member(item, &["data"]).map(|data| links_of(data, base));
    [links_of(item, base), wrapped.unwrap_or_default()].concat()
}

/// Usable links of one object, by normalised name.
fn links_of(object: &Value, base: &Url) -> Vec<(String, Url)> {
    let named: Vec<(String, &str)> = match member(object, &["links", "link"]) {
        Some(Value::Array(links)) => links.iter().filter_map(rel_and_href).collect(),
        // The links of a documented answer are a list; HAL, the other common design, writes an
        // object.
        Some(Value::Object(links)) => {
            let href = |value| Value::as_str(value).or_else(|| href_of(value));
            let named = links.iter();
            named.filter_map(|(rel, value)| Some((normalized_rel(rel), href(value)?))).collect()
        }
        _ => Vec::new(),
    };
    named.into_iter().filter_map(|(rel, href)| Some((rel, usable_url(href, base)?))).collect()
}

/// Member of an object by one of these normalised names.
fn member<'a>(object: &'a Value, names: &[&str]) -> Option<&'a Value> {
    let mut members = object.as_object()?.iter();
    members.find(|(key, _)| names.contains(&&*normalized_rel(key))).map(|(_, value)| value)
}

/// Normalised name and address of a link; `None` if it is not to be read.
fn rel_and_href(link: &Value) -> Option<(String, &str)> {
    // Documented are `rel`, `desc`, `method`, `href`; the other names are assumption A1 in
    // docs/dev/trio-api.md.
    let rel = normalized_rel(member(link, &["rel", "name", "title"])?.as_str()?);
    let method = member(link, &["method"]).and_then(Value::as_str).unwrap_or_default().trim();
    let login =
        [Resource::Login, Resource::RefreshLogin].iter().any(|it| rel_names(*it).contains(&&*rel));
    // A link that changes something may have the address of one that reads.
    let expected = if login { "post" } else { "get" };
    let fits = method.is_empty() || method.eq_ignore_ascii_case(expected);
    fits.then_some((rel, href_of(link)?))
}

fn href_of(link: &Value) -> Option<&str> {
    member(link, &["href", "uri", "url", "link"])?.as_str()
}

/// Returns the absolute address of a link below the API's base; `None` if it leads to another
/// server, or to a path outside the API.
// A token goes with each request. An answer must not be able to send it to another host, another
// port, or from https to http. Documented links are relative to the host.
fn usable_url(href: &str, base: &Url) -> Option<Url> {
    // A URI template is no address.
    if href.contains('{') {
        return None;
    }
    let mut url = base.join(href).ok()?;
    // Pages, fields and filters are ours; a link's own `page=1` would contradict them.
    url.set_query(None);
    url.set_fragment(None);
    if url.origin() != base.origin() || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let path = path_below(url.path(), base.path())?;
    url.set_path(&path);
    Some(url)
}

/// Returns the absolute address of a page of the server's help, with its query; `None` if it leads
/// to another server or elsewhere on this one. The links of those pages write `TE/API/Help`.
pub(in crate::trio) fn help_url(href: &str, base: &Url) -> Option<Url> {
    let mut url = base.join(href).ok()?;
    url.set_fragment(None);
    if url.origin() != base.origin() || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let path = path_below(url.path(), base.path())?;
    let rest = path.get(base.path().trim_end_matches('/').len()..)?;
    strip_prefix(rest, "/help").filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
    url.set_path(&path);
    Some(url)
}

/// Returns the path of a link as it is reached below `base`.
///
/// A reverse proxy may serve Trio's `/te/api` at a longer path, such as `/trio/te/api`, which Trio
/// does not know. If the link begins with the last segments of the base, these are replaced by the
/// whole base: `/te/api/cc` becomes `/trio/te/api/cc`.
fn path_below(path: &str, base: &str) -> Option<String> {
    let base = base.trim_end_matches('/');
    let is_below = |rest: &&str| rest.is_empty() || rest.starts_with('/');
    if path.strip_prefix(base).filter(is_below).is_some() {
        return Some(path.to_owned());
    }
    // IIS does not tell upper from lower case, and its own links mix them.
    let tails = base.match_indices('/').map(|(start, _)| &base[start..]);
    let mut rests = tails.filter_map(|tail| strip_prefix(path, tail).filter(is_below));
    rests.next().map(|rest| format!("{base}{rest}"))
}

/// Strips a prefix without regard to the case of ASCII letters.
fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let begins = text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    begins.then(|| &text[prefix.len()..])
}

/// Returns whether `text` ends with `end`, without regard to the case of ASCII letters.
fn ends_with(text: &str, end: &str) -> bool {
    let start = text.len().checked_sub(end.len());
    start.and_then(|start| text.get(start..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

/// Decodes a path segment: percent-encoded UTF-8, or else ISO-8859-1. The API's help names both.
fn decoded(segment: &str) -> String {
    let bytes: Vec<u8> = percent_decode_str(segment).collect();
    String::from_utf8(bytes)
        .unwrap_or_else(|error| error.as_bytes().iter().copied().map(char::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        "http://trio.example/te/api".parse().expect("a URL")
    }

    fn agents() -> Url {
        "http://trio.example/te/api/cc/1/agents".parse().expect("a URL")
    }

    fn found(body: &str) -> Option<String> {
        Links::parse(body.as_bytes(), &base()).find(Resource::Agents, &agents()).map(String::from)
    }

    #[test]
    fn help_links_stay_on_the_server_below_its_help() {
        let proxied: Url = "http://trio.example/trio/te/api/".parse().expect("a URL");
        for (href, base, url) in [
            (
                "/TE/API/Help/Api/GET-cc_page",
                base(),
                Some("http://trio.example/te/api/Help/Api/GET-cc_page"),
            ),
            (
                "/TE/API/Help/ResourceModel?modelName=X",
                proxied,
                Some("http://trio.example/trio/te/api/Help/ResourceModel?modelName=X"),
            ),
            ("http://evil.example/te/api/help", base(), None),
            ("//evil.example/te/api/help", base(), None),
            ("https://trio.example/te/api/help", base(), None),
            ("/te/api/cc/1/agents", base(), None),
            ("/te/api/help/../cc", base(), None),
            ("/te/api/helpers", base(), None),
            ("javascript:alert(1)", base(), None),
            ("/other/help", base(), None),
        ] {
            assert_eq!(help_url(href, &base).map(String::from).as_deref(), url, "{href}");
        }
    }

    #[test]
    fn links_are_found_in_every_shape() {
        let here = Some("http://trio.example/te/api/x".to_owned());
        for body in [
            r#"{"links":[{"rel":"agents","href":"http://trio.example/te/api/x"}]}"#,
            r#"{"Links":[{"Rel":"Agents","Uri":"/te/api/x?page=1"}],"data":[]}"#,
            r#"{"link":[{"name":"agents","url":"api/x"}]}"#,
            r#"{"_links":{"agents":{"href":"/te/api/x"}}}"#,
            r#"{"links":{"agents":"/te/api/x"}}"#,
            r#"{"links":[{"rel":"agents","method":"GET","href":"/te/api/x"}]}"#,
            // A single item as version 8 writes it, with the links beside its members.
            r#"{"links":[{"rel":"self","href":"/te/api"}],
                "data":[{"links":[{"rel":"Agents","desc":"","method":"GET","href":"/te/api/x"}],"id":1}]}"#,
            r#"{"links":[],"data":{"links":[{"rel":"Agents","href":"/te/api/x"}]}}"#,
            r#"{"data":[{"data":{"links":[{"rel":"Agents","href":"/te/api/x"}]}}]}"#,
            r#"[{"links":[{"rel":"Agents","href":"/te/api/x"}]}]"#,
        ] {
            assert_eq!(found(body), here, "{body}");
        }
    }

    #[test]
    fn link_is_found_by_its_documented_path() {
        let body = r#"{"links":[{"rel":"Agent list","href":"/te/api/v2/cc/1/Agents"}]}"#;
        assert_eq!(found(body).as_deref(), Some("http://trio.example/te/api/v2/cc/1/Agents"));
    }

    #[test]
    fn links_outside_the_api_are_not_used() {
        for href in [
            "http://evil.example/te/api/cc/1/agents",
            "https://trio.example/te/api/cc/1/agents",
            "http://trio.example:81/te/api/cc/1/agents",
            "http://trio.example@evil.example/te/api/cc/1/agents",
            "http://user:pw@trio.example/te/api/cc/1/agents",
            "//evil.example/te/api/cc/1/agents",
            "/te/api/cc/{ccid}/agents",
            // Not below the API.
            "/agents",
            "/te/apis/cc/1/agents",
            "http://[",
        ] {
            assert_eq!(
                found(&format!(r#"{{"links":[{{"rel":"agents","href":"{href}"}}]}}"#)),
                None,
                "{href}"
            );
        }
        for body in ["", "[]", "{}", "{\"links\":5}", "{\"links\":[5,{},{\"rel\":1}]}"] {
            assert_eq!(found(body), None, "{body}");
        }
    }

    #[test]
    fn ids_are_the_segments_directly_below() {
        let body = r#"{"links":[{"rel":"self","href":"/te/api/cc"},{"rel":"item","href":"/te/api/cc/7"},
            {"rel":"x","href":"/te/api/cc/7/agents"},{"rel":"y","href":"/TE/API/CC/3/services/state"}]}"#;
        let items = r#"{"data":[{"links":[{"rel":"self","href":"/te/api/cc/3"}]},
            {"links":[{"rel":"agents","href":"/te/api/cc/7/agents"},{"rel":"x","href":"/te/api/directory/5"}]}]}"#;
        let encoded = r#"{"links":[{"rel":"a","href":"/te/api/cc/V%C3%A4xel"},{"rel":"b","href":"/te/api/cc/%C5"}]}"#;
        let cc = "http://trio.example/te/api/cc".parse().expect("a URL");
        let ids = |body: &str| Links::parse(body.as_bytes(), &base()).ids_below(&cc);
        assert_eq!(ids(body), ["3", "7"]);
        assert_eq!(ids(items), ["3", "7"]);
        assert_eq!(ids(encoded), ["Växel", "Å"]);
    }

    #[test]
    fn links_of_list_items_are_found_by_path_only() {
        let item = |id: u8| {
            let href = format!("/te/api/cc/{id}/agents");
            serde_json::json!({"id": id, "links": [{"rel": "Agents", "method": "GET", "href": href}]})
        };
        let body = serde_json::json!({"links": [], "data": [item(2), item(1)]}).to_string();
        assert_eq!(found(&body), Some(agents().to_string()), "not the first one of that name");
    }

    #[test]
    fn links_that_change_something_are_not_read() {
        let body = r#"{"links":[{"rel":"agents","method":"PATCH","href":"/te/api/x"},
            {"rel":"Login","method":"POST","href":"/te/api/in"},
            {"rel":"RefreshLogin","method":"DELETE","href":"/te/api/again"}]}"#;
        assert_eq!(found(body), None);
        let links = Links::parse(body.as_bytes(), &base());
        let find = |resource| links.find(resource, &agents()).map(String::from);
        assert_eq!(find(Resource::Login).as_deref(), Some("http://trio.example/te/api/in"));
        assert_eq!(find(Resource::RefreshLogin), None);
    }

    #[test]
    fn links_are_moved_below_the_path_of_a_proxy() {
        for (path, base, expected) in [
            ("/te/api/cc", "/te/api", Some("/te/api/cc")),
            ("/te/api", "/te/api/", Some("/te/api")),
            ("/TE/API/Help", "/te/api", Some("/te/api/Help")),
            ("/te/api/cc", "/trio/te/api", Some("/trio/te/api/cc")),
            ("/trio/te/api/cc", "/trio/te/api", Some("/trio/te/api/cc")),
            ("/api/cc", "/trio/te/api", Some("/trio/te/api/cc")),
            ("/te/api/te/api", "/te/api/te/api", Some("/te/api/te/api")),
            ("/anything", "/", Some("/anything")),
            ("/te/apis/cc", "/trio/te/api", None),
            ("/e/api/cc", "/trio/te/api", None),
            ("/other", "/te/api", None),
        ] {
            assert_eq!(path_below(path, base).as_deref(), expected, "{path} below {base}");
        }
    }
}
