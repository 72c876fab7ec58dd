//! Boards: one for each selection, with what it showed last, and one rendering of it per language
//! and snapshot that all its clients share.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::body::Bytes;

use super::{
    json,
    page::{self, Rendered},
    rows::{Wall, rows},
    selection::Selection,
    steady::Steady,
};
use crate::{
    metrics::{Exposition, Publications, queue_figures},
    model::{Language, Stamp, Text},
};

/// Age up to which a rendering of the same snapshots is served again.
// Ages and expiry on the page are counted from the rendering.
const MAX_AGE: Duration = Duration::from_secs(1);
/// Largest number of boards that remember what they showed; further ones begin again each time.
const MAX_BOARDS: usize = 256;
/// Time after which a board that no one asked for is dropped, with its words and its trend.
const FORGET_AFTER: Duration = Duration::from_secs(900);

/// The boards that are in use.
#[derive(Debug, Default)]
pub(super) struct Boards {
    boards: Mutex<HashMap<Selection, Arc<Board>>>,
    /// Wallboards and services of the configuration about which a warning was logged.
    warned: Mutex<HashSet<(Text, String)>>,
}

/// One board.
#[derive(Debug, Default)]
struct Board(Mutex<Shown>);

#[derive(Debug, Default)]
struct Shown {
    steady: Steady,
    current: Option<Current>,
    asked: Option<Stamp>,
}

/// The board at its last rendering.
#[derive(Debug)]
struct Current {
    of: Publications,
    at: Stamp,
    wall: Wall,
    rendered: Rendered,
    texts: HashMap<Language, Rendering>,
    json: Option<Bytes>,
}

/// A rendering in one language; clones share the bytes.
#[derive(Clone, Debug)]
pub(super) struct Rendering {
    pub(super) title: Arc<str>,
    pub(super) board: Bytes,
    /// The same as a server-sent event.
    pub(super) event: Bytes,
}

impl Boards {
    /// Returns the rendering of a selection in a language, of the data that is published now.
    ///
    /// # Errors
    /// The text of the 404: the selection names something that does not exist.
    pub(super) fn render(
        &self,
        exposition: &Exposition,
        selection: &Selection,
        language: Language,
    ) -> Result<Rendering, String> {
        self.rendered(exposition, selection, |current| current.rendering(language))
    }

    /// Returns the same as JSON.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub(super) fn json(
        &self,
        exposition: &Exposition,
        selection: &Selection,
    ) -> Result<Bytes, String> {
        self.rendered(exposition, selection, |current| current.json(selection))
    }

    fn rendered<T>(
        &self,
        exposition: &Exposition,
        selection: &Selection,
        take: impl Fn(&mut Current) -> T,
    ) -> Result<T, String> {
        // Before the data: something that is published in between is rendered again, not missed.
        let publications = exposition.publications();
        let view = exposition.status_view();
        let known = self.board(selection, view.now);
        if let Some(rendering) =
            known.as_ref().and_then(|board| board.shared(&publications, view.now, &take))
        {
            return Ok(rendering);
        }
        let figures = queue_figures(&view.views, view.now, selection.agents());
        // Before a board is made: addresses with invented names must not fill the memory.
        selection.check(&figures)?;
        let board = known.unwrap_or_else(|| self.new_board(selection));
        let wall = rows(&figures, selection);
        self.warn(selection, &wall);
        Ok(board.render(wall, publications, view.now, &take))
    }

    /// Logs each service that a wallboard names and that Trio does not list, once.
    fn warn(&self, selection: &Selection, wall: &Wall) {
        let Some(board) = selection.board() else { return };
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        for service in &wall.unlisted {
            if warned.insert((board.name.clone(), service.clone())) {
                tracing::warn!(
                    wallboard = %board.name,
                    service = %service,
                    "a wallboard names a service that Trio does not list"
                );
            }
        }
    }

    /// Returns the board of a selection, if there is one.
    fn board(&self, selection: &Selection, now: Stamp) -> Option<Arc<Board>> {
        let mut boards = self.boards.lock().unwrap_or_else(PoisonError::into_inner);
        boards.retain(|_, board| !board.is_forgotten(now));
        boards.get(selection).cloned()
    }

    fn new_board(&self, selection: &Selection) -> Arc<Board> {
        let mut boards = self.boards.lock().unwrap_or_else(PoisonError::into_inner);
        // While something was not read yet, any name may turn out to exist.
        if boards.len() >= MAX_BOARDS && !boards.contains_key(selection) {
            return Arc::default();
        }
        boards.entry(selection.clone()).or_default().clone()
    }
}

impl Board {
    fn lock(&self) -> std::sync::MutexGuard<'_, Shown> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_forgotten(&self, now: Stamp) -> bool {
        self.lock().asked.is_none_or(|asked| now.since(asked) > FORGET_AFTER)
    }

    /// Returns the last rendering, if nothing was published since and it is young enough to share.
    fn shared<T>(
        &self,
        publications: &Publications,
        now: Stamp,
        take: impl Fn(&mut Current) -> T,
    ) -> Option<T> {
        let mut shown = self.lock();
        let current = shown.current.as_mut()?;
        let is_current = now.since(current.at) < MAX_AGE && current.of.is_same(publications);
        let rendering = is_current.then(|| take(current));
        shown.asked = Some(now);
        rendering
    }

    fn render<T>(
        &self,
        mut wall: Wall,
        publications: Publications,
        now: Stamp,
        take: impl Fn(&mut Current) -> T,
    ) -> T {
        let mut shown = self.lock();
        let trend = shown.steady.step(&mut wall, now);
        shown.asked = Some(now);
        let rendered = Rendered { at: now.wall, trend };
        let texts = HashMap::new();
        let current = Current { of: publications, at: now, wall, rendered, texts, json: None };
        take(shown.current.insert(current))
    }
}

impl Current {
    fn rendering(&mut self, language: Language) -> Rendering {
        let Self { wall, rendered, texts, .. } = self;
        let rendering = texts.entry(language).or_insert_with(|| {
            let texts = language.texts();
            let board = page::board(wall, *rendered, texts);
            Rendering {
                title: page::title(wall, texts).into(),
                event: event(&board).into(),
                board: board.into(),
            }
        });
        rendering.clone()
    }

    fn json(&mut self, selection: &Selection) -> Bytes {
        let Self { wall, rendered, json, .. } = self;
        json.get_or_insert_with(|| json::board(wall, *rendered, selection).into()).clone()
    }
}

/// Returns a board as a server-sent event.
// A name from Trio may contain line ends, which would end the event: each line gets its own `data:`.
pub(super) fn event(board: &str) -> String {
    let mut event = String::with_capacity(board.len() + 32);
    for line in board.split(['\n', '\r']) {
        event.push_str("data: ");
        event.push_str(line);
        event.push('\n');
    }
    event.push('\n');
    event
}
