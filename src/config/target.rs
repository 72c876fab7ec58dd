//! Reads the targets: the key `targets`.

use std::{path::PathBuf, sync::Arc, time::Duration};

use jiff::tz::TimeZone;
use secrecy::ExposeSecret;
use serde_json::json;
use url::Url;

use super::{
    Target,
    files::{Files, ReadError},
    form::Form,
    keys::{Keys, map_of},
    kinds::{AtLeast, Kind, ListOf, Text, Whole, Words, too_long},
    secret::SecretKeys,
};
use crate::{
    model::{self, CaseClass, Goals, NAME_LIMIT, Selection},
    poller,
    trio::{self, Dictionary, ExportedMember, ExtraRoots, RootsError, Secret, latin1},
    yaml::{Complaints, Entry, FileError, LONGEST_DOCUMENT, read_bytes, read_text},
};

/// Most members in `export_service_state`.
// Each costs a series for every service.
const MAX_EXPORTED: usize = 20;

/// Name of a target without a `name`.
pub(super) const DEFAULT_NAME: &str = "trio";

/// Most servers of a target. Trio has a primary and a secondary server.
pub(super) const MAX_SERVERS: usize = 4;

/// Shortest time limit of a connection, a request or a collector.
// A shorter one would fail on a healthy network.
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(100);

const CLIENT_KEY: SecretKeys = SecretKeys {
    key: "client_key",
    about: "The API client key that Enghouse provides. Better: client_key_file.",
    key_file: "client_key_file",
    about_file: "A file with the API client key: beside this one, or a systemd credential.",
};
const USERNAME: SecretKeys = SecretKeys {
    key: "username",
    about: "An API user of the exporter's own, with the right to read.",
    key_file: "username_file",
    about_file: "A file with the name of the API user: beside this one, or a systemd credential.",
};
const PASSWORD: SecretKeys = SecretKeys {
    key: "password",
    about: "The API user's password. Better: password_file.",
    key_file: "password_file",
    about_file: "A file with the API user's password: beside this one, or a systemd credential.",
};

/// Reads the targets, at least one; `None` in place of those that have errors.
pub(super) fn read(
    keys: &mut Keys<'_, '_>,
    files: &mut Files,
    goals: &Goals,
    warnings: &mut Vec<String>,
) -> Vec<Option<Target>> {
    let mut names = Vec::new();
    let target = map_of("One Trio system.", |keys| {
        let target = target(keys, files, goals, warnings)?;
        if names.contains(&target.name) {
            // Their series would collide: the label `target` is all that tells them apart.
            keys.wrong(format_args!(
                "is called `{}`, as another target is; give each a `name` of its own",
                target.name
            ));
        }
        names.push(target.name.clone());
        Some(target)
    });
    let targets =
        ListOf::new(target, "").sized(1..=usize::MAX, "must name at least one Trio system to read");
    let missing = "missing; name at least one Trio system to read";
    let about = "The Trio systems to read. Each has its own session and its own failures.";
    keys.required("targets", targets, missing, about).unwrap_or_default()
}

fn target(
    keys: &mut Keys<'_, '_>,
    files: &mut Files,
    goals: &Goals,
    warnings: &mut Vec<String>,
) -> Option<Target> {
    let name = keys.value(
        "name",
        Text::any("text").up_to(NAME_LIMIT),
        DEFAULT_NAME.to_owned(),
        "The label `target`.",
    );
    let servers = servers(keys, warnings);
    let mut secret =
        |given: SecretKeys| given.require(keys, files, |secret| check_secret(given.key, secret));
    let [client_key, username, password] = [CLIENT_KEY, USERNAME, PASSWORD].map(&mut secret);
    let time_zone = keys.given(
        "time_zone",
        Text::any("zone of the IANA database").parsed(|name, _| {
            let unknown = "no such time zone; give a name such as Europe/Stockholm";
            TimeZone::get(&name).map_err(|_| unknown)
        }),
        None,
        "The zone of times that Trio writes without one, such as Europe/Stockholm.",
    );
    let default_case_class = keys.given(
        "default_case_class",
        Words { noun: "class", all: &CaseClass::ALL, word: CaseClass::as_str },
        Some(&CaseClass::Other),
        "The class of cases other than calls whose record has none.",
    );
    let (limits, poll) = limits(keys);
    let dictionary = keys.given(
        "fields_file",
        FieldsFile(files),
        None,
        "Names of your Trio's fields, laid over the built-in ones (docs/fields.md).",
    );
    let (dictionary, fields_file) = match dictionary {
        Some(read) => read.map_or((None, None), |(read, path)| (Some(read), Some(path))),
        None => (builtin_dictionary(keys.complaints()), None),
    };
    let extra_roots = keys.given(
        "ca_file",
        Text::path().parsed(|name, _| authorities(&name, files)),
        None,
        "Authorities (PEM) that are trusted in addition to those of the machine.",
    );
    let contact_centers = contact_centers(keys);
    // After the fields file: a member that it maps cannot be exported unchanged as well.
    let dictionary = export_service_state(keys, dictionary, time_zone.is_some());
    // Every key was read before the first `?`, so that all errors of a target are reported at once.
    let trio = trio::Settings::new(servers?, client_key?, username?, password?);
    let trio = trio::Settings {
        time_zone,
        default_case_class,
        extra_roots: extra_roots.unwrap_or_default(),
        limits,
        ..trio
    };
    let target = Target::new(name, trio, dictionary?);
    let goals = Arc::new(goals.for_target(&target.name));
    Some(Target { goals, contact_centers, poll, fields_file, ..target })
}

