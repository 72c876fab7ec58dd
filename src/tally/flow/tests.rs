//! Tests of the flow: what a few lists, one after the other, are taken to mean.

mod bounds;
mod classes;
mod doubts;
mod law;
mod outcomes;
mod restarts;
mod stage;

use crate::{
    model::{CaseClass, CaseState},
    tally::{Doubt, LeftAge},
};
use stage::{Stage, case};

use CaseState::{Handled, Offered, Queued};
