//! Aliases of servers: one for all spellings of a name.

use url::Url;

/// The known servers, each with its alias.
#[derive(Debug)]
pub(super) struct HostAliases {
    known: Vec<Host>,
}

#[derive(Debug)]
struct Host {
    name: String,
    port: Option<u16>,
    alias: String,
}

impl HostAliases {
    /// Gives these servers the first aliases, in their order.
    pub(super) fn new<'a>(servers: impl Iterator<Item = &'a Url>) -> Self {
        let mut hosts = Self { known: Vec::new() };
        servers.for_each(|server| drop(hosts.alias_of(server)));
        hosts
    }

    /// Returns the alias for the host and port of an address.
    pub(super) fn alias_of(&mut self, url: &Url) -> String {
        self.alias(url.host_str().unwrap_or_default(), url.port_or_known_default())
    }

    /// Returns the alias for a name in an answer, with or without a port. A short name means the
    /// server whose long name begins with it.
    pub(super) fn named(&mut self, name: &str) -> String {
        let name = name.trim();
        match name.rsplit_once(':') {
            // `[::1]` ends with a colon and a digit, but has no port.
            Some((host, port)) if !name.ends_with(']') => match port.parse() {
                Ok(port) => self.alias(host, Some(port)),
                Err(_) => self.alias(name, None),
            },
            _ => self.alias(name, None),
        }
    }

    fn alias(&mut self, name: &str, port: Option<u16>) -> String {
        let name = name.to_lowercase();
        // The Api resource names servers in short (`trio1`), the configuration in full
        // (`trio1.kund.example`).
        let begins = |long: &str, short: &str| {
            long.strip_prefix(short).is_some_and(|rest| rest.starts_with('.'))
        };
        let same = |host: &&Host| {
            let same_port = host.port == port || port.is_none() || host.port.is_none();
            same_port
                && (host.name == name || begins(&host.name, &name) || begins(&name, &host.name))
        };
        if let Some(host) = self.known.iter().find(same) {
            return host.alias.clone();
        }
        // `.invalid` is reserved (RFC 2606): no replay can reach a real server by accident.
        let alias = format!("host-{}.invalid", self.known.len() + 1);
        self.known.push(Host { name, port, alias: alias.clone() });
        alias
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_has_one_alias_for_all_spellings() {
        let url = |text: &str| text.parse::<Url>().expect("a URL");
        let mut hosts = HostAliases::new([url("https://trio1.kund.example/te/api")].iter());
        for name in ["trio1", "Trio1.kund.example", " trio1:443 ", "trio1.kund.example:443"] {
            assert_eq!(hosts.named(name), "host-1.invalid", "{name}");
        }
        assert_eq!(hosts.alias_of(&url("https://trio1.kund.example/x")), "host-1.invalid");
        assert_eq!(hosts.named("trio2"), "host-2.invalid");
        assert_eq!(hosts.named("trio1:8080"), "host-3.invalid", "another port, another server");
        assert_eq!(hosts.alias_of(&url("https://10.0.0.1/")), "host-4.invalid");
        assert_eq!(hosts.named("10.0.0.1"), "host-4.invalid");
        assert_eq!(hosts.named("[::1]:9000"), "host-5.invalid");
    }
}
