//! The little of a shell that the documents need: words, quotes, variables before a command, pipes,
//! a file for the output. Anything else is an error, so that nothing is half understood.

/// One line: commands, each reading what the one before has printed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pipeline {
    /// Lines below the fence.
    pub(crate) offset: usize,
    pub(crate) commands: Vec<Command>,
    /// The file that takes the output.
    pub(crate) into: Option<String>,
}

/// A program and what it is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) words: Vec<String>,
}

/// A part of a command line.
enum Token {
    Word(String),
    Pipe,
    Into,
}

/// The lines of a block, or what is not understood of each, with how many lines below the fence it
/// is.
pub(crate) fn pipelines(block: &str) -> Vec<Result<Pipeline, (usize, String)>> {
    let (mut found, mut line, mut begun) = (Vec::new(), String::new(), None);
    for (number, part) in block.lines().enumerate() {
        let offset = *begun.get_or_insert(number + 1);
        if let Some(part) = part.strip_suffix('\\') {
            line.push_str(part);
            continue;
        }
        line.push_str(part);
        let tokens = tokens(line.trim().trim_start_matches("$ "));
        let read = tokens.and_then(|tokens| {
            if tokens.is_empty() { Ok(None) } else { pipeline(offset, tokens).map(Some) }
        });
        found.extend(read.map_err(|problem| (offset, problem)).transpose());
        line.clear();
        begun = None;
    }
    found
}

fn tokens(line: &str) -> Result<Vec<Token>, String> {
    let (mut tokens, mut word, mut quote): (Vec<Token>, Option<String>, Option<char>) =
        (Vec::new(), None, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, '|' | '>' | ' ' | '\t') => {
                tokens.extend(word.take().map(Token::Word));
                match c {
                    '|' => tokens.push(Token::Pipe),
                    '>' => tokens.push(Token::Into),
                    _ => {}
                }
            }
            (None, ';' | '&' | '<' | '$' | '`' | '(' | ')' | '*') => {
                return Err(format!(
                    "`{c}` is more of a shell than is understood here; mark the block"
                ));
            }
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err("a quote is not closed".to_owned());
    }
    tokens.extend(word.map(Token::Word));
    Ok(tokens)
}

fn pipeline(offset: usize, tokens: Vec<Token>) -> Result<Pipeline, String> {
    let (mut commands, mut into) = (vec![Command::default()], None);
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            Token::Pipe => commands.push(Command::default()),
            Token::Into => match tokens.next() {
                Some(Token::Word(file)) => into = Some(file),
                _ => return Err("`>` without a file".to_owned()),
            },
            Token::Word(word) => {
                let command = commands.last_mut().ok_or("no command")?;
                match variable(&word).filter(|_| command.words.is_empty()) {
                    Some(variable) => command.environment.push(variable),
                    None => command.words.push(word),
                }
            }
        }
    }
    if commands.iter().any(|command| command.words.is_empty()) {
        return Err("a command is missing".to_owned());
    }
    Ok(Pipeline { offset, commands, into })
}

/// `NAME=value`.
fn variable(word: &str) -> Option<(String, String)> {
    let (name, value) = word.split_once('=')?;
    let plain = !name.is_empty()
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    plain.then(|| (name.to_owned(), value.to_owned()))
}

#[test]
fn a_line_is_read_as_a_shell_reads_it_or_not_at_all() {
    let lines = pipelines("A=1 curl -s \\\n  'a b' | grep \"x y\" > said # why\n\n# nothing\nls\n");
    let lines = lines.into_iter().collect::<Result<Vec<_>, _>>().expect("understood");
    let words =
        |at: usize| lines[0].commands[at].words.iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!((words(0), words(1)), (vec!["curl", "-s", "a b"], vec!["grep", "x y"]));
    assert_eq!(lines[0].commands[0].environment, [("A".to_owned(), "1".to_owned())]);
    assert_eq!((lines[0].into.as_deref(), lines[0].offset), (Some("said"), 1));
    assert_eq!((lines[1].commands[0].words[0].as_str(), lines[1].offset), ("ls", 5));
    for (line, complaint) in [
        ("a; b", "`;` is more of a shell"),
        ("a $(b)", "`$` is more"),
        ("a 'b", "a quote is not closed"),
        ("a | | b", "a command is missing"),
        ("a >", "`>` without a file"),
    ] {
        let (offset, problem) =
            pipelines(&format!("\n{line}"))[0].as_ref().expect_err(line).clone();
        assert!(offset == 2 && problem.contains(complaint), "{line}: {offset}: {problem}");
    }
}
