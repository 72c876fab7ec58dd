//! Recordings: one that is made cycle by cycle, and one that is served.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use tokio::sync::watch;
use trio_exporter::{
    app::shutdown,
    config::Target,
    model::Clock,
    poller::{self, Poller},
    sim::Replay,
    tally,
    tools::record::{self, Folder, KeptFields, Recorder, Summary},
    trio::{Client, Error},
};

/// A recording under way.
pub(crate) struct Recording {
    recorder: Arc<Recorder>,
    poller: Poller,
    clock: Clock,
    target: Target,
}

impl Recording {
    /// Looks at everything that the target shows.
    pub(crate) async fn begin(target: Target, clock: Clock) -> Self {
        let (recording, looked) = Self::try_begin(target, clock).await;
        looked.expect("a server that answers");
        recording
    }

    /// The same, with the result of the first look.
    pub(crate) async fn try_begin(target: Target, clock: Clock) -> (Self, Result<(), Error>) {
        let recorder = Arc::new(Recorder::new(clock.now()));
        let Target { name, trio, poll, dictionary, contact_centers, .. } = target.clone();
        let poll = poller::Settings::default().within(poll);
        let stats = Arc::default();
        let client = Client::new(trio, dictionary.clone(), Arc::clone(&stats), clock.clone())
            .expect("a client");
        let client = client.with_observer(recorder.clone());
        let looked = record::look(&client, &dictionary, &contact_centers).await;
        let tally = tally::Settings::default();
        let publish = watch::Sender::new(None);
        let poller = Poller::new(name, client, poll, tally, clock.clone(), stats, publish);
        (Self { recorder, poller: poller.selecting(contact_centers), clock, target }, looked)
    }

    /// One cycle of the exporter.
    pub(crate) async fn cycle(&mut self) {
        self.recorder.begin_cycle(self.clock.now());
        self.poller.step().await;
    }

    /// Writes it into a folder.
    pub(crate) fn save(&self, folder: &Path, keep: &[&str]) -> Summary {
        let keep: Vec<String> = keep.iter().map(|field| (*field).to_owned()).collect();
        let keep = KeptFields::read(&keep, &self.target.dictionary).expect("fields");
        let folder = Folder::prepare(folder).expect("an empty folder");
        record::write(
            &self.recorder,
            &self.target.trio.servers,
            &self.target.dictionary,
            &keep,
            &folder,
        )
        .expect("written")
    }
}

/// A recording that is served; it stops when this is dropped.
pub(crate) struct Replayed {
    pub(crate) addr: SocketAddr,
    _stop: watch::Sender<bool>,
}

impl Replayed {
    /// Serves the recording in `folder` by `clock`.
    pub(crate) async fn start(folder: &Path, clock: Clock) -> Self {
        let replay = Replay::open(folder, Arc::new(move || clock.now().wall), Duration::ZERO);
        let replay = replay.unwrap_or_else(|error| panic!("{error}"));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let (stop, stopped) = shutdown::switch();
        tokio::spawn(replay.serve(listener, stopped.requested()));
        Self { addr, _stop: stop }
    }

    /// The base of its API.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/te/api", self.addr)
    }

    /// `original`, but at this server.
    pub(crate) fn target(&self, original: &Target) -> Target {
        let mut target = original.clone();
        target.trio.servers = vec![self.url().parse().expect("a URL")];
        target
    }
}
