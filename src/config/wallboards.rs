//! Reads the section `wallboards`: the wallboards beside the one of everything.

use std::{path::Path, sync::Arc};

use serde_json::json;
use url::Url;

use super::{
    files::Files,
    form::Form,
    goals::References,
    keys::{Keys, map_of},
    kinds::{Kind, ListOf, Text, Words},
};
use crate::{
    model::{
        BoardToken, CaseClass, Language, NAME_LIMIT, Pattern, WallAgents, WallColumn, Wallboard,
    },
    trio::Secret,
    yaml::{Complaints, Entry},
};

/// Most wallboards.
// Each that is open is rendered after each reading.
const MAX_WALLBOARDS: usize = 100;
/// Most characters of a name, which is a part of an address.
const NAME_LENGTH: usize = 40;
/// Most characters of a notice, so that it leaves room for the queues.
const NOTICE_LENGTH: usize = 200;
/// Addresses below `/wall/` that are no wallboard.
const RESERVED: [&str; 1] = ["events"];

/// Description of a pattern.
const EACH: &str =
    "Text, upper and lower case treated as equal; `*` matches any characters, including none.";

/// Reads the wallboards, and the targets that they name, to be checked when those have been read.
pub(super) fn read(
    keys: &mut Keys<'_, '_>,
    files: &mut Files,
) -> (Vec<Arc<Wallboard>>, References) {
    let mut references = References::default();
    let mut names: Vec<String> = Vec::new();
    let wallboard = map_of("One wallboard.", |keys| {
        let board = wallboard(keys, &mut references, files)?;
        if names.iter().any(|name| **name == *board.name) {
            keys.wrong(format_args!(
                "is called `{}`, as another wallboard is; give each a `name` of its own",
                board.name
            ));
        }
        names.push(board.name.to_string());
        Some(Arc::new(board))
    });
    let too_many = format!("must not have more than {MAX_WALLBOARDS} wallboards");
    let wallboards = ListOf::new(wallboard, "").sized(0..=MAX_WALLBOARDS, too_many);
    let about = "Wallboards at `/wall/NAME`, beside `/wall`, which shows every service.";
    let wallboards = keys.given("wallboards", wallboards, None, about).unwrap_or_default();
    (wallboards.into_iter().flatten().collect(), references)
}

fn wallboard(
    keys: &mut Keys<'_, '_>,
    references: &mut References,
    files: &mut Files,
) -> Option<Wallboard> {
    let missing = "missing; give a name such as reception, the last part of its address";
    let name = keys.required("name", BoardName, missing, "The last part of its address.");
    let targets = patterns(keys, "targets", "Names of targets; default: all.");
    references.targets.extend(targets.iter().map(|(it, at, path)| (*at, path.clone(), it.clone())));
    let mut list = |key, about| -> Vec<Pattern> {
        patterns(keys, key, about).into_iter().map(|(pattern, ..)| pattern).collect()
    };
    let contact_centers = list("contact_centers", "Ids or names of contact centres; default: all.");
    let service_groups = list("service_groups", "Ids or names of service groups; default: all.");
    let services = list("services", "Ids or names of services; default: all.");
    let classes = keys.given(
        "classes",
        each_once(Words { noun: "case class", all: &CaseClass::ALL, word: CaseClass::as_str }),
        None,
        "Classes of cases that it is about; default: voice and chat.",
    );
    let columns = keys.given(
        "columns",
        each_once(Words { noun: "column", all: &WallColumn::ALL, word: WallColumn::as_str }),
        None,
        "Columns in their order; default: all but estimated_wait, and free and working only with `agents: services`.",
    );
    let agents = keys.value(
        "agents",
        Words { noun: "setting", all: &WallAgents::ALL, word: WallAgents::as_str },
        WallAgents::default(),
        "Numbers of people: none, those of whole contact centres, or those of services as well.",
    );
    let about_agents = |column: &&WallColumn| column.is_about_agents();
    let shows_services = agents == WallAgents::Services;
    if let Some(column) = columns.iter().flatten().find(about_agents).filter(|_| !shows_services) {
        let message = format!("`{}` needs `agents: services`", column.as_str());
        keys.wrong_key("columns", message);
    }
    let language = keys.given(
        "language",
        Words { noun: "language", all: &Language::ALL, word: Language::as_str },
        None,
        "Its language; default: that of the browser. No native speaker has reviewed nb (bokmål), da and fi.",
    );
    let title = Text::any("text").trimmed().up_to(NAME_LIMIT);
    let title = keys.given("title", title, None, "Its title.");
    let notice = Text::any("text").trimmed().up_to(NOTICE_LENGTH);
    let notice = keys.given("notice", notice, None, "Plain text below the title.");
    let token = token(keys, files);
    let about = "Sites whose pages may read its JSON; default: none.";
    let allowed_origins = keys.given("allowed_origins", origins(), None, about);
    let about = "Sites whose pages may show it in a frame; default: none.";
    let frame_ancestors = keys.given("frame_ancestors", origins(), None, about);
    let default_columns =
        if shows_services { WallColumn::DEFAULT_WITH_AGENTS } else { WallColumn::DEFAULT };
    let texts = |list: Option<Vec<String>>| -> Vec<_> {
        list.unwrap_or_default().into_iter().map(Into::into).collect()
    };
    Some(Wallboard {
        targets: targets.into_iter().map(|(pattern, ..)| pattern).collect(),
        contact_centers,
        service_groups,
        services,
        classes: classes.unwrap_or_else(|| Wallboard::DEFAULT_CLASSES.to_vec()),
        columns: columns.unwrap_or_else(|| default_columns.to_vec()),
        agents,
        language,
        title: title.map(Into::into),
        notice: notice.map(Into::into),
        token,
        allowed_origins: texts(allowed_origins),
        frame_ancestors: texts(frame_ancestors),
        ..Wallboard::new(name?)
    })
}

