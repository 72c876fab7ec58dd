//! ConfigMaps for Grafana's sidecar.

use std::{collections::BTreeMap, fs, path::Path};

use super::chart::Rendered;

/// Largest size of a ConfigMap, in bytes.
const LIMIT: usize = 1 << 20;

#[test]
fn each_board_file_is_in_labelled_config_map() {
    let rendered =
        Rendered::with_values("monitoring", "dashboards: {exclude: []}").expect("rendered");
    let maps = rendered
        .all("ConfigMap")
        .into_iter()
        .filter(|map| map["metadata"]["namespace"] == "grafana");
    let mut boards = BTreeMap::new();
    for map in maps {
        assert_eq!(map["metadata"]["labels"]["grafana_dashboard"], "1");
        assert_eq!(map["metadata"]["labels"]["team"], "telephony");
        assert_eq!(map["metadata"]["annotations"]["grafana_folder"], "Trio");
        let data = map["data"].as_object().expect("data");
        assert!(map.to_string().len() < LIMIT, "{:?}", map["metadata"]["name"]);
        boards.extend(
            data.iter().map(|(name, text)| (name.clone(), text.as_str().expect("text").to_owned())),
        );
    }
    let shipped =
        fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("dashboards")).expect("a folder");
    let shipped: BTreeMap<String, String> = shipped
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
            (format!("trio-{name}"), fs::read_to_string(&path).expect("a board"))
        })
        .collect();
    assert_eq!(boards.keys().collect::<Vec<_>>(), shipped.keys().collect::<Vec<_>>());
    for (name, text) in shipped {
        assert!(boards[&name] == text, "{name} is not the file");
    }
}

#[test]
fn boards_are_optional_and_default_to_release_namespace() {
    let rendered =
        Rendered::with_values("monitoring", "dashboards: {exclude: [agents, wall], namespace: ''}");
    let rendered = rendered.expect("rendered");
    let boards: Vec<_> = rendered
        .all("ConfigMap")
        .into_iter()
        .filter(|map| map["metadata"]["labels"]["grafana_dashboard"] == "1")
        .map(|map| (map["metadata"]["name"].as_str(), map["metadata"]["namespace"].as_str()))
        .collect();
    assert_eq!(boards.len(), 5, "{boards:?}");
    assert!(boards.iter().all(|(_, namespace)| *namespace == Some("monitoring")), "{boards:?}");
    assert!(
        boards.iter().all(|(name, _)| !name.is_some_and(|name| name.ends_with("agents"))),
        "{boards:?}"
    );
}
