//! The API's own words: those that the vendor documents, and that therefore tell nothing.

use crate::{
    model::Resource,
    trio::{Dictionary, names_a_resource},
};

/// What stands around data, in small letters without anything between them.
const ENVELOPE: [&str; 22] = [
    "links",
    "link",
    "data",
    "rel",
    "name",
    "title",
    "href",
    "uri",
    "url",
    "id",
    "status",
    "message",
    "error",
    "code",
    "currentpage",
    "pagesize",
    "totalcount",
    "totalpages",
    "previouspagelink",
    "nextpagelink",
    "primaryserver",
    "secondaryserver",
];

/// The documented query parameters, in small letters.
const PARAMETERS: [&str; 20] = [
    "page",
    "pagesize",
    "fields",
    "sort",
    "redirect",
    "name",
    "firstname",
    "lastname",
    "id",
    "groupid",
    "userid",
    "roleid",
    "serviceid",
    "service",
    "vid",
    "jobno",
    "cust",
    "sid",
    "caseclass",
    "casetype",
];

/// Whether a member is called by a word of the API, or by one that the dictionary knows.
pub(super) fn is_member(dictionary: &Dictionary, name: &str) -> bool {
    ENVELOPE.contains(&&*plain(name)) || dictionary.knows_member(name) || names_a_resource(name)
}

/// Whether a part of a path is documented.
pub(super) fn is_segment(segment: &str) -> bool {
    let in_path =
        |resource: Resource| resource.as_str().split('/').any(|part| part.eq_ignore_ascii_case(segment));
    ["te", "api", "cases"].contains(&segment)
        || Resource::ALL.into_iter().any(in_path)
        || names_a_resource(segment)
}

/// Whether a query parameter is documented.
pub(super) fn is_parameter(name: &str) -> bool {
    PARAMETERS.contains(&&*name.to_lowercase())
}

/// Letters alone, in small ones.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a member holds the links of an answer or an item.
pub(super) fn holds_links(name: &str) -> bool {
    matches!(&*plain(name), "links" | "link")
}
