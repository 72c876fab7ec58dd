//! The Debian package: built by cargo-deb of the program of this test, installed into a folder of
//! its own by the real dpkg, started by its unit's line, upgraded, removed, purged.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use pretty_assertions::assert_eq;
use tempfile::TempDir;

use crate::{
    installed::{CONFIGURATION, Installed, STATE},
    process::folder,
    unit::Root,
};

const REMEDY: &str =
    "on Debian: apt-get install dpkg-dev lintian; cargo install --locked cargo-deb";

/// Output of a program that succeeds.
fn output_of(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; {REMEDY}"));
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    said.into_owned()
}

/// Packages with the program of this test instead of a release, so that nothing is built for them.
struct Packages(TempDir);

impl Packages {
    fn of_this_build() -> Self {
        let folder = folder();
        fs::create_dir(folder.path().join("dist")).expect("writable");
        let program = folder.path().join("dist/trio-exporter");
        fs::copy(env!("CARGO_BIN_EXE_trio-exporter"), program).expect("the program");
        Self(folder)
    }

    /// Builds the package's revision `number`.
    fn revision(&self, number: u32) -> PathBuf {
        let package = self.0.path().join(format!("{number}.deb"));
        let number = number.to_string();
        let mut build = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/deb/build"));
        build.env("CARGO_TARGET_DIR", self.0.path()).env("PREBUILT", "yes");
        build.args(["--offline", "--fast", "--strip", "--deb-revision", &number]);
        output_of(build.arg("--output").arg(&package));
        package
    }
}

/// A Debian with nothing in it but what the package depends on, as far as dpkg knows.
struct Debian(TempDir);

impl Debian {
    fn new() -> Self {
        let folder = folder();
        let dpkg = folder.path().join("var/lib/dpkg");
        fs::create_dir_all(dpkg.join("info")).expect("writable");
        fs::create_dir_all(dpkg.join("updates")).expect("writable");
        let format = "Package: ${Package}\nStatus: install ok installed\nVersion: ${Version}\nArchitecture: ${Architecture}\n\
                      Maintainer: Debian\nDescription: of this machine\n\n";
        let installed = output_of(Command::new("dpkg-query").args([
            "--show",
            &format!("--showformat={format}"),
            "libc6",
            "ca-certificates",
        ]));
        fs::write(dpkg.join("status"), installed).expect("writable");
        Self(folder)
    }

    fn root(&self) -> Root<'_> {
        Root(self.0.path())
    }

    /// Runs dpkg as a root of this folder alone. An empty `/run` hides this machine's systemd from
    /// the scripts of the package.
    fn dpkg(&self, action: &str, package: &Path) {
        let script =
            "mount -t tmpfs none /run && exec dpkg --root=\"$0\" --force-script-chrootless \"$@\"";
        let mut unshare = Command::new("unshare");
        unshare.args(["--mount", "--map-root-user", "sh", "-c", script]).arg(self.0.path());
        output_of(unshare.args(["--force-confdef", "--force-confold", action]).arg(package));
    }

    fn version(&self) -> String {
        let database = format!("--admindir={}", self.root().host_path("/var/lib/dpkg").display());
        output_of(Command::new("dpkg-query").args([
            &database,
            "--show",
            "--showformat=${Status} ${Version}",
            "trio-exporter",
        ]))
    }

    /// All files and folders, by their paths in it, those of dpkg's own aside.
    fn files(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut next = vec![self.0.path().to_owned()];
        while let Some(folder) = next.pop() {
            for entry in
                fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path())
            {
                let path =
                    entry.strip_prefix(self.0.path()).expect("below it").display().to_string();
                if path != "var/lib/dpkg" {
                    found.insert(path);
                    next.extend(entry.is_dir().then_some(entry));
                }
            }
        }
        found
    }
}

#[tokio::test]
async fn the_package_is_installed_started_upgraded_removed_and_purged() {
    let packages = Packages::of_this_build();
    let debian = Debian::new();
    debian.dpkg("--install", &packages.revision(1));
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(debian.version(), format!("install ok installed {version}-1"));
    let enabled = debian.files().into_iter().find(|path| path.starts_with("etc/systemd"));
    assert_eq!(enabled, None, "it would start before it is configured");

    Installed::start(&debian.root(), &[]).await.lives().await;
    let password = debian.root().host_path(CONFIGURATION).join("password");
    fs::write(&password, "as an administrator left it").expect("writable");
    let configuration = debian.root().host_path(CONFIGURATION).join("trio-exporter.yml");
    let configured = fs::read_to_string(&configuration).expect("the configuration");

    debian.dpkg("--install", &packages.revision(2));
    assert_eq!(debian.version(), format!("install ok installed {version}-2"));
    assert_eq!(fs::read_to_string(&configuration).expect("the configuration"), configured);

    debian.dpkg("--remove", Path::new("trio-exporter"));
    assert!(
        !debian.files().contains("usr/bin/trio-exporter")
            && password.exists()
            && configuration.exists()
    );
    debian.dpkg("--purge", Path::new("trio-exporter"));
    let (state, root) = (STATE.trim_start_matches('/'), debian.root());
    let left = debian.files().into_iter().filter(|path| !path.starts_with(state));
    let left: Vec<_> =
        left.filter(|path| path.contains("trio") || !root.host_path(path).is_dir()).collect();
    assert_eq!(left, [""; 0], "left by the purge");
    assert!(
        debian.root().host_path(STATE).join("counters").exists(),
        "the counters are the administrator's"
    );
}

#[test]
fn package_has_few_dependencies_and_only_explained_lintian_tags() {
    let packages = Packages::of_this_build();
    let package = packages.revision(1);
    let depends = output_of(Command::new("dpkg-deb").arg("--field").arg(&package).arg("Depends"));
    let mut depends: Vec<&str> =
        depends.split(", ").map(|one| one.split_whitespace().next().unwrap_or(one)).collect();
    depends.sort_unstable();
    assert_eq!(depends, ["ca-certificates", "libc6"]);
    let conffiles =
        output_of(Command::new("dpkg-deb").arg("--info").arg(&package).arg("conffiles"));
    let conffiles: BTreeSet<&str> = conffiles.lines().collect();
    assert_eq!(
        conffiles,
        ["/etc/default/trio-exporter", "/etc/trio-exporter/trio-exporter.yml"].into()
    );
    let said = output_of(
        Command::new("lintian").args(["--fail-on", "error,warning", "--allow-root"]).arg(&package),
    );
    assert!(!said.contains("unused-override"), "{said}");
}
