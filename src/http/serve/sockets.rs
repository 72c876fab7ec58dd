//! Listening sockets: bound by the exporter, or passed by systemd (socket activation).

use std::{io, net::SocketAddr};

use tokio::net::TcpListener;

use crate::http::ListenAddress;

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
