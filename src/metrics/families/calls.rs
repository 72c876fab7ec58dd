//! Calls by state.

use std::fmt;

use super::{
    encode_input::EncodeInput,
    family::{FamilyWriter, Spec},
};
use crate::model::CaseState;

const CALLS: Spec = Spec::gauge(
    "calls",
    "Calls by state; the states add up to the calls that Trio shows. Queued and offered callers wait. Source: services/calls.",
);

/// Writes the family, for contact centres whose list of calls is complete and not too old.
pub(in crate::metrics) fn write(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
) -> fmt::Result {
    let mut family = writer.family(&CALLS);
    for center in input.centers() {
        // `None` if the list is truncated or a call has no state: the states would not add up to
        // all calls.
        let Some(counts) = center.center.calls.fresh(input.now).and_then(|calls| calls.by_state())
        else {
            continue;
        };
        for state in CaseState::ALL {
            family
                .add_gauge(&(center.labels, [("state", state.as_str())]), counts[state.index()])?;
        }
    }
    Ok(())
}
