//! The nodes `security` and `directory`: they list what the API user may read below them, so that
//! nobody has to find out by being refused.

use serde_json::Value;
use url::Url;

use super::{
    client::{Client, Root, below},
    error::Error,
    links::{self, Links},
};
use crate::model::Resource;

/// What a node says of the collections below it.
#[derive(Debug)]
pub(super) enum Node {
    /// These are accessible, and no other.
    Lists(Vec<(Resource, Url)>),
    /// It is not there, or speaks of things that we do not know: each collection has to be asked.
    Silent,
    /// The API user may not read it, and so nothing below it.
    Closed,
}

/// How deep names may stand in a node's data.
const DEPTH: usize = 4;

impl Client {
    /// Reads a node.
    ///
    /// # Errors
    /// There was no answer that tells anything.
    pub(super) async fn node(&self, root: &Root, node: Resource) -> Result<Node, Error> {
        let url = root.node(node);
        let read = self.get(node, url, root.doors(), |answer| {
            let body = serde_json::from_slice(&answer.body);
            let body = body.map_err(|error| self.decode_error(&answer, node, &error.to_string()))?;
            Ok(listed(node, url, &self.links(&answer), &body))
        });
        match read.await {
            Err(Error::Status { status: 403, .. }) => Ok(Node::Closed),
            Err(Error::Status { status: 400 | 404 | 405 | 410, .. }) => Ok(Node::Silent),
            read => read,
        }
    }
}

impl Root {
    /// Where a collection below a node is, by the documentation.
    pub(super) fn documented(&self, node: Resource, child: Resource) -> Url {
        documented(self.node(node), child)
    }
}

fn documented(node: &Url, child: Resource) -> Url {
    let tail = child.as_str().split_once('/').map_or(child.as_str(), |(_, tail)| tail);
    below(node, &[tail])
}

/// What a node's answer says: by its links, else by the names in its data.
fn listed(node: Resource, url: &Url, links: &Links, body: &Value) -> Node {
    let data = data(body);
    let mut names = Vec::new();
    collect_names(data, DEPTH, &mut names);
    let children = Resource::OF_NODES.into_iter().filter(|(of, _)| *of == node).map(|(_, child)| child);
    let found: Vec<(Resource, Url)> = children
        .filter_map(|child| {
            let documented = documented(url, child);
            let named = || names.iter().any(|name| means(name, child)).then(|| documented.clone());
            Some((child, links.find(child, &documented).or_else(named)?))
        })
        .collect();
    if found.is_empty() && (!names.is_empty() || !links.ids_below(url).is_empty()) {
        return Node::Silent;
    }
    Node::Lists(found)
}

fn means(name: &str, child: Resource) -> bool {
    let plain = links::plain(name);
    let path = || name.trim_end_matches('/').ends_with(&format!("/{}", child.as_str()));
    links::names(child).contains(&&*plain) || links::plain(child.as_str()) == plain || path()
}

fn data(body: &Value) -> &Value {
    let Value::Object(envelope) = body else { return body };
    let entry = envelope.iter().find(|(key, _)| key.eq_ignore_ascii_case("data"));
    entry.map_or(&Value::Null, |(_, data)| data)
}

/// The texts in a value, and the keys of what is not said to be false.
fn collect_names<'v>(value: &'v Value, depth: usize, names: &mut Vec<&'v str>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Value::String(text) => names.push(text),
        Value::Array(values) => values.iter().for_each(|value| collect_names(value, depth, names)),
        Value::Object(members) => {
            for (key, value) in members {
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
        let url: Url = "http://trio.example/te/api/directory".parse().expect("a URL");
        let links = Links::of(body.to_string().as_bytes(), &url);
        match listed(Resource::Directory, &url, &links, body) {
            Node::Lists(found) => Some(found.iter().map(|(_, url)| url.path().to_owned()).collect()),
            Node::Silent | Node::Closed => None,
        }
    }

    fn some(paths: &[&str]) -> Option<Vec<String>> {
        Some(paths.iter().map(|path| (*path).to_owned()).collect())
    }

    #[test]
    fn a_node_lists_by_links_by_names_or_by_both() {
        let link = |rel: &str, href: &str| json!({"rel": rel, "href": href});
        let self_link = link("self", "/te/api/directory");
        for body in [
            json!({"links": [self_link, link("titles", "/te/api/directory/titles")], "data": []}),
            json!({"links": [link("item", "/te/api/directory/titles")], "data": [{"name": "Titles"}]}),
            json!({"Link": [], "Data": [{"data": {"namn": "titles"}}]}),
            json!({"data": ["directory/titles"]}),
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
    fn every_collection_is_known_by_the_last_part_of_its_path() {
        let children = Resource::OF_NODES.iter().filter(|(node, _)| *node == Resource::Directory);
        let names: Vec<&str> =
            children.filter_map(|(_, child)| child.as_str().split_once('/')).map(|(_, name)| name).collect();
        assert_eq!(paths(&json!({ "data": names })).map(|paths| paths.len()), Some(ALL));
    }

    #[test]
    fn an_empty_node_gives_access_to_nothing_and_one_that_is_not_understood_says_nothing() {
        assert_eq!(paths(&json!({"links": [], "data": []})), some(&[]));
        assert_eq!(paths(&json!({"links": [{"rel": "self", "href": "/te/api/directory"}]})), some(&[]));
        assert_eq!(paths(&json!({"data": [{"typ": 7}]})), None);
        assert_eq!(paths(&json!({"data": ["Personen"]})), None);
        assert_eq!(paths(&json!({"links": [{"rel": "x", "href": "/te/api/directory/personen"}]})), None);
    }
}
