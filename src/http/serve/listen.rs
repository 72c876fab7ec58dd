//! Listening sockets: addresses (`--web.listen-address`), bound by the exporter, or passed by
//! systemd (socket activation).

use std::{
    io,
    net::{Ipv6Addr, SocketAddr},
    str::FromStr,
};

use tokio::net::TcpListener;

/// Address to listen on: `host:port`, `[::1]:port`, or `:port` for every address of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddress {
    host: Option<String>,
    port: u16,
}

/// Rejection of a text that is not a listen address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an address to listen on; give HOST:PORT, [IPV6]:PORT or :PORT, such as 127.0.0.1:10427"
)]
pub struct BadAddress;

impl FromStr for ListenAddress {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let (host, port) = text.rsplit_once(':').ok_or(BadAddress)?;
        let port = port.parse().map_err(|_| BadAddress)?;
        let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = match bracketed {
            Some(address) => Some(address.parse::<Ipv6Addr>().map_err(|_| BadAddress)?.to_string()),
            // `::1:80` can be read in two ways, and a URL is not an address.
            None if host.contains([':', '[', ']', '/', ' ']) => return Err(BadAddress),
            None => (!host.is_empty()).then(|| host.to_owned()),
        };
        Ok(Self { host, port })
    }
}

impl std::fmt::Display for ListenAddress {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let host = self.host.as_deref().unwrap_or_default();
        if host.contains(':') {
            write!(formatter, "[{host}]:{}", self.port)
        } else {
            write!(formatter, "{host}:{}", self.port)
        }
    }
}

impl ListenAddress {
    /// Returns the host; `None`: every address of the machine.
    pub(in crate::http) fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// Binds the address. Without a host: to IPv6 and IPv4, or to IPv4 alone on machines without
    /// IPv6.
    ///
    /// # Errors
    /// The port is taken, or the address is not one of this machine.
    pub async fn bind(&self) -> io::Result<TcpListener> {
        match &self.host {
            Some(host) => TcpListener::bind((host.as_str(), self.port)).await,
            None => match TcpListener::bind(("::", self.port)).await {
                // IPv6 may be disabled on a host or in a container. A port in use is an error at
                // once: IPv4 might be free beside it, and the exporter would then be reachable by
                // one family only.
                Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
                    TcpListener::bind(("0.0.0.0", self.port)).await
                }
                bound => bound,
            },
        }
    }
}

/// Source of the listening sockets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// Sockets that the exporter binds to these addresses.
    Addresses(Vec<ListenAddress>),
    /// Sockets that systemd passes (`LISTEN_FDS`).
    #[cfg(target_os = "linux")]
    Systemd,
}

/// Failure to listen.
#[derive(Debug, thiserror::Error)]
pub enum CannotListen {
    /// An address cannot be bound.
    #[error(
        "--web.listen-address: cannot listen on {address}; stop what listens there, or choose another address"
    )]
    Address {
        /// The address.
        address: ListenAddress,
        /// Error of the operating system.
        source: io::Error,
    },
    /// Systemd passed no socket.
    #[error(
        "--web.systemd-socket: systemd has handed over no socket; start the service by its socket unit"
    )]
    NoSocket,
    /// A passed socket is not a TCP listener.
    #[error(
        "--web.systemd-socket: number {number} of the sockets cannot be listened on; ListenStream= must be a TCP port"
    )]
    Socket {
        /// Position of the socket, counted from 1.
        number: usize,
        /// Error of the operating system.
        source: io::Error,
    },
}

impl Listen {
    /// Binds or takes over the sockets, each with its real address.
    pub(in crate::http) async fn bind(
        &self,
    ) -> Result<Vec<(TcpListener, SocketAddr)>, CannotListen> {
        match self {
            Self::Addresses(addresses) => {
                let mut listeners = Vec::new();
                for address in addresses {
                    let failed =
                        |source| CannotListen::Address { address: address.clone(), source };
                    let listener = address.bind().await.map_err(failed)?;
                    let local = listener.local_addr().map_err(failed)?;
                    listeners.push((listener, local));
                }
                Ok(listeners)
            }
            #[cfg(target_os = "linux")]
            Self::Systemd => from_systemd(),
        }
    }
}

#[cfg(target_os = "linux")]
fn from_systemd() -> Result<Vec<(TcpListener, SocketAddr)>, CannotListen> {
    let mut sockets = listenfd::ListenFd::from_env();
    let mut listeners = Vec::new();
    for index in 0..sockets.len() {
        let failed = |source| CannotListen::Socket { number: index + 1, source };
        let Some(listener) = sockets.take_tcp_listener(index).map_err(failed)? else { continue };
        // Systemd passes blocking sockets; tokio would stall a whole thread in accept.
        listener.set_nonblocking(true).map_err(failed)?;
        let local = listener.local_addr().map_err(failed)?;
        listeners.push((TcpListener::from_std(listener).map_err(failed)?, local));
    }
    if listeners.is_empty() { Err(CannotListen::NoSocket) } else { Ok(listeners) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_the_forms_of_other_exporters() {
        for text in [":10427", "127.0.0.1:10427", "[::1]:0", "localhost:80"] {
            assert_eq!(
                text.parse::<ListenAddress>().map(|address| address.to_string()).as_deref(),
                Ok(text)
            );
        }
        for text in ["", "10427", "::1:80", "[x]:80", "a:b", "host:70000", "http://a:80", "[::1:80"]
        {
            assert_eq!(text.parse::<ListenAddress>(), Err(BadAddress), "{text}");
        }
    }
}
