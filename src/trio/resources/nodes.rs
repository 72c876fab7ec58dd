//! The nodes `security` and `directory`, which list the resource types that the API user may read
//! below them. They are walked so that no request has to be refused to find that out.

use serde_json::Value;
use url::Url;

use crate::{
    model::Resource,
    trio::{
        error::Error,
        read::route::Root,
        servers::connection::Connection,
        wire::{
            address::below,
            links::{self, Links},
        },
    },
};

/// Collections below a node.
#[derive(Debug)]
pub(in crate::trio) enum NodeContents {
    /// These are accessible, and no others.
    Listed(Vec<(Resource, Url)>),
    /// The node is missing or names nothing known: each collection has to be asked.
    Unknown,
    /// The API user may not read the node, and so nothing below it.
    Forbidden,
}

/// Depth to which names are searched in a node's data.
// The shape of the data is not documented. Names sit in an item of a list inside an envelope at
// most; the bound keeps a deeply nested answer from being walked for long.
const MAX_DEPTH: usize = 4;

impl Connection {
    /// Reads a node.
    ///
    /// # Errors
    /// No answer that says anything about access.
    pub(in crate::trio) async fn node(
        &self,
        root: &Root,
        node: Resource,
    ) -> Result<NodeContents, Error> {
        let url = root.node(node);
        let read = self.get(node, url, &root.endpoints, |answer| {
            let body = self.json(&answer, node)?;
            Ok(contents(node, url, &answer.links(), &body))
        });
        match read.await {
            // 401 is a refusal of the client key: the contact centre and the directory are two
            // licences with a key each. A token that is not accepted at all is an `Auth` error.
            Err(Error::Status { status: 401 | 403, hint: None, .. }) => Ok(NodeContents::Forbidden),
            // A version without this node says nothing about the collections; 8.0 has no link to
            // `security`.
            Err(Error::Status { status: 400 | 404 | 405 | 410, .. }) => Ok(NodeContents::Unknown),
            read => read,
        }
    }
}

impl Root {
    /// Documented address of a collection below a node.
    pub(in crate::trio) fn documented(&self, node: Resource, child: Resource) -> Url {
        documented(self.node(node), child)
    }
}

fn documented(node: &Url, child: Resource) -> Url {
    let tail = child.as_str().split_once('/').map_or(child.as_str(), |(_, tail)| tail);
    below(node, &[tail])
}

/// Returns the collections that a node's answer lists: by its links, or by the names in its data.
fn contents(node: Resource, url: &Url, links: &Links, body: &Value) -> NodeContents {
    let data = data(body);
    let mut names = Vec::new();
    collect_names(data, MAX_DEPTH, &mut names);
    let children =
        Resource::OF_NODES.into_iter().filter(|(of, _)| *of == node).map(|(_, child)| child);
    let found: Vec<(Resource, Url)> = children
        .filter_map(|child| {
            let documented = documented(url, child);
            let named =
                || names.iter().any(|name| is_name_of(name, child)).then(|| documented.clone());
            Some((child, links.find(child, &documented).or_else(named)?))
        })
        .collect();
    // Names or links that match nothing mean that the node writes them otherwise. Taking that as
    // "nothing is accessible" would report every collection as forbidden.
    if found.is_empty() && (!names.is_empty() || !links.ids_below(url).is_empty()) {
        return NodeContents::Unknown;
    }
    NodeContents::Listed(found)
}

/// Returns whether `name` names the collection `child`.
fn is_name_of(name: &str, child: Resource) -> bool {
    let plain = links::normalized_rel(name);
    let path = || name.trim_end_matches('/').ends_with(&format!("/{}", child.as_str()));
    links::rel_names(child).contains(&&*plain)
        || links::normalized_rel(child.as_str()) == plain
        || path()
}

fn data(body: &Value) -> &Value {
    let Value::Object(envelope) = body else { return body };
    let entry = envelope.iter().find(|(key, _)| key.eq_ignore_ascii_case("data"));
    entry.map_or(&Value::Null, |(_, data)| data)
}

