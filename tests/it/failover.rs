//! Two servers of one Trio: who is asked, who takes over, who gets the credentials.

mod failing;
mod options;
mod pair;
mod strangers;
