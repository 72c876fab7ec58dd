//! Envelopes: links and data of an answer, and the tokens of a login.

use serde_json::{Map, Value, json};

use super::{Dialect, Fact, Member};

/// A link to another resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) rel: &'static str,
    pub(crate) href: String,
}

impl Dialect {
    /// Wraps one object.
    pub(crate) fn single(self, links: &[Link], data: Value) -> Value {
        let [links_key, data_key] = self.keys();
        let mut body = Map::new();
        body.insert(links_key.to_owned(), self.links(links));
        body.insert(data_key.to_owned(), data);
        Value::Object(body)
    }

    /// Wraps a collection.
    pub(crate) fn collection(self, links: &[Link], items: Vec<Value>) -> Value {
        let wrapped = match self {
            // Items wrapped once more: the help does not show an item, so a client must accept this
            // form, too.
            Self::Swedish => items.into_iter().map(|item| json!({ "data": item })).collect(),
            Self::English | Self::Foreign => items,
        };
        self.single(links, Value::Array(wrapped))
    }

    /// Wraps the children of a node. The help does not show how a node names them, so each dialect
    /// differs: links and names, names alone, or links with a relation that says nothing.
    pub(crate) fn node(self, own: &Link, children: Vec<Link>) -> Value {
        let name = self.pick(["name", "namn", "bezX"]);
        let names = children.iter().map(|child| json!({ name: child.rel })).collect();
        let links =
            |children: Vec<Link>| std::iter::once(own.clone()).chain(children).collect::<Vec<_>>();
        match self {
            Self::English => self.collection(&links(children), names),
            Self::Swedish => self.collection(&links(Vec::new()), names),
            Self::Foreign => {
                let unnamed =
                    children.into_iter().map(|child| Link { rel: "item", ..child }).collect();
                self.collection(&links(unnamed), Vec::new())
            }
        }
    }

    /// Builds an object from members.
    pub(crate) fn item(self, members: &[(Member, Fact)]) -> Value {
        let pairs =
            members.iter().map(|(member, fact)| (member.name(self).to_owned(), fact.to_json(self)));
        Value::Object(pairs.collect())
    }

    /// Builds the answer to a login.
    pub(crate) fn tokens(
        self,
        links: &[Link],
        access: &str,
        refresh: &str,
        expires_in: u64,
    ) -> Value {
        match self {
            Self::English | Self::Foreign => {
                let mut body = self.single(links, json!({}));
                body["access_token"] = json!(access);
                body["refresh_token"] = json!(refresh);
                body["expires_in"] = json!(expires_in);
                body["token_type"] = json!("bearer");
                body
            }
            Self::Swedish => {
                let data = json!({
                    "Access_Token": access,
                    "Refresh_Token": refresh,
                    "Expires_In": expires_in,
                    "Token_Type": "Bearer",
                });
                // Under `data`, with other letter case: the help does not show the envelope of the
                // tokens.
                self.single(links, data)
            }
        }
    }

    fn links(self, links: &[Link]) -> Value {
        let [rel, href] = self.pick([["rel", "href"], ["Rel", "Uri"], ["Rel", "Url"]]);
        links.iter().map(|link| json!({ rel: link.rel, href: link.href })).collect()
    }

    fn keys(self) -> [&'static str; 2] {
        // The help says only that an answer has a link collection and a data collection.
        self.pick([["links", "data"], ["Link", "Data"], ["LINKS", "DATA"]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes_use_their_own_keys() {
        let links = [Link { rel: "cc", href: "http://t/te/api/cc".to_owned() }];
        let item = json!({"id": 1});
        assert_eq!(
            Dialect::English.collection(&links, vec![item.clone()]),
            json!({"links": [{"rel": "cc", "href": "http://t/te/api/cc"}], "data": [{"id": 1}]})
        );
        assert_eq!(
            Dialect::Swedish.collection(&links, vec![item.clone()]),
            json!({"Link": [{"Rel": "cc", "Uri": "http://t/te/api/cc"}], "Data": [{"data": {"id": 1}}]})
        );
        assert_eq!(
            Dialect::Foreign.collection(&links, vec![item]),
            json!({"LINKS": [{"Rel": "cc", "Url": "http://t/te/api/cc"}], "DATA": [{"id": 1}]})
        );
    }
}
