//! An exporter that goes by a web configuration, and an authority that signs certificates for it.
//! Nothing polls.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle};
use trio_exporter::{
    app::{App, shutdown},
    config,
    http::{self, Limits, Listen, Reloader, Settings, WebFiles},
    metrics::Identity,
};

use crate::{
    process::folder,
    support::{NOBODY, config as exporter, still_clock, target},
};

/// A folder with `web.yml` and what it names.
pub(super) struct Files {
    folder: TempDir,
}

/// The exporter.
pub(super) struct Served {
    pub(super) addresses: Vec<SocketAddr>,
    pub(super) reloader: Reloader,
    pub(super) stop: watch::Sender<bool>,
    pub(super) ended: JoinHandle<std::io::Result<()>>,
}

impl Files {
    pub(super) fn with_settings(web: &str) -> Self {
        let files = Self { folder: folder() };
        files.write("web.yml", web);
        files
    }

    /// The same with a certificate of the server, and its authority's as that of clients.
    pub(super) fn secure(authority: &Authority, certified: &Certified, more: &str) -> Self {
        let files = Self::with_settings(&format!(
            "tls_server_config:\n  cert_file: crt\n  key_file: key\n{more}"
        ));
        files.certify(certified);
        files.write("ca", &authority.pem);
        files
    }

    pub(super) fn certify(&self, certified: &Certified) {
        self.write("key", &certified.key_pem);
        self.write("crt", &certified.pem);
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("writable");
    }
}

/// Settings of a server from `web.yml`: on a free port, and its files are not looked at again.
pub(super) fn settings(files: &Files) -> Settings {
    read(Some(files.path("web.yml")), None)
}

/// The same by any files.
pub(super) fn read(web: Option<PathBuf>, agents: Option<PathBuf>) -> Settings {
    let read =
        move || config::web::read(web.as_deref().map(Path::new), agents.as_deref(), &|_| None);
    Settings {
        external: None,
        listen: Listen::Addresses(vec!["127.0.0.1:0".parse().expect("an address")]),
        limits: Limits::default(),
        files: WebFiles::open(read).unwrap_or_else(|mistakes| panic!("{mistakes:#?}")),
        check_interval: Duration::from_secs(86_400),
        wallboard: true,
    }
}

impl Served {
    pub(super) async fn start(settings: Settings) -> Self {
        let exporter = exporter(target(&format!("http://{NOBODY}")), Identity::Name);
        let app = App::build(exporter, settings, still_clock()).await.expect("free ports");
        let (server, router, ..) = app.into_parts();
        let (addresses, reloader) = (server.addresses(), server.reloader());
        let (stop, stopped) = shutdown::switch();
        let ended = tokio::spawn(http::serve(server, router, stopped.requested()));
        Self { addresses, reloader, stop, ended }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.addresses[0]
    }
}

/// An authority of a test's own.
pub(super) struct Authority {
    pub(super) pem: String,
    pub(super) der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
pub(super) struct Certified {
    pub(super) pem: String,
    pub(super) key_pem: String,
    pub(super) der: CertificateDer<'static>,
    pub(super) key: PrivateKeyDer<'static>,
}

impl Authority {
    pub(super) fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("a certificate");
        Self {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate for `name`.
    pub(super) fn certify(&self, name: &str) -> Certified {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Certified {
            pem: certificate.pem(),
            key_pem: key.serialize_pem(),
            der: certificate.der().clone(),
            key: PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
        }
    }
}
