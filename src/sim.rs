//! A simulated Trio server for the demo, for tests and for authors of Trio clients.
//!
//! Reading order: `world` is a discrete-event simulation of a contact centre; `scenario` states a
//! world instead of generating one; `truth` holds the exact figures of a world; `dialect` and
//! `charset` define member names, units and encodings; `api` answers requests; `simulator` adds a
//! clock and a socket, `in_process` neither; `replay` serves the recorded answers of a real Trio.
//!
//! The room is written from the vendor's help alone and shares no code with the client of this
//! program: a wrong member name in one cannot be hidden by the same mistake in the other.

mod api;
mod charset;
mod dialect;
mod in_process;
mod options;
mod replay;
mod scenario;
mod simulator;
mod truth;
mod world;

pub use charset::Charset;
pub use dialect::Dialect;
pub use in_process::InProcess;
pub use options::{IdOffsets, Options};
pub use replay::{RecordingError, Replay};
pub use scenario::{Scenario, ServicePlan, Team};
pub use simulator::{Simulator, WallClock, serve};
pub use truth::{AgentTime, Flow, ServiceTruth, TARGETS, Truth};
pub use world::{
    Activity, ArrivalProfile, Behaviour, Callback, Class, Demand, Disposition, Distribution,
    OpeningHours, Overflow, Rerouting, Segment, Transfer,
};
