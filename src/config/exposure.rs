//! Whether everybody on the machine can read a file.
//!
//! The group may: that is how packages let a service read what root owns. Secrets that Kubernetes and Docker mount
//! are readable by all, but stand in a container where nobody else is.

use std::path::Path;

#[cfg(unix)]
pub(super) fn is_readable_by_all(path: &Path) -> bool {
    use std::{
        fs,
        os::unix::{ffi::OsStrExt, fs::PermissionsExt},
        path::Component,
    };

    const OTHERS_READ: u32 = 0o004;
    const DOCKER: &str = "/run/secrets";

    let Ok(real) = path.canonicalize() else { return false };
    // Kubernetes mounts a volume as links into a folder such as `..2026_11_24_08_00_00.1234`.
    let is_kubernetes = real
        .components()
        .any(|part| matches!(part, Component::Normal(name) if name.as_bytes().starts_with(b"..")));
    let is_open =
        fs::metadata(&real).is_ok_and(|it| it.is_file() && it.permissions().mode() & OTHERS_READ != 0);
    is_open && !is_kubernetes && !real.starts_with(DOCKER)
}

/// Elsewhere a file has a list of who may read it, which is not looked at.
#[cfg(not(unix))]
pub(super) fn is_readable_by_all(_: &Path) -> bool {
    false
}
