//! Links of an answer: the addresses of resources, as Trio states them.

use serde_json::Value;
use url::Url;

use crate::model::Resource;

/// The usable links of one answer, by normalised name: absolute, on the server they came from.
#[derive(Clone, Debug, Default)]
pub(in crate::trio) struct Links(Vec<(String, Url)>);

impl Links {
    /// Reads the links in `body`, which came from `base`. A body without links has none.
    pub(in crate::trio) fn parse(body: &[u8], base: &Url) -> Self {
        let Ok(Value::Object(envelope)) = serde_json::from_slice(body) else {
            return Self::default();
        };
        let collection =
            envelope.into_iter().find(|(key, _)| matches!(&*normalized_rel(key), "links" | "link"));
        let named: Vec<(String, String)> = match collection.map(|(_, value)| value) {
            Some(Value::Array(links)) => links.iter().filter_map(rel_and_href).collect(),
            // The links of a documented answer are a list; HAL, the other common design, writes an
            // object.
            Some(Value::Object(links)) => {
                let href =
                    |value: &Value| value.as_str().map(str::to_owned).or_else(|| href_of(value));
                links
                    .iter()
                    .filter_map(|(rel, value)| Some((normalized_rel(rel), href(value)?)))
                    .collect()
            }
            _ => Vec::new(),
        };
        let usable =
            named.into_iter().filter_map(|(rel, href)| Some((rel, same_origin_url(&href, base)?)));
        Self(usable.collect())
    }

    /// Returns the address of `resource`: by the link's name, or else by the documented end of its
    /// path.
    pub(in crate::trio) fn find(&self, resource: Resource, documented: &Url) -> Option<Url> {
        let names = rel_names(resource);
        let by_name = self.0.iter().find(|(rel, _)| names.contains(&&**rel));
        let tail = documented
            .path()
            .trim_start_matches('/')
            .split_once("/api/")
            .map(|(_, tail)| format!("/{tail}"));
        // Names of links below the Api resource are not documented; the paths of the resources are.
        let by_path = || {
            self.0
                .iter()
                .find(|(_, url)| tail.as_ref().is_some_and(|tail| url.path().ends_with(tail)))
        };
        by_name.or_else(by_path).map(|(_, url)| url.clone())
    }

    /// Returns the last path segments of the links directly below `parent`, sorted, each once.
    pub(in crate::trio) fn ids_below(&self, parent: &Url) -> Vec<String> {
        let prefix = format!("{}/", parent.path().trim_end_matches('/'));
        let below = self.0.iter().filter_map(|(_, url)| url.path().strip_prefix(&*prefix));
        let mut ids: Vec<String> =
            below.filter(|id| !id.is_empty() && !id.contains('/')).map(str::to_owned).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// Names that a link to the resource may have, normalised.
pub(in crate::trio) fn rel_names(resource: Resource) -> &'static [&'static str] {
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
        Resource::ExceptionLists => {
            &["exceptionlists", "scheduleexceptions", "schedulesexceptionlists"]
        }
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

fn rel_and_href(link: &Value) -> Option<(String, String)> {
    let members = link.as_object()?;
    // Documented are `rel`, `desc`, `method`, `href`; other names are those of assumption A1.
    let rel = members
        .iter()
        .find(|(key, _)| matches!(&*normalized_rel(key), "rel" | "name" | "title"))?;
    Some((normalized_rel(rel.1.as_str()?), href_of(link)?))
}

fn href_of(link: &Value) -> Option<String> {
    let members = link.as_object()?;
    let href = members
        .iter()
        .find(|(key, _)| matches!(&*normalized_rel(key), "href" | "uri" | "url" | "link"))?;
    href.1.as_str().map(str::to_owned)
}

/// Returns the absolute address of a link; `None` if it leads to another server.
// A token goes with each request. An answer must not be able to send it to another host, another
// port, or from https to http. Documented links are relative to the host.
fn same_origin_url(href: &str, base: &Url) -> Option<Url> {
    // A URI template is no address.
    if href.contains('{') {
        return None;
    }
    let mut url = base.join(href).ok()?;
    // Pages, fields and filters are ours; a link's own `page=1` would contradict them.
    url.set_query(None);
    url.set_fragment(None);
    (url.origin() == base.origin() && url.username().is_empty() && url.password().is_none())
        .then_some(url)
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
    fn links_are_found_in_every_shape() {
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
    fn link_is_found_by_its_documented_path() {
        let body = r#"{"links":[{"rel":"Agent list","href":"/v2/api/cc/1/agents"}]}"#;
        assert_eq!(found(body).as_deref(), Some("http://trio.example/v2/api/cc/1/agents"));
    }

    #[test]
    fn links_to_other_servers_are_not_used() {
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
    fn ids_are_the_segments_directly_below() {
        let body = r#"{"links":[{"rel":"self","href":"/te/api/cc"},{"rel":"item","href":"/te/api/cc/7"},
            {"rel":"x","href":"/te/api/cc/7/agents"},{"rel":"y","href":"/te/api/cc/3"}]}"#;
        let cc = "http://trio.example/te/api/cc".parse().expect("a URL");
        assert_eq!(Links::parse(body.as_bytes(), &base()).ids_below(&cc), ["3", "7"]);
    }
}
