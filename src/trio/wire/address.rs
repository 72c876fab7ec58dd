//! Addresses of servers and paths: host and port as the identity of a server, and the servers that
//! an Api resource names (`primaryServer`, `secondaryServer`).
//!
//! The documented names are bare host names. Scheme, port and path come from the server that named
//! them.

use serde_json::Value;
use url::{Host, Url};

use super::single::member_of_single;
use crate::model::ServerRole;

/// A server that the Api resource of a configured server named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::trio) struct NamedServer {
    pub(in crate::trio) base: Url,
    pub(in crate::trio) role: ServerRole,
}

/// Returns the servers named in the Api resource that `base` answered with. A name that is no host,
/// or would make a less secure address, is left out.
pub(in crate::trio) fn named_servers(api: &Value, base: &Url) -> Vec<NamedServer> {
    let find = |name| member_of_single(api, name).and_then(Value::as_str);
    let servers =
        [("primaryserver", ServerRole::Primary), ("secondaryserver", ServerRole::Secondary)]
            .into_iter();
    servers
        .filter_map(|(name, role)| {
            Some(NamedServer { base: server_base(find(name)?, base)?, role })
        })
        .collect()
}

/// Base of the API on the server called `name`; the rest of the address is that of `base`.
fn server_base(name: &str, base: &Url) -> Option<Url> {
    let name = name.trim();
    if name.contains("://") {
        return absolute_base(name, base);
    }
    // `@`, `/`, `\`, `?`, `#` and `%` could turn the name into another host, a user or a path.
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    if name.is_empty() || !name.chars().all(plain) {
        return None;
    }
    let (host, port) = match name.rsplit_once(':') {
        Some((host, port)) if !name.ends_with(']') => (host, Some(port.parse().ok()?)),
        _ => (name, base.port()),
    };
    // An IPv6 address without brackets: which colon begins the port cannot be known.
    if host.contains(':') && !(host.starts_with('[') && host.ends_with(']')) {
        return None;
    }
    let mut url = base.clone();
    url.set_host(Some(host)).ok()?;
    url.set_port(port).ok()?;
    Some(url)
}

/// Base of the API for a name that is a whole address.
fn absolute_base(text: &str, base: &Url) -> Option<Url> {
    // Parsers disagree about which part of `https://evil\@good` is the host.
    if text.contains(['@', '\\']) {
        return None;
    }
    let mut url: Url = text.parse().ok()?;
    // From https to http the password would go over the network in clear text.
    let fits = matches!((base.scheme(), url.scheme()), (_, "https") | ("http", "http"));
    if !fits || !url.has_host() || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    // An address without a path names a server, and the API is below the same path on each of them.
    if url.path() == "/" {
        url.set_path(base.path());
    }
    Some(url)
}

/// Host and port: the identity of a server, and its label.
pub(in crate::trio) fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Appends `segments` to the path of `base`, each percent-encoded as UTF-8.
pub(in crate::trio) fn below(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// Returns whether both addresses mean the same server: the same name, or one of them shortened.
pub(in crate::trio) fn is_same_server(one: &Url, other: &Url) -> bool {
    let (Some(Host::Domain(a)), Some(Host::Domain(b))) = (one.host(), other.host()) else {
        return host_and_port(one) == host_and_port(other);
    };
    // Configured may be `trio1` where the Api resource names `trio1.example`: taken as two servers,
    // one would be the failover of itself. Numbers are not shortened: 10.0.0 is not 10.0.0.1.
    let begins = |long: &str, short: &str| {
        long.strip_prefix(short).is_some_and(|rest| rest.starts_with('.'))
    };
    one.port_or_known_default() == other.port_or_known_default()
        && (a == b || begins(a, b) || begins(b, a))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("a URL")
    }

    fn base_of(name: &str, base: &str) -> Option<String> {
        server_base(name, &url(base)).map(String::from)
    }

    #[test]
    fn named_host_keeps_the_rest_of_the_base() {
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
            assert_eq!(
                base_of(name, "https://trio:8443/te/api").as_deref(),
                Some(address),
                "{name}"
            );
        }
    }

    #[test]
    fn names_without_a_secure_host_are_refused() {
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
            assert_eq!(base_of(name, "https://trio/te/api"), None, "{name:?}");
        }
        assert_eq!(base_of("http://b/", "http://a/te/api").as_deref(), Some("http://b/te/api"));
    }

    #[test]
    fn names_match_in_any_case_and_shortened() {
        let base = url("http://trio1.example/te/api");
        for body in [
            r#"{"links":[],"data":{"primaryServer":"trio1","secondaryServer":"trio2"}}"#,
            r#"{"Data":[{"PrimaryServer":"trio1","secondary_server":"trio2"}]}"#,
            r#"{"primaryserver":"trio1","secondaryserver":"trio2"}"#,
        ] {
            let named = named_servers(&serde_json::from_str(body).unwrap_or_default(), &base);
            assert_eq!(named.len(), 2, "{body}");
            assert_eq!(
                (host_and_port(&named[1].base).as_str(), named[1].role),
                ("trio2:80", ServerRole::Secondary)
            );
            assert!(
                is_same_server(&named[0].base, &base) && !is_same_server(&named[1].base, &base),
                "{body}"
            );
        }
        for body in ["", "[]", "{}", r#"{"data":{"primaryServer":5,"secondaryServer":null}}"#] {
            assert!(
                named_servers(&serde_json::from_str(body).unwrap_or_default(), &base).is_empty(),
                "{body}"
            );
        }
        assert!(!is_same_server(&url("http://10.0.0/"), &url("http://10.0.0.1/")));
        assert!(!is_same_server(&url("http://trio:81/"), &url("http://trio/")));
    }
}
