//! Detects files that every user of the machine can read.
//!
//! A file that its group can read is accepted: packages use that to let a service read files of
//! root. Secrets that Kubernetes and Docker mount are readable by all, but only inside a container
//! that has no other users.

use std::path::Path;

#[cfg(unix)]
pub(super) fn is_readable_by_all(path: &Path) -> bool {
    use std::{
        fs,
        os::unix::{ffi::OsStrExt, fs::PermissionsExt},
        path::Component,
    };

    // The permission bit "others may read".
    const OTHERS_READ: u32 = 0o004;
    // Docker mounts secrets here, by default with mode 0444.
    const DOCKER: &str = "/run/secrets";

    // A mounted secret is a link, and the mode of a link says nothing.
    let Ok(real) = path.canonicalize() else { return false };
    // Kubernetes mounts a volume as links into a folder such as `..2026_11_24_08_00_00.1234`.
    let is_kubernetes = real
        .components()
        .any(|part| matches!(part, Component::Normal(name) if name.as_bytes().starts_with(b"..")));
    let is_open = fs::metadata(&real)
        .is_ok_and(|it| it.is_file() && it.permissions().mode() & OTHERS_READ != 0);
    is_open && !is_kubernetes && !real.starts_with(DOCKER)
}

/// Returns false: other systems use access lists, which are not examined.
#[cfg(not(unix))]
pub(super) fn is_readable_by_all(_: &Path) -> bool {
    false
}
