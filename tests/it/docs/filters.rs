//! The programs that documents put behind a pipe, and those that lay out files.

use std::{fs, path::Path};

use regex::Regex;

/// Output of the filter `words` for `input`; `None` if it is no such program.
pub(crate) fn run(words: &[String], input: &str, folder: &Path) -> Option<Result<String, String>> {
    let (program, rest) = words.split_first()?;
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    Some(match program.as_str() {
        "grep" => grep(&rest, input),
        "head" => head(&rest, input),
        "printf" => printf(&rest),
        "cp" => two(&rest).and_then(|[from, to]| {
            let done = fs::copy(folder.join(from), folder.join(to));
            done.map(|_| String::new()).map_err(|error| format!("cp {from} {to}: {error}"))
        }),
        "mkdir" => match rest[..] {
            [name] => fs::create_dir(folder.join(name))
                .map(|()| String::new())
                .map_err(|error| error.to_string()),
            _ => Err("mkdir takes one folder here".to_owned()),
        },
        "chmod" => chmod(&rest, folder),
        _ => return None,
    })
}

fn two<'w>(words: &[&'w str]) -> Result<[&'w str; 2], String> {
    words.try_into().map_err(|_| format!("two words are understood here, not {words:?}"))
}

fn grep(words: &[&str], input: &str) -> Result<String, String> {
    let (flags, rest): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| word.starts_with('-'));
    if let Some(unknown) = flags.iter().find(|flag| !["-v", "-c", "-vc", "-E"].contains(flag)) {
        return Err(format!("grep {unknown} is not understood here"));
    }
    let [pattern] = rest[..] else { return Err("grep takes one pattern here".to_owned()) };
    // Without -E braces, bars and the like are plain letters.
    let escaped = |c: char| if "{}()|+?".contains(c) { format!("\\{c}") } else { c.to_string() };
    let extended = flags.contains(&"-E");
    let pattern =
        if extended { pattern.to_owned() } else { pattern.chars().map(escaped).collect() };
    let pattern = Regex::new(&pattern).map_err(|error| error.to_string())?;
    let has = |letter| flags.iter().any(|flag| flag.contains(letter));
    let kept: Vec<&str> = input.lines().filter(|line| pattern.is_match(line) != has('v')).collect();
    match () {
        () if kept.is_empty() => Err(format!("grep finds nothing in:\n{input}")),
        () if has('c') => Ok(format!("{}\n", kept.len())),
        () => Ok(kept.join("\n") + "\n"),
    }
}

fn head(words: &[&str], input: &str) -> Result<String, String> {
    let ["-n", number] = words else { return Err("head -n NUMBER is understood here".to_owned()) };
    let number = number.parse().map_err(|_| format!("{number} is no number"))?;
    Ok(input.lines().take(number).map(|line| format!("{line}\n")).collect())
}

fn printf(words: &[&str]) -> Result<String, String> {
    match words {
        ["%s" | "%s\\n", text] => Ok((*text).to_owned()),
        _ => Err("printf '%s' TEXT is understood here".to_owned()),
    }
}

fn chmod(words: &[&str], folder: &Path) -> Result<String, String> {
    let (mode, files) = words.split_first().ok_or("chmod takes a mode and files")?;
    let mode = u32::from_str_radix(mode, 8).map_err(|_| format!("{mode} is no mode in digits"))?;
    for file in files {
        let path = folder.join(file);
        let metadata = fs::metadata(&path).map_err(|error| format!("{file}: {error}"))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mut permissions = metadata.permissions();
            permissions.set_mode(mode);
            fs::set_permissions(&path, permissions).map_err(|error| format!("{file}: {error}"))?;
        }
        #[cfg(not(unix))]
        let _ = (metadata, mode);
    }
    Ok(String::new())
}
