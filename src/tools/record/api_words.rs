//! Words of the API that the vendor documents: they are the same at every customer and reveal
//! nothing.

use crate::{
    model::Resource,
    trio::{Dictionary, names_a_resource},
};

/// Members of envelopes, links and errors, lower case, letters and digits only.
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

/// The documented query parameters, in lower case.
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

/// Returns true for a member name of the API or of the field dictionary.
pub(super) fn is_member(dictionary: &Dictionary, name: &str) -> bool {
    ENVELOPE.contains(&&*plain(name)) || dictionary.knows_member(name) || names_a_resource(name)
}

/// Returns true for a documented part of a path.
pub(super) fn is_segment(segment: &str) -> bool {
    let in_path = |resource: Resource| {
        resource.as_str().split('/').any(|part| part.eq_ignore_ascii_case(segment))
    };
    ["te", "api", "cases"].contains(&segment)
        || Resource::ALL.into_iter().any(in_path)
        || names_a_resource(segment)
}

/// Returns true for a documented query parameter.
pub(super) fn is_parameter(name: &str) -> bool {
    PARAMETERS.contains(&&*name.to_lowercase())
}

/// Returns the letters and digits of a name, in lower case.
// Servers write the same member as `totalCount`, `total_count` or `TotalCount`.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns true for a member with the links of an answer or an item.
pub(super) fn is_links(name: &str) -> bool {
    matches!(&*plain(name), "links" | "link")
}
