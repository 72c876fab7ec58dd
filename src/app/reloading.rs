//! Reading the configuration anew: whole, or not at all.

use std::{fmt, sync::Arc};

use tokio::task::spawn_blocking;
use tokio_util::task::AbortOnDropHandle;

use super::fleet::Fleet;
use crate::{
    config::Config,
    http::{Reload, Reloaded, Reloader},
    shutdown,
};

/// Reads the configuration, or tells every mistake in it.
#[derive(Clone)]
pub struct Load(Arc<dyn Fn() -> Result<Config, Vec<String>> + Send + Sync>);

impl Load {
    /// Reading by `load`.
    pub fn by(load: impl Fn() -> Result<Config, Vec<String>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(load))
    }
}

impl fmt::Debug for Load {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Load")
    }
}

/// Has `web` and `fleet` go over to what their files say: both, or none of them.
pub(super) async fn reload(load: Option<&Load>, web: &Reloader, fleet: &mut Fleet) -> Reloaded {
    let Some(load) = load.cloned() else {
        return Err("this exporter has no configuration that could be read anew".to_owned());
    };
    let loaded = spawn_blocking(move || (load.0)()).await;
    let mistakes = match loaded {
        Ok(Ok(config)) => match web.reload().await {
            Ok(()) => return Ok(fleet.apply(config)),
            Err(mistakes) => mistakes.join("\n"),
        },
        Ok(Err(mistakes)) => mistakes.join("\n"),
        Err(error) => format!("reading it failed: {error}"),
    };
    fleet.keeps(&mistakes);
    Err(mistakes)
}

/// Has the configuration read anew at every SIGHUP, where there is such a thing.
pub(super) fn on_hangup(reload: Reload) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        let mut hangups = match shutdown::Hangups::new() {
            Ok(hangups) => hangups,
            Err(error) => {
                tracing::warn!(%error, "SIGHUP cannot be heard; reload by POST /-/reload");
                return;
            }
        };
        loop {
            hangups.next().await;
            // What comes of it is logged.
            let _ = reload.request().await;
        }
    }))
}
