//! The sockets to listen on: our own, or those that systemd has opened for us.

use std::{io, net::SocketAddr};

use tokio::net::TcpListener;

use super::ListenAddress;

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// On these addresses.
    Addresses(Vec<ListenAddress>),
    /// On the sockets that systemd hands over.
    #[cfg(target_os = "linux")]
    Systemd,
}

/// Listening is not possible.
#[derive(Debug, thiserror::Error)]
pub enum CannotListen {
    /// On an address.
    #[error(
        "--web.listen-address: cannot listen on {address}; stop what listens there, or choose another address"
    )]
    Address {
        /// The address.
        address: ListenAddress,
        /// What the operating system says.
        source: io::Error,
    },
    /// Systemd has handed nothing over.
    #[error("--web.systemd-socket: systemd has handed over no socket; start the service by its socket unit")]
    NoSocket,
    /// It has handed over something else.
    #[error(
        "--web.systemd-socket: number {number} of the sockets cannot be listened on; ListenStream= must be a TCP port"
    )]
    Socket {
        /// Counted from 1.
        number: usize,
        /// What is wrong with it.
        source: io::Error,
    },
}

impl Listen {
    pub(super) async fn bind(&self) -> Result<Vec<(TcpListener, SocketAddr)>, CannotListen> {
        match self {
            Self::Addresses(addresses) => {
                let mut listeners = Vec::new();
                for address in addresses {
                    let failed = |source| CannotListen::Address { address: address.clone(), source };
                    let listener = address.bind().await.map_err(failed)?;
                    let local = listener.local_addr().map_err(failed)?;
                    listeners.push((listener, local));
                }
                Ok(listeners)
            }
            #[cfg(target_os = "linux")]
            Self::Systemd => handed_over(),
        }
    }
}

#[cfg(target_os = "linux")]
fn handed_over() -> Result<Vec<(TcpListener, SocketAddr)>, CannotListen> {
    let mut sockets = listenfd::ListenFd::from_env();
    let mut listeners = Vec::new();
    for index in 0..sockets.len() {
        let failed = |source| CannotListen::Socket { number: index + 1, source };
        let Some(listener) = sockets.take_tcp_listener(index).map_err(failed)? else { continue };
        listener.set_nonblocking(true).map_err(failed)?;
        let local = listener.local_addr().map_err(failed)?;
        listeners.push((TcpListener::from_std(listener).map_err(failed)?, local));
    }
    if listeners.is_empty() { Err(CannotListen::NoSocket) } else { Ok(listeners) }
}
