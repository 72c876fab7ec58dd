//! The files that a pod would see, below a folder of the test.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use tempfile::TempDir;

use super::chart::Rendered;
use crate::process::folder;

/// A Secret that the chart does not make: its name, a key, and what it holds.
pub(super) type Outside<'a> = (&'a str, &'a str, &'a str);

/// The file systems of a pod, and the arguments of its container with paths below the folder.
pub(super) struct Mounted {
    folder: TempDir,
    /// Mount points of the container.
    places: Vec<String>,
    pub(super) arguments: Vec<String>,
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

impl Mounted {
    /// Of what is rendered; `outside` says what it expects to be there already.
    pub(super) fn new(rendered: &Rendered, outside: &[Outside<'_>]) -> Self {
        let container = rendered.container();
        let mounts = items(&container["volumeMounts"]);
        let places = mounts.iter().map(|mount| text(&mount["mountPath"]).to_owned()).collect();
        let mut mounted = Self { folder: folder(), places, arguments: Vec::new() };
        for mount in mounts {
            let volumes = items(&rendered.pod()["spec"]["volumes"]).iter();
            let volume = volumes.clone().find(|volume| volume["name"] == mount["name"]);
            let files = volume.map(|volume| files(rendered, volume, outside)).unwrap_or_default();
            let place = mounted.path(text(&mount["mountPath"]));
            fs::create_dir_all(&place).expect("writable");
            for (name, content) in files {
                mounted.write(&place.join(name), &content);
            }
        }
        let arguments = items(&container["args"]).iter().map(text);
        mounted.arguments = arguments.map(|argument| mounted.moved(argument)).collect();
        mounted
    }

    fn write(&self, path: &Path, content: &[u8]) {
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        match std::str::from_utf8(content) {
            Ok(text) => fs::write(path, self.moved(text)),
            Err(_) => fs::write(path, content),
        }
        .expect("writable");
    }

    /// Place of a path of the container on this machine.
    pub(super) fn path(&self, inside: &str) -> PathBuf {
        self.folder.path().join(inside.trim_start_matches('/'))
    }

    /// A text that names paths of the container, with those of the test.
    pub(super) fn moved(&self, text: &str) -> String {
        let root = self.folder.path().to_str().expect("UTF-8");
        self.places.iter().fold(text.to_owned(), |text, place| {
            text.replace(place.as_str(), &format!("{root}{place}"))
        })
    }
}

/// Names and contents of what is in a volume.
fn files(rendered: &Rendered, volume: &Value, outside: &[Outside<'_>]) -> Vec<(String, Vec<u8>)> {
    if let Some(name) = volume["configMap"]["name"].as_str() {
        let map = rendered
            .named("ConfigMap", name)
            .unwrap_or_else(|| panic!("there is no ConfigMap {name}"));
        let data = map["data"].as_object().expect("data");
        return data.iter().map(|(name, content)| (name.clone(), text(content).into())).collect();
    }
    if volume["secret"].is_object() {
        assert_eq!(volume["secret"]["defaultMode"], 0o440);
        return secret(rendered, &volume["secret"], text(&volume["secret"]["secretName"]), outside);
    }
    let sources = items(&volume["projected"]["sources"]).iter().map(|source| &source["secret"]);
    sources.flat_map(|source| secret(rendered, source, text(&source["name"]), outside)).collect()
}

/// Items that a Secret shows: those that are named, else all.
fn secret(
    rendered: &Rendered,
    wanted: &Value,
    name: &str,
    outside: &[Outside<'_>],
) -> Vec<(String, Vec<u8>)> {
    let known: Vec<(String, Vec<u8>)> = match rendered.named("Secret", name) {
        Some(secret) => {
            let decoded = |content: &Value| STANDARD.decode(text(content)).expect("base64");
            let data = secret["data"].as_object().expect("data");
            data.iter().map(|(key, content)| (key.clone(), decoded(content))).collect()
        }
        None => outside
            .iter()
            .filter(|(secret, _, _)| *secret == name)
            .map(|(_, key, content)| ((*key).to_owned(), (*content).into()))
            .collect(),
    };
    if wanted["items"].is_null() {
        return known;
    }
    let found = |key: &str| {
        let found = known.iter().find(|(name, _)| name == key);
        found.unwrap_or_else(|| panic!("the Secret {name} has no {key}")).1.clone()
    };
    items(&wanted["items"])
        .iter()
        .map(|item| (text(&item["path"]).to_owned(), found(text(&item["key"]))))
        .collect()
}
