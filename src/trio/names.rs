//! Which servers the Api resource names, and what addresses those names mean.

use serde_json::{Map, Value};
use url::{Host, Url};

use crate::model::ServerRole;

/// A server that the Api resource of a configured server named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) base: Url,
    pub(super) role: ServerRole,
}

/// The servers named in the Api resource that `base` answered with. Names that make no address, or
/// would make a less secure one, are left out.
pub(super) fn named(body: &[u8], base: &Url) -> Vec<Named> {
    let Ok(Value::Object(top)) = serde_json::from_slice(body) else { return Vec::new() };
    let data = member(&top, "data").map(|data| data.get(0).unwrap_or(data)).and_then(Value::as_object);
    let find = |name| member(&top, name).or_else(|| member(data?, name)).and_then(Value::as_str);
    let servers =
        [("primaryserver", ServerRole::Primary), ("secondaryserver", ServerRole::Secondary)].into_iter();
    servers.filter_map(|(name, role)| Some(Named { base: address(find(name)?, base)?, role })).collect()
}

fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let plain = |key: &str| key.replace(['_', '-'], "").to_lowercase();
    object.iter().find(|(key, _)| plain(key) == name).map(|(_, value)| value)
}

/// The base of the API on the server called `name`: what is not said is as on `base`.
fn address(name: &str, base: &Url) -> Option<Url> {
    let name = name.trim();
    if name.contains("://") {
        return full(name, base);
    }
    // Anything else could change what the text means as a part of a URL.
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    if name.is_empty() || !name.chars().all(plain) {
        return None;
    }
    let (host, port) = match name.rsplit_once(':') {
        Some((host, port)) if !name.ends_with(']') => (host, Some(port.parse().ok()?)),
        _ => (name, base.port()),
    };
    if host.contains(':') && !(host.starts_with('[') && host.ends_with(']')) {
        return None;
    }
    let mut url = base.clone();
    url.set_host(Some(host)).ok()?;
    url.set_port(port).ok()?;
    Some(url)
}

fn full(text: &str, base: &Url) -> Option<Url> {
    if text.contains(['@', '\\']) {
        return None;
    }
    let mut url: Url = text.parse().ok()?;
    let fits = matches!((base.scheme(), url.scheme()), (_, "https") | ("http", "http"));
    if !fits || !url.has_host() || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    if url.path() == "/" {
        url.set_path(base.path());
    }
    Some(url)
}

/// Host and port: what tells servers apart, and their label.
pub(super) fn label(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Whether both mean the same server: the same name, or one of them in short.
pub(super) fn same(one: &Url, other: &Url) -> bool {
    let (Some(Host::Domain(a)), Some(Host::Domain(b))) = (one.host(), other.host()) else {
        return label(one) == label(other);
    };
    let begins = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('.'));
    one.port_or_known_default() == other.port_or_known_default() && (a == b || begins(a, b) || begins(b, a))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("a URL")
    }

    fn there(name: &str, base: &str) -> Option<String> {
        address(name, &url(base)).map(String::from)
    }

    #[test]
    fn a_name_is_a_host_and_the_rest_is_as_configured() {
        for (name, address) in [
            ("trio2", "https://trio2:8443/te/api"),
            (" trio2.example ", "https://trio2.example:8443/te/api"),
            ("trio2:9000", "https://trio2:9000/te/api"),
            ("trio2:443", "https://trio2/te/api"),
            ("10.0.0.2", "https://10.0.0.2:8443/te/api"),
            ("[::1]", "https://[::1]:8443/te/api"),
            ("[::1]:9000", "https://[::1]:9000/te/api"),
            ("https://trio2/", "https://trio2/te/api"),
            ("https://trio2:9000/other/api?x=1#y", "https://trio2:9000/other/api"),
        ] {
            assert_eq!(there(name, "https://trio:8443/te/api").as_deref(), Some(address), "{name}");
        }
    }

    #[test]
    fn a_name_that_is_no_host_or_less_secure_is_none() {
        for name in [
            "",
            " ",
            "a b",
            "a/b",
            "good@evil",
            "evil\\@good",
            "a?b",
            "a#b",
            "a:b",
            "a:99999",
            "%61",
            "[::1",
            "http://trio2/te/api",
            "ftp://trio2/",
            "https://good@evil/",
            "https://evil\\@good",
            "https://",
            "file:///etc/passwd",
            "a:b:c",
        ] {
            assert_eq!(there(name, "https://trio/te/api"), None, "{name:?}");
        }
        assert_eq!(there("http://b/", "http://a/te/api").as_deref(), Some("http://b/te/api"));
    }

    #[test]
    fn names_stand_in_the_data_in_any_case_and_a_short_name_means_the_long_one() {
        let base = url("http://trio1.example/te/api");
        for body in [
            r#"{"links":[],"data":{"primaryServer":"trio1","secondaryServer":"trio2"}}"#,
            r#"{"Data":[{"PrimaryServer":"trio1","secondary_server":"trio2"}]}"#,
            r#"{"primaryserver":"trio1","secondaryserver":"trio2"}"#,
        ] {
            let named = named(body.as_bytes(), &base);
            assert_eq!(named.len(), 2, "{body}");
            assert_eq!((label(&named[1].base).as_str(), named[1].role), ("trio2:80", ServerRole::Secondary));
            assert!(same(&named[0].base, &base) && !same(&named[1].base, &base), "{body}");
        }
        for body in ["", "[]", "{}", r#"{"data":{"primaryServer":5,"secondaryServer":null}}"#] {
            assert!(named(body.as_bytes(), &base).is_empty(), "{body}");
        }
        assert!(!same(&url("http://10.0.0/"), &url("http://10.0.0.1/")));
        assert!(!same(&url("http://trio:81/"), &url("http://trio/")));
    }
}
