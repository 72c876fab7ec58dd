//! Tokens of wallboards whose files change while the exporter runs.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::{
    config::read_token,
    files::FileTasks,
    http::Wallboards,
    model::{BoardToken, Text, Wallboard},
};

/// Reads the files of the tokens every `interval`, and puts changed tokens into effect.
pub(super) fn watch(
    boards: watch::Sender<Wallboards>,
    interval: Duration,
) -> AbortOnDropHandle<()> {
    let mut files = TokenFiles { boards, tasks: FileTasks::default(), reported: BTreeMap::new() };
    AbortOnDropHandle::new(tokio::spawn(async move {
        loop {
            tokio::time::sleep(interval).await;
            files.check().await;
        }
    }))
}

/// The files of the tokens.
#[derive(Debug)]
struct TokenFiles {
    boards: watch::Sender<Wallboards>,
    tasks: FileTasks,
    /// The mistake of each wallboard that was logged last.
    reported: BTreeMap<Text, String>,
}

impl TokenFiles {
    async fn check(&mut self) {
        let boards = self.boards.borrow().clone();
        if boards.iter().all(|board| board.token.is_none()) {
            return;
        }
        // By their contents: the files are small, and no change escapes that leaves size and time as
        // they were. On a blocking thread, as a network file system may hang.
        let read = self.tasks.run({
            let boards = boards.clone();
            move || boards.iter().map(read).collect::<Vec<_>>()
        });
        let read = match read.await {
            Ok(read) => read,
            // As long as the file system does not answer, the tokens in force stay.
            Err(problem) => {
                tracing::debug!(%problem, "the tokens of the wallboards were not read again");
                return;
            }
        };
        let mut new = boards.to_vec();
        let mut changed = Vec::new();
        for (board, read) in new.iter_mut().zip(read) {
            match read {
                Some(Ok(token)) => {
                    self.reported.remove(&board.name);
                    if board.token.as_ref() != Some(&token) {
                        changed.push(board.name.clone());
                        *board = Arc::new(Wallboard { token: Some(token), ..(**board).clone() });
                    }
                }
                Some(Err(mistake)) => self.report(&board.name, mistake),
                None => {}
            }
        }
        // A reload has read the files as well if it replaced the wallboards meanwhile.
        let is_in_force = !changed.is_empty()
            && self.boards.send_if_modified(|current| {
                let is_same = Arc::ptr_eq(current, &boards);
                if is_same {
                    *current = new.into();
                }
                is_same
            });
        if is_in_force {
            for wallboard in changed {
                tracing::info!(%wallboard, "the token of a wallboard has changed; it is in force");
            }
        }
    }

    /// Logs a mistake once.
    fn report(&mut self, wallboard: &Text, mistake: String) {
        if self.reported.get(wallboard) != Some(&mistake) {
            tracing::error!(%wallboard, %mistake, "the token file of a wallboard is wrong; the old token stays in force");
            self.reported.insert(wallboard.clone(), mistake);
        }
    }
}

/// Reads the token of a wallboard again; `None`: it has none.
fn read(board: &Arc<Wallboard>) -> Option<Result<BoardToken, String>> {
    board.token.as_ref().map(|token| read_token(token.file()))
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use pretty_assertions::assert_eq;

    use super::*;

    fn board(name: &str, token: Option<&Path>) -> Arc<Wallboard> {
        let token = token.map(|path| read_token(path).expect("a token"));
        Arc::new(Wallboard { token, ..Wallboard::new(name) })
    }

    #[tokio::test]
    async fn changed_token_replaces_the_old_one_and_a_wrong_one_does_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("token");
        let write = |text: &str| fs::write(&path, text).expect("writable");
        write(&"1".repeat(32));
        let boards: Wallboards = [board("open", None), board("desk", Some(&path))].into();
        let (sender, mut seen) = watch::channel(boards);
        let mut files =
            TokenFiles { boards: sender, tasks: FileTasks::default(), reported: BTreeMap::new() };
        let opens = |seen: &watch::Receiver<Wallboards>, digit: &str| {
            let token = seen.borrow()[1].token.clone().expect("a token");
            token.is_token(digit.repeat(32).as_bytes())
        };
        files.check().await;
        assert!(!seen.has_changed().expect("a sender"), "nothing ends for nothing");
        // The same size, and possibly the same time.
        write(&"2".repeat(32));
        files.check().await;
        assert!(seen.has_changed().expect("a sender") && opens(&seen, "2") && !opens(&seen, "1"));
        seen.mark_unchanged();
        write("short");
        files.check().await;
        let mistake = files.reported.get("desk").cloned().expect("a mistake");
        assert_eq!(
            mistake,
            format!(
                "{} holds 5 characters; a token has at least 32, such as those that `openssl rand -hex 32` prints",
                path.display()
            )
        );
        fs::remove_file(&path).expect("removed");
        files.check().await;
        assert!(files.reported["desk"].starts_with("cannot read "), "{:?}", files.reported);
        assert!(!seen.has_changed().expect("a sender") && opens(&seen, "2"));
        write(&"2".repeat(32));
        files.check().await;
        assert!(files.reported.is_empty() && !seen.has_changed().expect("a sender"));
    }
}
