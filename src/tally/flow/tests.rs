//! Tests of the flow: what a few lists, one after the other, are taken to mean.

mod bounds;
mod classes;
mod days;
mod doubts;
mod handling;
mod law;
mod lists;
mod mass;
mod numbers;
mod outcomes;
mod restarts;
mod shared_numbers;
mod stage;
mod states;
mod targets;
mod time;
mod unknown_classes;
mod unknown_states;
mod waiting_age;

use crate::{
    model::{CaseClass, CaseState},
    tally::{Doubt, LeftAge},
};
use stage::{Stage, case};

use CaseState::{Handled, Offered, Queued};
