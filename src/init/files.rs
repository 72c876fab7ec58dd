//! The files that are written: the configuration, and a file for each secret.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};

use super::{Answers, Failure};

const CONFIGURATION: &str = "trio-exporter.yml";
const CLIENT_KEY: &str = "client_key";
const USERNAME: &str = "username";
const PASSWORD: &str = "password";

/// The files in their folder.
pub(super) struct Files<'d> {
    folder: &'d Path,
}

impl<'d> Files<'d> {
    pub(super) fn within(folder: &'d Path) -> Self {
        Self { folder }
    }

    pub(super) fn configuration(&self) -> PathBuf {
        self.folder.join(CONFIGURATION)
    }

    /// Fails if one of them is there already.
    pub(super) fn refuse_those_there(&self) -> Result<(), Failure> {
        let names = [CONFIGURATION, CLIENT_KEY, USERNAME, PASSWORD];
        let there = names
            .map(|name| self.folder.join(name))
            .into_iter()
            .filter(|path| path.symlink_metadata().is_ok());
        let there: Vec<String> = there.map(|path| path.display().to_string()).collect();
        if there.is_empty() {
            return Ok(());
        }
        let there = there.join(", ");
        let message = format!("already there: {there}; choose another --directory, or replace with --force");
        Err(Failure::Unusable(message))
    }

    /// What will be written, but for the secrets.
    pub(super) fn plan(&self, answers: &Answers) -> String {
        let path = |name: &str| self.folder.join(name).display().to_string();
        let yaml = configuration(answers);
        let indented: String = yaml.lines().map(|line| format!("    {line}\n")).collect();
        format!(
            "\nThis is written:\n  {}, {}, {}: the secrets, for you alone to read\n  {}:\n{indented}",
            path(CLIENT_KEY),
            path(USERNAME),
            path(PASSWORD),
            path(CONFIGURATION),
        )
    }

    /// Writes the secrets, then the configuration, which names nothing that is not there.
    pub(super) fn write(&self, answers: &Answers) -> Result<(), Failure> {
        private_folder(self.folder).map_err(|source| broken("make the folder", self.folder, source))?;
        for (name, secret) in
            [(CLIENT_KEY, &answers.client_key), (USERNAME, &answers.username), (PASSWORD, &answers.password)]
        {
            self.replace(name, private_file, secret)?;
        }
        self.replace(CONFIGURATION, public_file, &configuration(answers).into())
    }

    fn replace(
        &self,
        name: &str,
        create: impl Fn(&Path) -> io::Result<File>,
        text: &SecretString,
    ) -> Result<(), Failure> {
        let path = self.folder.join(name);
        // What was there may be a link, or readable by others.
        let gone = match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
        let written = gone.and_then(|()| create(&path)).and_then(|mut file| {
            file.write_all(text.expose_secret().trim_end_matches('\n').as_bytes())?;
            file.write_all(b"\n")
        });
        written.map_err(|source| broken("write", &path, source))
    }

    /// The commands that come next.
    pub(super) fn next_steps(&self) -> String {
        let file = quoted(&self.configuration().display().to_string());
        format!(
            "\nNext, see whether the exporter can read that Trio, then start it:\n  \
             trio-exporter check --config.file {file}\n  trio-exporter --config.file {file}\n"
        )
    }
}

fn configuration(answers: &Answers) -> String {
    // JSON strings are YAML, too.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let servers: Vec<String> = answers.servers.iter().map(|server| quoted(server.as_str())).collect();
    format!(
        // A file of the repository is on no installed machine: the path is the one that the Debian package installs.
        "# Written by `trio-exporter init`. `trio-exporter schema` prints every other key and its meaning;\n\
         # the Debian package explains them in /usr/share/doc/trio-exporter/examples/trio-exporter.yml\n\
         targets:\n  - name: {}\n    servers: [{}]\n    client_key_file: {CLIENT_KEY}\n    \
         username_file: {USERNAME}\n    password_file: {PASSWORD}\n",
        quoted(&answers.target),
        servers.join(", ")
    )
}

fn broken(what: &str, path: &Path, source: io::Error) -> Failure {
    Failure::Broken { what: format!("cannot {what} {}", path.display()), source }
}

/// As a shell takes it.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-:\\".contains(c);
    if path.chars().all(is_plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    if path.is_dir() { Ok(()) } else { builder.recursive(true).create(path) }
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create_new(true).open(path)
}

fn public_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
