//! The JSON Schema of the configuration file, for editors and for programs that write
//! configurations, and the rows of the tables in docs/configuration.md.
//!
//! Both are recorded while the configuration asks for its keys, see `keys`. A schema cannot express
//! everything, for instance that one duration must not be shorter than another: only the loading of
//! a configuration reports that.

use serde_json::{Value, json};

use super::{
    files::Files,
    form::{Form, KeyRow},
    keys::Keys,
};

/// Maps that may be written alone or in a list, each with its name and its JSON pointer. Each
/// becomes a definition, because the schema would otherwise hold it twice.
const NAMED: [(&str, &str); 3] = [
    ("target", "/properties/targets/anyOf"),
    ("rule", "/properties/goals/properties/services/anyOf"),
    ("wallboard", "/properties/wallboards/anyOf"),
];

fn describe() -> Form {
    // Each path exists where it is named: the first in the sources, the second on a machine with
    // the package.
    let about = "Configuration of trio-exporter. The sample configuration explains every key: deploy/trio-exporter.yml in the \
                 sources, /usr/share/doc/trio-exporter/examples/trio-exporter.yml in the Debian package.";
    Keys::describe(about, |keys| super::read(keys, &mut Files::for_environment(&|_| None)))
}

/// Returns the schema as JSON.
pub fn schema() -> Value {
    let mut schema = describe().schema;
    let mut definitions = json!({});
    for (name, place) in NAMED {
        let Some(forms) = schema.pointer_mut(place) else { continue };
        let reference = json!({"$ref": format!("#/definitions/{name}")});
        // 0 is the list, 1 the single map.
        definitions[name] = std::mem::replace(&mut forms[1], reference.clone());
        forms[0]["items"] = reference;
    }
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("trio-exporter");
    schema["definitions"] = definitions;
    schema
}

/// Returns the schema as text, as it is committed and printed.
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}

/// Returns a row for each key, in the order in which the file is read.
pub fn keys() -> Vec<KeyRow> {
    describe().into_rows()
}
