//! "Without any personal data": an exporter with the defaults, on a Trio full of people with names
//! and numbers that are different from everything else, is searched wherever it shows anything.
//!
//! Personal data here: the name and the id of every agent, the number of every case and of every
//! customer.

mod alone;
mod commands;
mod hours;
mod persons;
mod talkative;

use persons::{Persons, Said};
use talkative::{Mood, Talkative};
