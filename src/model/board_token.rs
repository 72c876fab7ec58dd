//! Tokens of wallboards: each opens one wallboard, for screens at which no one logs in.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};

use super::keyed_hash::{KeyedHash, hexadecimal};

/// Beginning of the text whose keyed hash is the cookie of a wallboard.
const COOKIE_OF: &[u8] = b"trio-exporter wallboard ";

/// The token of a wallboard, from a file. It prints as nothing but the path of that file.
#[derive(Clone)]
pub struct BoardToken {
    text: SecretString,
    file: PathBuf,
}

/// Rejection of a text that is no token, as a predicate that follows the path of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBoardToken {
    /// It has too few characters.
    #[error(
        "holds {0} characters; a token has at least {min}, such as those that `openssl rand -hex 32` prints",
        min = BoardToken::MIN_LENGTH
    )]
    Short(usize),
    /// It has a space, a line end or another character that does not pass through every address
    /// and header unchanged.
    #[error(
        "must hold one line of ASCII letters, digits and signs without spaces, such as `openssl rand -hex 32` prints"
    )]
    Characters,
}

impl BoardToken {
    /// Least number of characters.
    pub const MIN_LENGTH: usize = 32;

    /// Checks the text of a file.
    ///
    /// # Errors
    /// It is too short, or has other characters than visible ones of ASCII.
    pub fn new(text: SecretString, file: &Path) -> Result<Self, BadBoardToken> {
        let characters = text.expose_secret().chars().count();
        if characters < Self::MIN_LENGTH {
            return Err(BadBoardToken::Short(characters));
        }
        if !text.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(BadBoardToken::Characters);
        }
        Ok(Self { text, file: file.to_owned() })
    }

    /// Returns the path of its file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Returns true if a client sent this token. The time that it takes says nothing about how much
    /// of it is right.
    pub fn is_token(&self, sent: &[u8]) -> bool {
        self.is_same(sent, self.text.expose_secret().as_bytes())
    }

    /// Returns the cookie that opens `board` in place of this token.
    // The token itself is the key. A random key of the process would send all screens back to their
    // first address at each restart, and a stored one would be one more secret to keep. With the
    // token as the key a cookie outlives a restart, is the same on each exporter that has the token,
    // ends with the token, and contains neither of them.
    pub fn cookie(&self, board: &str) -> String {
        hexadecimal(&self.key().hash([COOKIE_OF, board.as_bytes()]))
    }

    /// Returns true if a client sent the cookie of `board`, in constant time as well.
    pub fn is_cookie(&self, board: &str, sent: &[u8]) -> bool {
        self.is_same(sent, self.cookie(board).as_bytes())
    }

    fn key(&self) -> KeyedHash {
        KeyedHash::new(self.text.expose_secret().as_bytes())
    }

    // By their hashes, which have one length: the time does not depend on the length either.
    fn is_same(&self, sent: &[u8], right: &[u8]) -> bool {
        let key = self.key();
        key.has_hash([sent], &key.hash([right]))
    }
}

impl PartialEq for BoardToken {
    fn eq(&self, other: &Self) -> bool {
        self.file == other.file && self.is_token(other.text.expose_secret().as_bytes())
    }
}

impl fmt::Debug for BoardToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "BoardToken(*** in {})", self.file.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> Result<BoardToken, BadBoardToken> {
        BoardToken::new(text.into(), Path::new("token"))
    }

    #[test]
    fn short_or_unsendable_tokens_are_refused() {
        assert_eq!(token(&"a".repeat(31)), Err(BadBoardToken::Short(31)));
        assert!(token(&"a".repeat(32)).is_ok());
        assert!(token(&format!("!+/=&%#?~\"{}", "a".repeat(22))).is_ok());
        for letter in ["ä", " ", "\n", "\t", "\0", "\u{7f}"] {
            let text = format!("{}{letter}", "a".repeat(32));
            assert_eq!(token(&text), Err(BadBoardToken::Characters), "{letter:?}");
        }
    }

    #[test]
    fn token_and_cookie_open_their_board_alone() {
        let [one, other] = ["1", "2"].map(|text| token(&text.repeat(32)).expect("a token"));
        assert!(one.is_token("1".repeat(32).as_bytes()));
        for wrong in ["2".repeat(32), "1".repeat(31), "1".repeat(33), String::new()] {
            assert!(!one.is_token(wrong.as_bytes()), "{wrong}");
        }
        let cookie = one.cookie("desk");
        assert!(one.is_cookie("desk", cookie.as_bytes()));
        assert!(!one.is_cookie("hall", cookie.as_bytes()), "another board");
        assert!(!other.is_cookie("desk", cookie.as_bytes()), "another token");
        assert!(
            !one.is_token(cookie.as_bytes()) && !one.is_cookie("desk", "1".repeat(32).as_bytes())
        );
    }

    // printf 'trio-exporter wallboard desk' | openssl dgst -sha256 -hmac 11111111111111111111111111111111
    #[test]
    fn cookie_outlives_a_restart() {
        let token = token(&"1".repeat(32)).expect("a token");
        assert_eq!(token.cookie("desk"), COOKIE);
    }

    #[test]
    fn token_is_not_printed() {
        let token = token(&"1".repeat(32)).expect("a token");
        assert_eq!(format!("{token:?}"), "BoardToken(*** in token)");
    }

    const COOKIE: &str = "53d093f279c67da9ca88e8e326bc2e6b650de07d01346ec90ccdfaa70c3d75b9";
}