/// Checks the name of a target.
///
/// # Errors
/// See [`NameError`].
pub fn check_name(name: &str) -> Result<(), NameError> {
    if name.trim().is_empty() {
        return Err(NameError::Empty);
    }
    if name.chars().count() > NAME_LIMIT {
        return Err(NameError::TooLong);
    }
    Ok(())
}

/// Mistakes in the name of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// It is empty.
    #[error("must not be empty")]
    Empty,
    /// It is too long.
    #[error("{}", too_long(NAME_LIMIT))]
    TooLong,
}

/// Reads the servers of a target, the preferred one first.
fn servers(keys: &mut Keys<'_, '_>, warnings: &mut Vec<String>) -> Option<Vec<Url>> {
    let mut named: Vec<Url> = Vec::new();
    let server = Address.parsed(|(url, warning), entry| {
        if named.iter().any(|other| host_and_port(other) == host_and_port(&url)) {
            // Failing over from a server to itself would only lengthen an outage.
            return Err("the same host and port are named twice");
        }
        warnings.extend(warning.map(|warning| format!("{}: {warning}", entry.path)));
        named.push(url.clone());
        Ok(url)
    });
    let wrong_size = format!("must name 1 to {MAX_SERVERS} servers, the preferred one first");
    let servers = ListOf::new(server, "").sized(1..=MAX_SERVERS, wrong_size);
    let missing = "missing; give the address of the API, such as https://trio.example/te/api";
    let about = "Base addresses of the API, the preferred one first.";
    keys.required("servers", servers, missing, about)
}

/// Address of an API, and a warning if it is unencrypted.
struct Address;

impl Kind for Address {
    type Value = (Url, Option<String>);

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<Self::Value> {
        let address = server(&entry.text(complaints)?);
        address.map_err(|message| entry.wrong(complaints, message)).ok()
    }

    fn form(&mut self) -> Form {
        // HTTP or HTTPS, without user, password, query or fragment.
        let pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+(/[^?#]*)?$";
        let example = "https://trio.example/te/api";
        Form::new("URL", json!({"type": "string", "pattern": pattern, "examples": [example]}))
    }
}

/// Returns host and port, which identify a server however its address is written.
pub(super) fn host_and_port(url: &Url) -> (Option<&str>, Option<u16>) {
    (url.host_str(), url.port_or_known_default())
}

/// Parses the address of an API; also returns a warning if it is unencrypted.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(super) fn server(text: &str) -> Result<(Url, Option<String>), String> {
    let url: Url = text.parse().map_err(|error| {
        format!(
            "not a URL ({error}); give the address of the API, such as https://trio.example/te/api"
        )
    })?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("must begin with https:// or http://".to_owned());
    }
    // Addresses are logged and shown on /status; secrets in them would be, too.
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password; they have keys of their own".to_owned());
    }
    // Paths of resources are appended to the address.
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must end with the path of the API, without ? and #".to_owned());
    }
    let plain =
        "password and token cross the network unencrypted; use https if the server offers it";
    let warning = (url.scheme() == "http").then(|| plain.to_owned());
    Ok((url, warning))
}

