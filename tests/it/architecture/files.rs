//! The files under `src/`, and the module that each one is.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A source file.
pub(crate) struct File {
    /// Below `src/`, with `/`.
    pub(crate) path: String,
    /// The modules from the root of the crate to the file: empty for `lib.rs` and `main.rs`.
    pub(crate) module: Vec<String>,
    pub(crate) text: String,
}

impl File {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let module = path.strip_suffix(".rs").expect("a Rust file");
        let module = module.strip_suffix("/mod").unwrap_or(module);
        let module = if matches!(module, "lib" | "main") { "" } else { module };
        let module = module.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Self { path: path.to_owned(), module, text: text.to_owned() }
    }

    /// The room that the file belongs to: `lib` and `main` count as rooms here.
    pub(crate) fn room(&self) -> &str {
        self.module.first().map_or_else(|| self.path.trim_end_matches(".rs"), String::as_str)
    }

    pub(crate) fn syntax(&self) -> syn::File {
        syn::parse_file(&self.text).unwrap_or_else(|error| panic!("src/{}: {error}", self.path))
    }
}

/// The folder `src/`.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// All Rust files under `src/`, by path.
pub(crate) fn all() -> Vec<File> {
    let (root, mut folders, mut files) = (folder(), vec![folder()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder that can be read") {
            let path = entry.expect("an entry that can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below = path.strip_prefix(&root).expect("below src").to_str().expect("UTF-8");
                let text = fs::read_to_string(&path).expect("a source file that can be read");
                files.push(File::new(&below.replace('\\', "/"), &text));
            }
        }
    }
    assert!(!files.is_empty(), "no source files under {}", root.display());
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}
