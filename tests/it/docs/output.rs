//! Output in a document, against the output that was printed. Every number is the same as every
//! other, and so is blank space of any width; `…` matches anything in a line, and a line of its own
//! any lines.

/// The first line that was not printed, or not where the document shows it.
pub(crate) fn compare(shown: &str, printed: &str) -> Result<(), String> {
    let printed: Vec<String> = lines(printed);
    let (mut at, mut anywhere) = (0, false);
    for line in lines(shown) {
        if line == "…" {
            anywhere = true;
            continue;
        }
        let found = printed[at..].iter().position(|printed| matches(&line, printed));
        match found {
            Some(distance) if anywhere || distance == 0 => at += distance + 1,
            _ => {
                let next = printed.get(at).map_or("the end", String::as_str);
                return Err(format!(
                    "the output is not as shown: `{line}` is not printed, but `{next}`, in:\n{}",
                    printed.join("\n")
                ));
            }
        }
        anywhere = false;
    }
    if anywhere || at == printed.len() {
        Ok(())
    } else {
        Err(format!("the output goes on: `{}`", printed[at]))
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(plain).filter(|line| !line.is_empty()).collect()
}

/// Numbers as 9, blanks as one.
fn plain(line: &str) -> String {
    let mut plain = String::new();
    for c in line.trim().chars() {
        let c = if c.is_ascii_digit() {
            '9'
        } else if c.is_whitespace() {
            ' '
        } else {
            c
        };
        if !(matches!(c, '9' | ' ') && plain.ends_with(c)) {
            plain.push(c);
        }
    }
    plain
}

fn matches(shown: &str, printed: &str) -> bool {
    let parts: Vec<&str> = shown.split('…').collect();
    let Some((first, rest)) = parts.split_first() else { return false };
    let Some(mut left) = printed.strip_prefix(first) else { return false };
    let Some((last, middle)) = rest.split_last() else { return left.is_empty() };
    for part in middle {
        match left.split_once(part) {
            Some((_, after)) => left = after,
            None => return false,
        }
    }
    left.ends_with(last)
}

#[test]
fn numbers_and_blanks_may_differ_and_dots_stand_for_anything() {
    let printed = "OK     a: 12 items\nts=1 message=x level=warn\nend 7\n";
    for shown in [
        "OK a: 7 items\n…\nend 1234",
        "OK  a: 1 items\nts=… level=warn\nend 9\n",
        "…\nend 3",
        "OK a: 1 …\n…",
    ] {
        compare(shown, printed).unwrap();
    }
    for (shown, complaint) in [
        ("OK a: 7 items", "goes on"),
        ("end 7", "`end 9` is not printed, but `OK a: 9 items`"),
        ("…\nstart 7", "`start 9` is not printed"),
        ("OK a: … services\n…", "is not printed"),
    ] {
        let said = compare(shown, printed).unwrap_err();
        assert!(said.contains(complaint), "{shown}: {said}");
    }
}
