//! Options of a field: those of the panel, changed by its overrides.

use regex::Regex;
use serde_json::{Map, Value};

use super::frame::{Field, Kind};
use crate::dashboard::Panel;

/// Options of one field.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub(super) unit: String,
    pub(super) decimals: Option<usize>,
    pub(super) no_value: String,
    pub(super) mappings: Vec<Value>,
    /// Lower bound and colour of each step; the first bound is minus infinity.
    pub(super) steps: Vec<(f64, String)>,
    pub(super) color_mode: String,
    pub(super) fixed_color: String,
    pub(super) display_name: Option<String>,
    pub(super) cell_type: String,
    pub(super) hidden: bool,
}

impl Options {
    /// Options of a panel without regard to fields, as they hold where there are no data.
    pub(super) fn defaults(panel: Panel<'_>) -> Self {
        let mut options = Self { color_mode: "thresholds".to_owned(), ..Self::default() };
        let defaults = panel.defaults().as_object().cloned().unwrap_or_default();
        for (member, value) in &defaults {
            if member == "custom" {
                let custom = value.as_object().cloned().unwrap_or_else(Map::new);
                custom
                    .iter()
                    .for_each(|(member, value)| options.set(&format!("custom.{member}"), value));
            } else {
                options.set(member, value);
            }
        }
        options
    }

    /// Options of a field of the query `ref_id`.
    pub(super) fn of_field(panel: Panel<'_>, field: &Field, ref_id: &str) -> Self {
        let mut options = Self::defaults(panel);
        for item in panel.0["fieldConfig"]["overrides"].as_array().into_iter().flatten() {
            if matches(&item["matcher"], field, ref_id) {
                for property in item["properties"].as_array().into_iter().flatten() {
                    options.set(property["id"].as_str().unwrap_or_default(), &property["value"]);
                }
            }
        }
        options
    }

    fn set(&mut self, member: &str, value: &Value) {
        let text = || value.as_str().unwrap_or_default().to_owned();
        match member {
            "unit" => self.unit = text(),
            "decimals" => {
                self.decimals = value.as_u64().and_then(|number| usize::try_from(number).ok());
            }
            "noValue" => self.no_value = text(),
            "mappings" => self.mappings = value.as_array().cloned().unwrap_or_default(),
            "thresholds" => self.steps = steps(value),
            "color" => {
                value["mode"].as_str().unwrap_or("thresholds").clone_into(&mut self.color_mode);
                value["fixedColor"].as_str().unwrap_or_default().clone_into(&mut self.fixed_color);
            }
            "displayName" => self.display_name = Some(text()).filter(|name| !name.is_empty()),
            "custom.cellOptions" => {
                value["type"].as_str().unwrap_or_default().clone_into(&mut self.cell_type);
            }
            "custom.hidden" => self.hidden = value == true,
            "custom.hideFrom" => self.hidden = value["viz"] == true,
            // Sizes, axes, links and bounds change neither a text nor a colour by thresholds.
            "min" | "max" | "links" | "description" | "filterable" | "actions" => {}
            other if other.starts_with("custom.") => {}
            other => panic!("{:?}: no rule for the option {other}", panel_option(value)),
        }
    }
}

fn panel_option(value: &Value) -> String {
    value.to_string().chars().take(80).collect()
}

fn steps(thresholds: &Value) -> Vec<(f64, String)> {
    let mode = thresholds["mode"].as_str().unwrap_or("absolute");
    assert_eq!(mode, "absolute", "no rule for thresholds in percent");
    let steps = thresholds["steps"].as_array().into_iter().flatten();
    steps
        .map(|step| {
            let color = step["color"].as_str().expect("a step has a colour").to_owned();
            (step["value"].as_f64().unwrap_or(f64::NEG_INFINITY), color)
        })
        .collect()
}

fn matches(matcher: &Value, field: &Field, ref_id: &str) -> bool {
    let options = &matcher["options"];
    let is_named = |name: &str| field.shown_name() == name || field.name == name;
    match matcher["id"].as_str().unwrap_or_default() {
        "byName" => options.as_str().is_some_and(is_named),
        "byNames" => {
            let names = options["names"].as_array().into_iter().flatten();
            names.filter_map(Value::as_str).any(is_named)
        }
        "byRegexp" => {
            let text = options.as_str().unwrap_or_default();
            let pattern =
                text.strip_prefix('/').and_then(|text| text.strip_suffix('/')).unwrap_or(text);
            // Grafana anchors a pattern that is written without slashes.
            let pattern = if pattern.len() == text.len() {
                format!("^(?:{text})$")
            } else {
                pattern.to_owned()
            };
            Regex::new(&pattern).expect("a regular expression").is_match(field.shown_name())
        }
        "byFrameRefID" => options.as_str() == Some(ref_id),
        "byType" => {
            let kind = match field.kind {
                Kind::Time => "time",
                Kind::Number => "number",
                Kind::Text => "string",
            };
            options.as_str() == Some(kind)
        }
        other => panic!("no rule for the matcher {other}"),
    }
}
