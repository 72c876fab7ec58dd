//! Dialects: the same facts under other member names, in other units, with other words and in
//! another envelope.
//!
//! Trio's members are not public, so a client must cope with names that it has never seen. The
//! names are plain tables, shared with nothing else in the program: a wrong name cannot agree with
//! itself.

mod documented;
pub(crate) mod enumerations;
mod fields_file;
mod members;

use serde_json::{Map, Value, json};

pub(crate) use documented::{Enumeration, Type, capitalised};
pub use members::Naming;
pub(crate) use members::{Fact, Member, Row};

closed_set! {
    /// Member names, units, words and envelope of a simulated Trio.
    #[derive(Default)]
    pub Dialect, as_str: &'static str {
        /// English names, seconds, ISO-8601 in UTC.
        #[default]
        English => "english",
        /// Swedish names and words, `HH:MM:SS`, local time with its offset, other envelope keys.
        Swedish => "swedish",
        /// Names and words that no dictionary holds, milliseconds, `/Date(ms)/`.
        Foreign => "foreign",
        /// The envelope of the vendor's installation manual: one item is a list of one, items have
        /// relative links of their own, states are integers, waits are .NET time spans. Only the
        /// documented names are Trio's own.
        Vendor => "vendor",
    }
}

/// A link to another resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) rel: &'static str,
    pub(crate) href: String,
    pub(crate) method: &'static str,
}

/// Name of a link in the vendor's manual, where it differs from the path.
fn vendor_rel(rel: &str) -> String {
    match rel {
        "cc" => "ContactCenters".to_owned(),
        "refreshlogin" => "RefreshLogin".to_owned(),
        "self" => rel.to_owned(),
        rel => {
            let mut letters = rel.chars();
            let first = letters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(letters).collect()
        }
    }
}

/// Link as the manual shows it: relative to the host.
fn vendor_link(link: &Link) -> Value {
    let path = link.href.split_once("://").and_then(|(_, rest)| Some(&rest[rest.find('/')?..]));
    let rel = vendor_rel(link.rel);
    json!({
        "desc": format!("Link to {rel}"),
        "rel": rel,
        "method": link.method,
        "href": path.unwrap_or(&link.href),
    })
}

impl Dialect {
    /// Parses the name of a dialect, as [`Self::as_str`] writes it.
    pub fn from_name(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.as_str() == word)
    }

    /// Returns the `fields_file` (YAML) for a server with this dialect: per resource and field the
    /// member, its form and the meaning of its words.
    pub fn fields_file(self) -> String {
        self.fields_file_with(Naming::Own)
    }

    /// Returns the same for a server with other names.
    pub fn fields_file_with(self, naming: Naming) -> String {
        fields_file::write(self, naming)
    }

    /// Returns true if the built-in field dictionary of the exporter is not enough for this dialect.
    pub fn needs_fields_file(self) -> bool {
        matches!(self, Self::Foreign | Self::Vendor)
    }

    /// Picks this dialect's value of four.
    fn pick<T>(self, [english, swedish, foreign, vendor]: [T; 4]) -> T {
        match self {
            Self::English => english,
            Self::Swedish => swedish,
            Self::Foreign => foreign,
            Self::Vendor => vendor,
        }
    }

    /// Returns true if items have links of their own, instead of links in the envelope.
    pub(crate) fn links_items(self) -> bool {
        self == Self::Vendor
    }

    /// Returns true if the two links of `X-Pagination` are empty at the ends, instead of null.
    pub(crate) fn has_empty_page_links(self) -> bool {
        self == Self::Vendor
    }

    /// Adds links to an item.
    pub(crate) fn with_links(self, mut item: Value, links: &[Link]) -> Value {
        if let Value::Object(members) = &mut item {
            members.insert("links".to_owned(), links.iter().map(vendor_link).collect());
        }
        item
    }

    /// Wraps one object.
    pub(crate) fn single(self, links: &[Link], data: Value) -> Value {
        if self == Self::Vendor {
            // The manual shows the link to the answer itself beside the data, all others in the
            // only item.
            let (own, others) = links.split_at(links.len().min(1));
            return self.envelope(own, json!([self.with_links(data, others)]));
        }
        self.envelope(links, data)
    }

    fn envelope(self, links: &[Link], data: Value) -> Value {
        if self == Self::Vendor {
            let links = links.iter().map(vendor_link).collect();
            return Value::Object(Map::from_iter([
                ("links".to_owned(), links),
                ("data".to_owned(), data),
            ]));
        }
        // The help says only that an answer has a link collection and a data collection.
        let plain = ["links", "data"];
        let [links_key, data_key] = self.pick([plain, ["Link", "Data"], ["LINKS", "DATA"], plain]);
        let names = ["rel", "href"];
        let [rel, href] = self.pick([names, ["Rel", "Uri"], ["Rel", "Url"], names]);
        let links = links.iter().map(|link| json!({ rel: link.rel, href: link.href }));
        // Not by `json!`, which would copy the data of a large collection.
        Value::Object(Map::from_iter([
            (links_key.to_owned(), links.collect()),
            (data_key.to_owned(), data),
        ]))
    }

    /// Wraps a collection.
    pub(crate) fn collection(self, links: &[Link], items: Vec<Value>) -> Value {
        let wrapped = match self {
            // Items wrapped once more: the help does not show an item, so a client must accept this
            // form, too.
            Self::Swedish => items.into_iter().map(|item| json!({ "data": item })).collect(),
            Self::English | Self::Foreign | Self::Vendor => items,
        };
        self.envelope(links, Value::Array(wrapped))
    }

    /// Wraps the children of a node. The help does not show how a node names them, so each dialect
    /// differs: links and names, names alone, or links with a relation that says nothing.
    pub(crate) fn node(self, own: &Link, children: Vec<Link>) -> Value {
        let name = self.pick(["name", "namn", "bezX", "name"]);
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
            // As the Api resource does: one item, of which nothing but links is known.
            Self::Vendor => self.single(&links(children), json!({})),
        }
    }

    /// Builds an object from members.
    pub(crate) fn item(self, naming: Naming, members: &[(Member, Fact)]) -> Value {
        let pairs = members
            .iter()
            .map(|(member, fact)| (member.name(self, naming).to_owned(), fact.to_json(self)));
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
            Self::Vendor => {
                let data = json!({
                    "access_token": access,
                    "refresh_token": refresh,
                    "expires_in": expires_in,
                    "token_type": "bearer",
                });
                self.single(links, data)
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialect_names_are_parsed_back() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::from_name(dialect.as_str()), Some(dialect));
        }
        assert_eq!(Dialect::from_name("klingon"), None);
    }

    #[test]
    fn envelopes_use_their_own_keys() {
        let links = [Link { rel: "cc", href: "http://t/te/api/cc".to_owned(), method: "GET" }];
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
            Dialect::Foreign.collection(&links, vec![item.clone()]),
            json!({"LINKS": [{"Rel": "cc", "Url": "http://t/te/api/cc"}], "DATA": [{"id": 1}]})
        );
        let own = Link { rel: "self", href: "http://t:81/te/api".to_owned(), method: "GET" };
        let link = |rel: &str, href: &str| json!({"rel": rel, "desc": format!("Link to {rel}"), "method": "GET", "href": href});
        assert_eq!(
            Dialect::Vendor.single(&[own, links[0].clone()], item),
            json!({
                "links": [link("self", "/te/api")],
                "data": [{"id": 1, "links": [link("ContactCenters", "/te/api/cc")]}],
            })
        );
    }
}
