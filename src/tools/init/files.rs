//! Writes the files: the configuration, and a file for each secret.

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
const FIELDS: &str = "fields.yml";

/// The files of one folder.
pub(super) struct Files<'d> {
    folder: &'d Path,
}

impl<'d> Files<'d> {
    pub(super) fn new(folder: &'d Path) -> Self {
        Self { folder }
    }

    pub(super) fn configuration(&self) -> PathBuf {
        self.folder.join(CONFIGURATION)
    }

    pub(super) fn fields(&self) -> PathBuf {
        self.folder.join(FIELDS)
    }

    /// Returns whether there is a fields file, if only as a link that leads nowhere.
    pub(super) fn has_fields(&self) -> bool {
        self.fields().symlink_metadata().is_ok()
    }

    /// Checks that none of the files exists.
    ///
    /// # Errors
    /// One of them exists, if only as a link that leads nowhere.
    pub(super) fn refuse_existing(&self) -> Result<(), Failure> {
        let names = [CONFIGURATION, CLIENT_KEY, USERNAME, PASSWORD];
        let existing = names
            .map(|name| self.folder.join(name))
            .into_iter()
            .filter(|path| path.symlink_metadata().is_ok());
        let existing: Vec<String> = existing.map(|path| path.display().to_string()).collect();
        if existing.is_empty() {
            return Ok(());
        }
        let existing = existing.join(", ");
        let message = format!(
            "already there: {existing}; choose another --directory, or replace with --force"
        );
        Err(Failure::Unusable(message))
    }

    /// Returns a text that shows the files, without the secrets.
    pub(super) fn plan(&self, answers: &Answers) -> String {
        let path = |name: &str| self.folder.join(name).display().to_string();
        let yaml = configuration(answers, false);
        let indented: String = yaml.lines().map(|line| format!("    {line}\n")).collect();
        format!(
            "\nThis is written:\n  {}, {}, {}: the secrets, for you alone to read\n  {}:\n{indented}",
            path(CLIENT_KEY),
            path(USERNAME),
            path(PASSWORD),
            path(CONFIGURATION),
        )
    }

    /// Writes all files.
    ///
    /// # Errors
    /// The folder or a file cannot be written.
    pub(super) fn write(&self, answers: &Answers) -> Result<(), Failure> {
        // The secrets first: if one fails, no configuration names a missing file.
        private_folder(self.folder)
            .map_err(|source| io_failure("make the folder", self.folder, source))?;
        for (name, secret) in [
            (CLIENT_KEY, &answers.client_key),
            (USERNAME, &answers.username),
            (PASSWORD, &answers.password),
        ] {
            self.replace(name, private_file, secret)?;
        }
        self.keep_old_configuration()?;
        self.write_configuration(answers, false)
    }

    /// Writes the configuration, with the name of the fields file or without.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) fn write_configuration(
        &self,
        answers: &Answers,
        with_fields: bool,
    ) -> Result<(), Failure> {
        self.replace(CONFIGURATION, public_file, &configuration(answers, with_fields).into())
    }

    /// Writes the fields file, and the configuration again with its name.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(super) fn write_fields(
        &self,
        answers: &Answers,
        fields: &str,
        replace: fn(&Path, &str) -> io::Result<()>,
    ) -> Result<(), Failure> {
        // Replaced at once: a broken write must not cost the entries of a person.
        replace(&self.fields(), fields)
            .map_err(|source| io_failure("write", &self.fields(), source))?;
        self.write_configuration(answers, true)
    }

    /// Returns the contents of the fields file; empty if there is none that can be read.
    pub(super) fn read_fields(&self) -> String {
        fs::read_to_string(self.fields()).unwrap_or_default()
    }

    /// Renames the configuration that is there, if one is: `--force` may be given by habit, and a
    /// person has perhaps changed the file.
    fn keep_old_configuration(&self) -> Result<(), Failure> {
        let path = self.configuration();
        if path.symlink_metadata().is_err() {
            return Ok(());
        }
        let name = |number: usize| match number {
            0 => format!("{CONFIGURATION}.old"),
            number => format!("{CONFIGURATION}.old{number}"),
        };
        let free = (0..).map(|number| self.folder.join(name(number)));
        let Some(old) = free.into_iter().find(|old| old.symlink_metadata().is_err()) else {
            return Ok(());
        };
        fs::rename(&path, &old).map_err(|source| io_failure("rename", &path, source))
    }

    fn replace(
        &self,
        name: &str,
        create: impl Fn(&Path) -> io::Result<File>,
        text: &SecretString,
    ) -> Result<(), Failure> {
        let path = self.folder.join(name);
        // Removed, not overwritten: an old file may be a link, or keep a mode that lets others read
        // it.
        let removed = match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
        let written = removed.and_then(|()| create(&path)).and_then(|mut file| {
            file.write_all(text.expose_secret().trim_end_matches('\n').as_bytes())?;
            file.write_all(b"\n")
        });
        written.map_err(|source| io_failure("write", &path, source))
    }

    /// Returns the command that reads the help later.
    pub(super) fn suggest_command(&self) -> String {
        let quote = |path: PathBuf| quoted(&path.display().to_string());
        let (file, fields) = (quote(self.configuration()), quote(self.fields()));
        format!("trio-exporter inspect --config.file {file} --prove --suggest -o {fields}")
    }

    /// Returns a text with the commands to run next.
    pub(super) fn next_steps(&self) -> String {
        let file = quoted(&self.configuration().display().to_string());
        format!(
            "\nNext, see whether the exporter can read that Trio, then start it:\n  \
             trio-exporter check --config.file {file}\n  trio-exporter --config.file {file}\n"
        )
    }
}

fn configuration(answers: &Answers, with_fields: bool) -> String {
    // Every JSON string is a valid YAML string, with any characters.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let servers: Vec<String> =
        answers.servers.iter().map(|server| quoted(server.as_str())).collect();
    let line = |indent: &str, key: &str, value: &Option<String>| {
        let value = value.as_deref().map(|value| format!("{indent}{key}: {}\n", quoted(value)));
        value.unwrap_or_default()
    };
    let time_zone = line("    ", "time_zone", &answers.time_zone);
    let state_file = line("", "state_file", &answers.state_file);
    format!(
        // A file of the repository is on no installed machine: the path is the one that the Debian
        // package installs.
        "# Written by `trio-exporter init`. `trio-exporter schema` prints every other key and its meaning;\n\
         # the Debian package explains them in /usr/share/doc/trio-exporter/examples/trio-exporter.yml\n\
         {state_file}targets:\n  - name: {}\n    servers: [{}]\n    client_key_file: {CLIENT_KEY}\n    \
         username_file: {USERNAME}\n    password_file: {PASSWORD}\n{time_zone}{}",
        quoted(&answers.target),
        servers.join(", "),
        if with_fields { format!("    fields_file: {FIELDS}\n") } else { String::new() }
    )
}

fn io_failure(action: &str, path: &Path, source: io::Error) -> Failure {
    Failure::Io { action: format!("cannot {action} {}", path.display()), source }
}

/// Quotes a path for a shell, if it needs that.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-:\\".contains(c);
    if path.chars().all(is_plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

/// Creates a folder that only its owner may enter; an existing one is left as it is.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    if path.is_dir() { Ok(()) } else { builder.recursive(true).create(path) }
}

/// Creates a file that only its owner may read. The mode is set at creation: there is no moment to
/// read it before.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create_new(true).open(path)
}

fn public_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
