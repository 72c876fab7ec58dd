//! Requests that change something are taken from this server's own address only, never from a page
//! of another site in an operator's browser.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::http::{HeaderMap, Method, Uri};

use crate::http::{ExternalUrl, Listen};

/// Names under which the exporter is called.
#[derive(Clone, Debug, Default)]
pub(in crate::http) struct OwnHosts {
    /// Hosts of `--web.listen-address` and of `--web.external-url`, in lower case.
    names: Vec<String>,
    /// Host and port of `--web.external-url`, in lower case.
    external: Option<String>,
}

impl OwnHosts {
    /// Takes the names of the addresses to listen on and of the external address.
    pub(in crate::http) fn new(listen: &Listen, external: Option<&ExternalUrl>) -> Self {
        let mut names = match listen {
            Listen::Addresses(addresses) => {
                addresses.iter().filter_map(|address| address.host()).map(str::to_owned).collect()
            }
            #[cfg(target_os = "linux")]
            Listen::Systemd => Vec::new(),
        };
        let external = external.map(|url| url.address().to_string());
        names.extend(external.as_deref().map(|address| host(address).to_owned()));
        let lower = |text: String| text.to_ascii_lowercase();
        Self { names: names.into_iter().map(lower).collect(), external: external.map(lower) }
    }

    /// Returns whether a request may change something: its method does not, or it comes from here.
    pub(super) fn admits(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> bool {
        if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
            return true;
        }
        let text = |name| headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?"));
        // Browsers say so for requests of other sites; `none` is typed by the user.
        if text("sec-fetch-site").any(|site| !matches!(site, "same-origin" | "none")) {
            return false;
        }
        let named: Vec<String> = uri
            .authority()
            .map(|authority| authority.as_str())
            .into_iter()
            .chain(text("host"))
            .map(str::to_ascii_lowercase)
            .collect();
        if !named.iter().all(|address| self.is_own(host(address))) {
            return false;
        }
        // `null` is the origin of a sandboxed frame, and no address.
        text("origin").all(|origin| {
            let address = origin.split_once("://").map(|(_, address)| address.to_ascii_lowercase());
            address.is_some_and(|address| {
                named.contains(&address) || self.external.as_ref() == Some(&address)
            })
        })
    }

    /// Returns whether a host is one of this exporter.
    // The port is not compared: containers and tunnels map it to another. Nor are addresses compared
    // with those of the machine: a page of another site can rebind its own name to any address, but
    // cannot make the browser send an address in the place of that name.
    fn is_own(&self, host: &str) -> bool {
        let bare = host.trim_matches(['[', ']']);
        let is_address = bare.parse::<Ipv4Addr>().is_ok() || bare.parse::<Ipv6Addr>().is_ok();
        is_address || host == "localhost" || self.names.iter().any(|name| name == host)
    }
}

/// Host of `HOST:PORT`, `[IPV6]:PORT` or either without a port.
fn host(address: &str) -> &str {
    match address.rsplit_once(':') {
        Some((host, port))
            if port.bytes().all(|byte| byte.is_ascii_digit()) && !host.ends_with(':') =>
        {
            host
        }
        _ => address,
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    fn admitted(uri: &str, headers: &[(&str, &str)]) -> bool {
        let listen = Listen::Addresses(vec!["Exporter.example:10427".parse().expect("valid")]);
        let external = "https://trio-metrics.example".parse().expect("valid");
        let own = OwnHosts::new(&listen, Some(&external));
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                let name: HeaderName = name.parse().expect("a name");
                (name, value.parse().expect("a value"))
            })
            .collect();
        let uri = uri.parse().expect("a URI");
        assert!(own.admits(&Method::GET, &uri, &headers), "reading is always admitted");
        own.admits(&Method::POST, &uri, &headers)
    }

    #[test]
    fn own_addresses_may_change_something() {
        for host in [
            "127.0.0.1:10427",
            "10.0.0.5",
            "[::1]:10427",
            "localhost:8080",
            "exporter.example:10427",
            "EXPORTER.example",
            "trio-metrics.example",
        ] {
            assert!(admitted("/-/reload", &[("host", host)]), "{host}");
            let origin = format!("http://{host}");
            let from_page =
                [("host", host), ("origin", &*origin), ("sec-fetch-site", "same-origin")];
            assert!(admitted("/-/reload", &from_page), "{host}");
        }
        assert!(admitted("/-/reload", &[]), "HTTP/1.0 sends no host");
        assert!(admitted("https://exporter.example/-/reload", &[]), "HTTP/2");
        let proxied = [("host", "127.0.0.1:10427"), ("origin", "https://trio-metrics.example")];
        assert!(admitted("/-/reload", &proxied));
    }

    #[test]
    fn foreign_pages_and_names_change_nothing() {
        let own = ("host", "127.0.0.1:10427");
        for headers in [
            &[("host", "evil.example:10427")][..],
            &[("host", "exporter.example.evil.example")],
            &[("host", "localhost.evil.example")],
            &[("host", "")],
            &[own, ("host", "evil.example")],
            &[own, ("origin", "https://evil.example")],
            &[own, ("origin", "null")],
            &[own, ("origin", "http://127.0.0.1:8080")],
            &[own, ("origin", "")],
            &[own, ("sec-fetch-site", "cross-site")],
            &[own, ("sec-fetch-site", "same-site")],
            &[("host", "evil.example"), ("origin", "http://evil.example")],
        ] {
            assert!(!admitted("/-/reload", headers), "{headers:?}");
        }
        assert!(!admitted("https://evil.example/-/reload", &[]), "HTTP/2");
    }
}
