//! A simulated Trio, for the demo, for tests, and for anyone who writes a Trio client.
//!
//! In reading order: the world is a contact centre that lives by itself, the dialect is how its
//! facts are named and written, the API lets clients at it, the simulator gives it a clock and a
//! socket. A scenario states a world instead of making one up; the truth is what really happened in
//! it; a replay serves what a real Trio once answered.
//!
//! Everything here is made from the vendor's help alone and shares no code with the client
//! in this program, so that the two cannot be wrong together.

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
pub use options::{Numbers, Options};
pub use replay::{Replay, Unusable};
pub use scenario::{Callback, Moves, Overflow, Scenario, ServicePlan, Team, Transfer};
pub use simulator::{Simulator, WallClock, serve};
pub use truth::{AgentTime, Flow, ServiceTruth, TARGETS, Truth};
pub use world::{Activity, Class, Demand, Habits, Law, Opening, Outcome, Season, Stay};