/// Checks that the API can accept the secret of `key` (`client_key`, `username` or `password`).
///
/// # Errors
/// See [`UnusableSecret`].
pub fn check_secret(key: &str, secret: &Secret) -> Result<(), UnusableSecret> {
    let secret = secret.current();
    let text = secret.expose_secret();
    if key == CLIENT_KEY.key {
        let fits = text.bytes().all(|byte| byte.is_ascii_graphic());
        return if fits { Ok(()) } else { Err(UnusableSecret::NotBase64) };
    }
    // Most often a file with several lines. Only line ends after the secret are cut off.
    if text.contains(char::is_control) {
        return Err(UnusableSecret::ControlCharacter);
    }
    latin1(text).map(drop).map_err(|_| UnusableSecret::NotLatin1)
}

/// Reasons why the API cannot accept a secret, without the secret itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnusableSecret {
    /// The client key is not the text that was provided.
    #[error("must be the Base64 text that Enghouse provides, without spaces")]
    NotBase64,
    /// It has several lines, or something that no one can type.
    #[error("holds a line break or another control character; put only the secret itself there")]
    ControlCharacter,
    /// The login cannot send it.
    #[error("holds a character that ISO-8859-1, which Trio's login uses, does not have")]
    NotLatin1,
}

/// Reads the limits of the requests to a target, and of its poller.
fn limits(keys: &mut Keys<'_, '_>) -> (trio::Limits, poller::Limits) {
    let mut trio = trio::Limits::default();
    let mut poll = poller::Limits::default();
    // With fewer than ten a target could not be read at all: each collector of a contact centre
    // needs one.
    poll.requests_per_minute = keys.value(
        "max_requests_per_minute",
        Whole(10..=1_000_000),
        poll.requests_per_minute,
        "Intervals grow until the exporter needs no more requests than this.",
    );
    let about = "Limits of a single request, and of all requests of one collector in a cycle.";
    keys.map("limits", about, |keys| {
        let mut time = |key, default, about| {
            keys.value(key, AtLeast(SHORTEST_TIMEOUT), default, about)
        };
        trio.connect = time("connect", trio.connect, "Time to connect.");
        trio.request = time("request", trio.request, "Time for a whole request.");
        let about = "Time for all requests of one collector in a cycle.";
        poll.collector = time("collector", poll.collector, about);
        let mib = trio.body >> 20;
        let about = "Size of an answer, decompressed, with the copy in another charset and its items.";
        trio.body = keys.value("body_mib", Whole(1..=4096), mib, about) << 20;
        // Each case costs a request in every cycle.
        let about = "Cases missing from a truncated list that are requested one by one in each cycle; 0: none.";
        poll.follow_cases = keys.value("follow_cases", Whole(0..=1000), poll.follow_cases, about);
        // A collector reads a list page by page, so the first slow page would end it.
        if poll.collector < trio.request {
            let message = "must not be shorter than `request`, of which it needs several";
            keys.wrong_key("collector", message);
        }
    });
    // No upper bound: for a margin above half of a token's life the client uses that half.
    trio.renewal_margin = keys.value(
        "renewal_margin",
        AtLeast(Duration::from_secs(1)),
        trio.renewal_margin,
        "The access token is renewed this long before it expires.",
    );
    (trio, poll)
}

/// Reads a file of authorities (PEM).
fn authorities(name: &str, files: &Files) -> Result<ExtraRoots, ReadError<AuthoritiesError>> {
    files.read(name, |path| {
        let bundle = read_bytes(path, LONGEST_DOCUMENT)?;
        let unusable = |error| AuthoritiesError::Unusable { path: path.to_owned(), error };
        ExtraRoots::from_pem(&bundle).map_err(unusable)
    })
}

/// Reasons why a file of authorities cannot be used.
#[derive(Debug, thiserror::Error)]
enum AuthoritiesError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("{} {error}", .path.display())]
    Unusable { path: PathBuf, error: RootsError },
}