/// Reads the token; `None`: there is none, or it is wrong, which is reported.
fn token(keys: &mut Keys<'_, '_>, files: &mut Files) -> Option<BoardToken> {
    let about = "A file with a token of at least 32 characters, for screens. The wallboard is then shown only with it, or to the users of the web server.";
    let entry = keys.entry("token_file", &mut Text::path(), None, about)?;
    let complaints = keys.complaints();
    let read = files.read(&entry.text(complaints)?, read_token);
    let token = read.map_err(|message| entry.wrong(complaints, message)).ok()?;
    files.warn_if_exposed(&entry.path, token.file());
    Some(token)
}

/// Reads the token of a wallboard in the file at `path`.
///
/// # Errors
/// The file cannot be read, or holds no token; the text names the file.
pub fn read_token(path: &Path) -> Result<BoardToken, String> {
    let secret = Secret::from_file(path).map_err(|error| error.to_string())?;
    BoardToken::new(secret.current(), path).map_err(|error| format!("{} {error}", path.display()))
}

/// Reads patterns, each with its place. An empty list would show everything, the opposite of what
/// it says.
fn patterns(
    keys: &mut Keys<'_, '_>,
    key: &'static str,
    about: &str,
) -> Vec<(Pattern, crate::yaml::Position, String)> {
    // Names from Trio are cut at this length, so a longer pattern could not match what it was
    // copied from.
    let pattern = Text::any("pattern").up_to(NAME_LIMIT).parsed(|text, entry| {
        Ok::<_, String>((Pattern::new(&text), entry.node.at, entry.path.clone()))
    });
    let empty = "must name at least one; without the key there is no limit";
    let list = ListOf::new(pattern, EACH).sized(1..=usize::MAX, empty);
    keys.given(key, list, None, about).unwrap_or_default()
}

/// Returns a list of words, none of them twice.
fn each_once<T: Copy + PartialEq + 'static>(words: Words<T>) -> impl Kind<Value = Vec<T>> {
    let mut named: Vec<T> = Vec::new();
    let word = words.parsed(move |word, _| {
        if named.contains(&word) {
            return Err("is in the list already");
        }
        named.push(word);
        Ok(word)
    });
    let empty = "must name at least one; without the key it has the default";
    ListOf::new(word, "").sized(1..=usize::MAX, empty)
}

/// Returns a list of origins.
fn origins() -> impl Kind<Value = Vec<String>> {
    ListOf::new(Origin, "")
}

/// The name of a wallboard.
struct BoardName;

impl Kind for BoardName {
    type Value = String;

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<String> {
        let name = entry.text(complaints)?;
        let is_allowed = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-');
        if name.len() > NAME_LENGTH || !name.chars().all(is_allowed) {
            let message = format!("must be 1 to {NAME_LENGTH} of the characters a-z, 0-9 and -");
            entry.wrong(complaints, message);
            return None;
        }
        if RESERVED.contains(&&*name) {
            entry.wrong(complaints, "is an address of the wallboard of everything; choose another");
            return None;
        }
        Some(name)
    }

    fn form(&mut self) -> Form {
        let schema = json!({
            "type": ["string", "integer"],
            "pattern": format!("^[a-z0-9-]{{1,{NAME_LENGTH}}}$"),
            "not": {"enum": RESERVED},
        });
        Form::new(format!("1 to {NAME_LENGTH} of a-z, 0-9 and -"), schema)
    }
}

/// The origin of a site: scheme, host and port.
// Compared byte by byte with what a browser sends: `*` would let every site read, and `null` is what
// a browser sends for pages of no site at all.
struct Origin;

impl Kind for Origin {
    type Value = String;

    fn read(&mut self, entry: &Entry<'_>, complaints: &mut Complaints) -> Option<String> {
        let text = entry.text(complaints)?;
        let url: Option<Url> = text.parse().ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let Some(url) = url else {
            let message = "must be the address of a site as browsers send it, such as https://www.example.se; `*` and `null` are not allowed";
            entry.wrong(complaints, message);
            return None;
        };
        let origin = url.origin().ascii_serialization();
        if origin != text {
            entry.wrong(complaints, format!("must be written as browsers send it: {origin}"));
            return None;
        }
        Some(text)
    }

    fn form(&mut self) -> Form {
        let example = "https://www.example.se";
        let pattern = "^https?://[^/?#@*\\s]+$";
        Form::new("origin", json!({"type": "string", "pattern": pattern, "examples": [example]}))
    }
}
