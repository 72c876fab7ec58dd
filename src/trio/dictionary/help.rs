//! The server's own help pages: their descriptions of members, and the fields that those feed.
//!
//! Pages are read only when a person asks for it (`init`, `inspect`, `check --learn`). The running
//! exporter never reads them: a mapping must not depend on a page being up, and the first request
//! for a page compiles its view on a production server.
//!
//! `pages` reads the HTML, `description` holds the result, `mapping` compares it with the
//! dictionary, `wording` judges names and descriptions by the words in `facts`. The requests are in `read::help`.

pub(in crate::trio) mod assemble;
pub(in crate::trio) mod description;
mod facts;
pub(in crate::trio) mod mapping;
pub(in crate::trio) mod pages;
mod tokens;
mod wording;
