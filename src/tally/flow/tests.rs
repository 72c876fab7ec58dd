//! Tests of the flow: inferences from a few lists in a row.

mod balance;
mod classes;
mod days;
mod handling;
mod lists;
mod mass_vanish;
mod outcomes;
mod restarts;
mod reused_numbers;
mod shared_numbers;
mod states;
mod targets;
mod test_center;
mod time;
mod trio_times;
mod unclassified;
mod unknown_classes;
mod unknown_states;
mod waiting_age;

use crate::{
    model::{CaseClass, CaseState},
    tally::{LeftAge, UnclassifiedReason},
};
use test_center::{TestCenter, case};

use CaseState::{Handled, Offered, Queued};
