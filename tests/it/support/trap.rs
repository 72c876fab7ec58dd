//! A host that must get no connection: it writes down every byte that arrives.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// The trap, on a free port.
pub(crate) struct Trap {
    pub(crate) addr: std::net::SocketAddr,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Trap {
    /// One that answers every request with this.
    pub(crate) async fn set(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let heard = Arc::<Mutex<Vec<Vec<u8>>>>::default();
        let all = heard.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let number = {
                    let mut all = all.lock().unwrap();
                    all.push(Vec::new());
                    all.len() - 1
                };
                let all = all.clone();
                tokio::spawn(async move {
                    let mut bytes = [0; 4096];
                    while let Ok(count @ 1..) = stream.read(&mut bytes).await {
                        all.lock().unwrap()[number].extend_from_slice(&bytes[..count]);
                        if !answer.is_empty() && stream.write_all(answer.as_bytes()).await.is_err()
                        {
                            break;
                        }
                    }
                });
            }
        });
        Self { addr, heard }
    }

    /// Bytes that arrived on each connection.
    pub(crate) fn heard(&self) -> Vec<String> {
        let heard = self.heard.lock().unwrap();
        heard.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
    }
}
