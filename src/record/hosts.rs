//! Servers, under other names.

use url::Url;

/// The servers that were seen or named so far, each with the name that stands for it.
#[derive(Debug)]
pub(super) struct Hosts {
    known: Vec<Host>,
}

#[derive(Debug)]
struct Host {
    name: String,
    port: Option<u16>,
    alias: String,
}

impl Hosts {
    /// The servers of the target come first.
    pub(super) fn new<'a>(servers: impl Iterator<Item = &'a Url>) -> Self {
        let mut hosts = Self { known: Vec::new() };
        servers.for_each(|server| drop(hosts.of(server)));
        hosts
    }

    /// What stands for the host and the port of an address.
    pub(super) fn of(&mut self, url: &Url) -> String {
        self.alias(url.host_str().unwrap_or_default(), url.port_or_known_default())
    }

    /// What stands for a name with or without a port, as answers tell it; a short name means the long
    /// one.
    pub(super) fn named(&mut self, name: &str) -> String {
        let name = name.trim();
        match name.rsplit_once(':') {
            Some((host, port)) if !name.ends_with(']') => match port.parse() {
                Ok(port) => self.alias(host, Some(port)),
                Err(_) => self.alias(name, None),
            },
            _ => self.alias(name, None),
        }
    }

    fn alias(&mut self, name: &str, port: Option<u16>) -> String {
        let name = name.to_lowercase();
        let begins =
            |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('.'));
        let same = |host: &&Host| {
            let same_port = host.port == port || port.is_none() || host.port.is_none();
            same_port && (host.name == name || begins(&host.name, &name) || begins(&name, &host.name))
        };
        if let Some(host) = self.known.iter().find(same) {
            return host.alias.clone();
        }
        let alias = format!("host-{}.invalid", self.known.len() + 1);
        self.known.push(Host { name, port, alias: alias.clone() });
        alias
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_server_has_the_same_name_however_it_is_written() {
        let url = |text: &str| text.parse::<Url>().expect("a URL");
        let mut hosts = Hosts::new([url("https://trio1.kund.example/te/api")].iter());
        for name in ["trio1", "Trio1.kund.example", " trio1:443 ", "trio1.kund.example:443"] {
            assert_eq!(hosts.named(name), "host-1.invalid", "{name}");
        }
        assert_eq!(hosts.of(&url("https://trio1.kund.example/x")), "host-1.invalid");
        assert_eq!(hosts.named("trio2"), "host-2.invalid");
        assert_eq!(hosts.named("trio1:8080"), "host-3.invalid", "another port, another server");
        assert_eq!(hosts.of(&url("https://10.0.0.1/")), "host-4.invalid");
        assert_eq!(hosts.named("10.0.0.1"), "host-4.invalid");
        assert_eq!(hosts.named("[::1]:9000"), "host-5.invalid");
    }
}