fn contact_centers(keys: &mut Keys<'_, '_>) -> Selection {
    let about = "Which contact centres are read, by id or name; default: all.";
    keys.map("contact_centers", about, |keys| {
        let mut list = |key, about| {
            let text = Text::any("text").parsed(|text, _| Ok::<model::Text, String>(text.into()));
            // An empty `allow` would read every contact centre, the opposite of what it says.
            let empty = "must name at least one contact centre; if there is none, remove the key";
            let list = ListOf::new(text, "Id or name, in any case.").sized(1..=usize::MAX, empty);
            keys.given(key, list, None, about).unwrap_or_default()
        };
        let allow = list("allow", "Only these.");
        let deny = list("deny", "Not these; wins over allow.");
        // `deny` would win; an entry in both lists is more likely a mistake.
        let lower = |text: &str| text.trim().to_lowercase();
        for twice in deny.iter().filter(|deny| allow.iter().any(|it| lower(it) == lower(deny))) {
            keys.wrong(format_args!("`{twice}` is both allowed and denied; name it once"));
        }
        Selection { allow, deny }
    })
}

/// Adds the members of `export_service_state` to the dictionary.
fn export_service_state(
    keys: &mut Keys<'_, '_>,
    mut dictionary: Option<Dictionary>,
    has_zone: bool,
) -> Option<Dictionary> {
    let too_many = format!("must not name more than {MAX_EXPORTED} members");
    let members = ListOf::new(MemberName, "A member.").sized(0..=MAX_EXPORTED, too_many);
    let exported = members.parsed(|members, _| {
        if !has_zone && members.iter().any(|member| member.counts_by_day) {
            return Err("`counts: day` needs the key `time_zone`: a day begins at local midnight"
                .to_owned());
        }
        match &mut dictionary {
            Some(dictionary) => dictionary
                .export_service_state(members)
                .map_err(|error| format!("{error}; remove it")),
            None => Ok(()),
        }
    });
    let about = "Numbers and flags of services/state to export unchanged.";
    keys.given("export_service_state", exported, None, about);
    dictionary
}

/// A member to export: its name, or a map that also tells how it counts.
struct MemberName;

/// Start of a figure that Trio counts.
#[derive(Clone, Copy)]
enum CountsFrom {
    Midnight,
}

const COUNTS_FROM: Words<CountsFrom> =
    Words { noun: "way to count", all: &[CountsFrom::Midnight], word: |_| "day" };

impl MemberName {
    fn map(&self) -> impl Kind<Value = Option<ExportedMember>> {
        map_of("A member that Trio counts from midnight.", |keys| {
            let missing = "missing; give the name of a member";
            let name = keys.required("member", Text::any("text"), missing, "Its name.");
            let about = "day: Trio counts it from midnight. Withheld from the start of failover mode \
                         to the first midnight after its end.";
            let counts = keys.given("counts", COUNTS_FROM, None, about);
            name.map(|name| ExportedMember { name, counts_by_day: counts.is_some() })
        })
    }
}

impl Kind for MemberName {
    type Value = ExportedMember;

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<ExportedMember> {
        if entry.is_map() {
            return self.map().read(entry, complaints).flatten();
        }
        let name = Text::any("text").read(entry, complaints)?;
        Some(ExportedMember { name, counts_by_day: false })
    }

    fn form(&mut self) -> Form {
        let name = Text::any("text").form();
        let Form { schema, rows, .. } = self.map().form();
        Form {
            schema: json!({"anyOf": [name.schema, schema]}),
            values: "texts or map".to_owned(),
            rows,
        }
    }
}

/// A file with names of fields. Errors inside it name that file.
struct FieldsFile<'f>(&'f Files);

impl Kind for FieldsFile<'_> {
    /// `None`: the file has errors.
    type Value = Option<(Dictionary, PathBuf)>;

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<Self::Value> {
        let read = |complaints: &mut Complaints| {
            let read = self.0.read(&entry.text(complaints)?, |path| {
                let text = read_text(path, LONGEST_DOCUMENT);
                text.map(|text| (path.to_owned(), text))
            });
            let (path, text) = read.map_err(|message| entry.wrong(complaints, message)).ok()?;
            let dictionary = Dictionary::with_user_file(&path.display().to_string(), &text)
                .map_err(|errors| complaints.extend(errors))
                .ok()?;
            Some((dictionary, path))
        };
        Some(read(complaints))
    }

    fn form(&mut self) -> Form {
        Text::path().form()
    }
}

/// Returns the dictionary that is built in: a YAML file, too, which a test keeps valid.
pub(super) fn builtin_dictionary(complaints: &mut Complaints) -> Option<Dictionary> {
    Dictionary::builtin().map_err(|errors| complaints.extend(errors)).ok()
}
