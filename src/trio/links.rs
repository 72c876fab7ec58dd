//! The links of an answer: where Trio says that its resources are.

use serde_json::Value;
use url::Url;

use crate::model::Resource;

/// The usable links of one answer: absolute, on the server they came from, free of templates.
#[derive(Clone, Debug, Default)]
pub(super) struct Links(Vec<(String, Url)>);

impl Links {
    /// The links in `body`, which came from `base`. A body without links has none.
    pub(super) fn of(body: &[u8], base: &Url) -> Self {
        let Ok(Value::Object(envelope)) = serde_json::from_slice(body) else { return Self::default() };
        let collection = envelope.into_iter().find(|(key, _)| matches!(&*plain(key), "links" | "link"));
        let named: Vec<(String, String)> = match collection.map(|(_, value)| value) {
            Some(Value::Array(links)) => links.iter().filter_map(named_link).collect(),
            Some(Value::Object(links)) => {
                let href = |value: &Value| value.as_str().map(str::to_owned).or_else(|| href_of(value));
                links.iter().filter_map(|(rel, value)| Some((plain(rel), href(value)?))).collect()
            }
            _ => Vec::new(),
        };
        let usable = named.into_iter().filter_map(|(rel, href)| Some((rel, usable(&href, base)?)));
        Self(usable.collect())
    }

    /// Where `resource` is: by the link's name, else by the documented end of its path.
    pub(super) fn find(&self, resource: Resource, documented: &Url) -> Option<Url> {
        let names = names(resource);
        let by_name = self.0.iter().find(|(rel, _)| names.contains(&&**rel));
        let tail =
            documented.path().trim_start_matches('/').split_once("/api/").map(|(_, tail)| format!("/{tail}"));
        let by_path =
            || self.0.iter().find(|(_, url)| tail.as_ref().is_some_and(|tail| url.path().ends_with(tail)));
        by_name.or_else(by_path).map(|(_, url)| url.clone())
    }

    /// The last path segments of links directly below `parent`.
    pub(super) fn ids_below(&self, parent: &Url) -> Vec<String> {
        let prefix = format!("{}/", parent.path().trim_end_matches('/'));
        let below = self.0.iter().filter_map(|(_, url)| url.path().strip_prefix(&*prefix));
        let mut ids: Vec<String> =
            below.filter(|id| !id.is_empty() && !id.contains('/')).map(str::to_owned).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// What a link to the resource may be called, without anything but letters, in small ones.
pub(super) fn names(resource: Resource) -> &'static [&'static str] {
    match resource {
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
        Resource::ExceptionLists => &["exceptionlists", "scheduleexceptions", "schedulesexceptionlists"],
        Resource::SkillProfiles => &["skillprofiles"],
        Resource::Security => &["security"],
        Resource::SecurityGroups => &["securitygroups", "groups"],
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

/// Whether a word is the name of a resource of the API, as links and nodes call it.
pub fn names_a_resource(word: &str) -> bool {
    let word = plain(word);
    Resource::ALL
        .into_iter()
        .any(|resource| names(resource).contains(&&*word) || plain(resource.as_str()) == word)
}

/// A name without anything but letters and digits, in small letters.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn named_link(link: &Value) -> Option<(String, String)> {
    let members = link.as_object()?;
    let rel = members.iter().find(|(key, _)| matches!(&*plain(key), "rel" | "name" | "title"))?;
    Some((plain(rel.1.as_str()?), href_of(link)?))
}

fn href_of(link: &Value) -> Option<String> {
    let members = link.as_object()?;
    let href = members.iter().find(|(key, _)| matches!(&*plain(key), "href" | "uri" | "url" | "link"))?;
    href.1.as_str().map(str::to_owned)
}

/// A link that leads elsewhere is not followed: a token would go with it.
fn usable(href: &str, base: &Url) -> Option<Url> {
    if href.contains('{') {
        return None;
    }
    let mut url = base.join(href).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    (url.origin() == base.origin() && url.username().is_empty() && url.password().is_none()).then_some(url)
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
        Links::of(body.as_bytes(), &base()).find(Resource::Agents, &agents()).map(String::from)
    }

    #[test]
    fn links_are_found_in_every_shape_they_are_written_in() {
        let here = Some("http://trio.example/x/agents".to_owned());
        for body in [
            r#"{"links":[{"rel":"agents","href":"http://trio.example/x/agents"}]}"#,
            r#"{"Links":[{"Rel":"Agents","Uri":"/x/agents?page=1"}],"data":[]}"#,
            r#"{"link":[{"name":"agents","url":"../x/agents"}]}"#,
            r#"{"_links":{"agents":{"href":"/x/agents"}}}"#,
            r#"{"links":{"agents":"/x/agents"}}"#,
        ] {
            assert_eq!(found(body), here, "{body}");
        }
    }

    #[test]
    fn a_link_with_another_name_is_found_by_its_documented_path() {
        let body = r#"{"links":[{"rel":"Agent list","href":"/v2/api/cc/1/agents"}]}"#;
        assert_eq!(found(body).as_deref(), Some("http://trio.example/v2/api/cc/1/agents"));
    }

    #[test]
    fn links_that_lead_elsewhere_or_nowhere_are_not_used() {
        for href in [
            "http://evil.example/te/api/cc/1/agents",
            "https://trio.example/te/api/cc/1/agents",
            "http://trio.example:81/te/api/cc/1/agents",
            "http://trio.example@evil.example/te/api/cc/1/agents",
            "http://user:pw@trio.example/te/api/cc/1/agents",
            "//evil.example/te/api/cc/1/agents",
            "/te/api/cc/{ccid}/agents",
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
    fn ids_are_the_last_segments_directly_below() {
        let body = r#"{"links":[{"rel":"self","href":"/te/api/cc"},{"rel":"item","href":"/te/api/cc/7"},
            {"rel":"x","href":"/te/api/cc/7/agents"},{"rel":"y","href":"/te/api/cc/3"}]}"#;
        let cc = "http://trio.example/te/api/cc".parse().expect("a URL");
        assert_eq!(Links::of(body.as_bytes(), &base()).ids_below(&cc), ["3", "7"]);
    }
}