/// Collects the texts in a value, and the keys of members that are not false or null.
fn collect_names<'v>(value: &'v Value, depth: usize, names: &mut Vec<&'v str>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Value::String(text) => names.push(text),
        Value::Array(values) => values.iter().for_each(|value| collect_names(value, depth, names)),
        Value::Object(members) => {
            // The names of links are read as links, with the addresses that belong to them.
            let is_link = |key: &str| matches!(&*links::normalized_rel(key), "links" | "link");
            for (key, value) in members.iter().filter(|(key, _)| !is_link(key)) {
                // A node may write its list as flags: `{"titles": true, "departments": false}`.
                if !matches!(value, Value::Bool(false) | Value::Null) {
                    names.push(key);
                }
                collect_names(value, depth, names);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ALL: usize = 10;

    /// The paths of what a directory node lists; `None` when it says nothing.
    fn paths(body: &Value) -> Option<Vec<String>> {
        let base: Url = "http://trio.example/te/api".parse().expect("a URL");
        let links = Links::parse(body.to_string().as_bytes(), &base);
        let url = below(&base, &["directory"]);
        match contents(Resource::Directory, &url, &links, body) {
            NodeContents::Listed(found) => {
                Some(found.iter().map(|(_, url)| url.path().to_owned()).collect())
            }
            NodeContents::Unknown | NodeContents::Forbidden => None,
        }
    }

    fn some(paths: &[&str]) -> Option<Vec<String>> {
        Some(paths.iter().map(|path| (*path).to_owned()).collect())
    }

    #[test]
    fn node_lists_by_links_by_names_or_by_both() {
        let link = |rel: &str, href: &str| json!({"rel": rel, "href": href});
        let self_link = link("self", "/te/api/directory");
        for body in [
            json!({"links": [self_link, link("titles", "/te/api/directory/titles")], "data": []}),
            json!({"links": [link("item", "/te/api/directory/titles")], "data": [{"name": "Titles"}]}),
            json!({"Link": [], "Data": [{"data": {"namn": "titles"}}]}),
            json!({"data": ["directory/titles"]}),
            // The node as a list of one item with its own links, as version 8 writes single items.
            json!({"links": [self_link], "data": [{"links": [link("titles", "/te/api/directory/titles")]}]}),
            json!({"links": [self_link], "data": [{"name": "titles", "links": [link("self", "/te/api/directory")]}]}),
            json!({"data": {"titles": "http://trio.example/te/api/directory/titles"}}),
            json!({"data": {"titles": true, "departments": false, "pbxs": null}}),
            json!([{"resource": "Titles"}]),
        ] {
            assert_eq!(paths(&body), some(&["/te/api/directory/titles"]), "{body}");
        }
        let moved = json!({"links": [link("pbxs", "/te/api/v2/exchanges")], "data": ["titles"]});
        assert_eq!(paths(&moved), some(&["/te/api/v2/exchanges", "/te/api/directory/titles"]));
    }

    #[test]
    fn collections_are_known_by_the_end_of_their_path() {
        let children = Resource::OF_NODES.iter().filter(|(node, _)| *node == Resource::Directory);
        let names: Vec<&str> = children
            .filter_map(|(_, child)| child.as_str().split_once('/'))
            .map(|(_, name)| name)
            .collect();
        assert_eq!(paths(&json!({ "data": names })).map(|paths| paths.len()), Some(ALL));
    }

    #[test]
    fn empty_node_lists_nothing_and_unreadable_node_is_unknown() {
        assert_eq!(paths(&json!({"links": [], "data": []})), some(&[]));
        assert_eq!(
            paths(&json!({"links": [{"rel": "self", "href": "/te/api/directory"}]})),
            some(&[])
        );
        assert_eq!(paths(&json!({"data": [{"typ": 7}]})), None);
        assert_eq!(paths(&json!({"data": ["Personen"]})), None);
        assert_eq!(
            paths(&json!({"links": [{"rel": "x", "href": "/te/api/directory/personen"}]})),
            None
        );
    }
}
