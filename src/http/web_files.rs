//! The web configuration while the server runs: what has changed in its files is taken over, if all of
//! it is valid. Connections that stand keep the certificate that they began with.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum_server::tls_rustls::RustlsConfig;
use tokio::{
    sync::{Mutex, watch},
    task::spawn_blocking,
};

use super::Web;

/// A file, and how it looked when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    path: PathBuf,
    looked: Option<(SystemTime, u64)>,
}

/// A web configuration as it was read, and the files that it was read from, also those that could not be.
#[derive(Debug)]
pub struct Reading {
    /// The files.
    pub files: Vec<Watched>,
    /// What they say, or every mistake in them.
    pub web: Result<Web, Vec<String>>,
    /// What is allowed but unwise, to be logged.
    pub warnings: Vec<String>,
}

impl Reading {
    fn log_warnings(&self) {
        for warning in &self.warnings {
            tracing::warn!("{warning}");
        }
    }
}

/// Reads the files of a web configuration.
type Read = Arc<dyn Fn() -> Reading + Send + Sync>;

/// A web configuration that can be read again.
#[derive(Clone)]
pub struct WebFiles {
    read: Read,
    files: Vec<Watched>,
    web: Arc<Web>,
}

impl Watched {
    /// Looks at a file, before it is read: what is changed later will be seen.
    pub fn at(path: &Path) -> Self {
        let metadata = std::fs::metadata(path).ok();
        let looked = metadata.and_then(|metadata| Some((metadata.modified().ok()?, metadata.len())));
        Self { path: path.to_owned(), looked }
    }

    fn has_changed(&self) -> bool {
        Self::at(&self.path) != *self
    }
}

impl WebFiles {
    /// Reads a web configuration by `read`, which is asked again whenever it may have changed.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn open(read: impl Fn() -> Reading + Send + Sync + 'static) -> Result<Self, Vec<String>> {
        let reading = read();
        reading.log_warnings();
        let Reading { files, web, .. } = reading;
        Ok(Self { read: Arc::new(read), files, web: Arc::new(web?) })
    }

    pub(super) fn web(&self) -> &Arc<Web> {
        &self.web
    }
}

impl Default for WebFiles {
    /// No files: plain HTTP for everybody.
    fn default() -> Self {
        let read = || Reading { files: Vec::new(), web: Ok(Web::default()), warnings: Vec::new() };
        Self { read: Arc::new(read), files: Vec::new(), web: Arc::default() }
    }
}

/// Reads the web configuration again. Clones do the same, one at a time.
#[derive(Clone)]
pub struct Reloader {
    files: Arc<Mutex<WebFiles>>,
    publish: watch::Sender<Arc<Web>>,
    tls: Option<RustlsConfig>,
}

impl Reloader {
    /// Of a server that goes by `files` as they are now; `tls` is what it offers.
    pub(super) fn new(files: WebFiles, publish: watch::Sender<Arc<Web>>, tls: Option<RustlsConfig>) -> Self {
        Self { files: Arc::new(Mutex::new(files)), publish, tls }
    }

    /// Reads every file again and takes over what they say.
    ///
    /// # Errors
    /// Every mistake in them; then everything stays as it was.
    pub async fn reload(&self) -> Result<(), Vec<String>> {
        let mut files = self.files.lock().await;
        self.read(&mut files).await
    }

    /// Does so whenever one of the files has changed, for ever; looks every `interval`.
    pub(super) async fn watch(&self, interval: Duration) {
        loop {
            tokio::time::sleep(interval).await;
            let mut files = self.files.lock().await;
            let looked = files.files.clone();
            let look = spawn_blocking(move || looked.iter().any(Watched::has_changed));
            if !look.await.unwrap_or(true) {
                continue;
            }
            match self.read(&mut files).await {
                Ok(()) => tracing::info!("the web configuration has changed; it is in force"),
                Err(mistakes) => {
                    let mistakes = mistakes.join("; ");
                    tracing::error!(%mistakes, "the web configuration has changed and is wrong; the old one stays in force");
                }
            }
        }
    }

    async fn read(&self, files: &mut WebFiles) -> Result<(), Vec<String>> {
        let read = files.read.clone();
        let reading = spawn_blocking(move || read()).await;
        let reading = reading.map_err(|error| vec![error.to_string()])?;
        reading.log_warnings();
        let Reading { files: looked, web, .. } = reading;
        files.files = looked;
        let web = self.possible(web?, &files.web);
        if let (Some(running), Some(tls)) = (&self.tls, &web.tls) {
            running.reload_from_config(tls.config(web.http2));
        }
        files.web = Arc::new(web);
        self.publish.send_replace(files.web.clone());
        Ok(())
    }

    /// What of `new` can be had without a restart; the rest stays as it is `now`.
    fn possible(&self, mut new: Web, now: &Web) -> Web {
        let warn =
            |what: &str| tracing::warn!("{what} has changed, which needs a restart; the rest is in force");
        if new.tls.is_some() != self.tls.is_some() {
            warn("whether there is a certificate in tls_server_config");
            new.tls = now.tls.clone();
        }
        if new.http2 != now.http2 {
            warn("http_server_config.http2");
            new.http2 = now.http2;
        }
        if new.rate_limit != now.rate_limit {
            warn("rate_limit");
            new.rate_limit = now.rate_limit;
        }
        new
    }
}

impl fmt::Debug for WebFiles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("WebFiles").field("files", &self.files).finish_non_exhaustive()
    }
}

impl fmt::Debug for Reloader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Reloader").finish_non_exhaustive()
    }
}
