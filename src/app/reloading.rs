//! Reload of the configuration: all of it, or nothing.

use std::{fmt, sync::Arc};

use tokio_util::task::AbortOnDropHandle;

use super::targets::Targets;
use crate::{
    app::shutdown::Hangups,
    config::Config,
    files::FileTasks,
    http::{NotReloaded, Reload, Reloaded, Reloader},
};

/// Reads the configuration; returns it, or all mistakes in it.
#[derive(Clone)]
pub struct ConfigLoader {
    load: Arc<dyn Fn() -> Result<Config, Vec<String>> + Send + Sync>,
    tasks: FileTasks,
}

impl ConfigLoader {
    /// Creates a loader that calls `load` at each reload.
    pub fn new(load: impl Fn() -> Result<Config, Vec<String>> + Send + Sync + 'static) -> Self {
        Self { load: Arc::new(load), tasks: FileTasks::default() }
    }
}

impl fmt::Debug for ConfigLoader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ConfigLoader")
    }
}

/// Reloads the configuration into `targets` and the web configuration into `web`: both, or neither.
pub(super) async fn reload(
    loader: Option<&ConfigLoader>,
    web: &Reloader,
    targets: &mut Targets,
) -> Reloaded {
    let Some(loader) = loader.cloned() else {
        return Err(NotReloaded::NothingToReload);
    };
    // On a blocking thread: the files may be on a network file system that hangs.
    let tasks = loader.tasks.clone();
    let loaded = tasks.run(move || (loader.load)()).await;
    let mistakes = match loaded {
        // The web files are applied only when the configuration is valid, and `apply` cannot fail:
        // no mistake can leave one of the two changed alone.
        Ok(Ok(config)) => match web.reload().await {
            Ok(()) => return Ok(targets.apply(config)),
            Err(mistakes) => mistakes.join("\n"),
        },
        Ok(Err(mistakes)) => mistakes.join("\n"),
        Err(error) => error.to_string(),
    };
    targets.reject(&mistakes);
    Err(NotReloaded::Failed(mistakes))
}

/// Requests a reload at each SIGHUP, on Unix.
pub(super) fn on_hangup(mut hangups: Hangups, reload: Reload) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        loop {
            hangups.next().await;
            // The result is logged by the reload itself.
            let _ = reload.request().await;
        }
    }))
}
