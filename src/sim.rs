//! A simulated Trio, for the demo, for tests, and for anyone who writes a Trio client.
//!
//! In reading order: the world is a contact centre that lives by itself, the dialect is how its
//! facts are named and written, the API lets clients at it, the simulator gives it a clock and a
//! socket. A replay serves what a real Trio once answered. Everything here is made from the vendor's help alone and shares no code with the client
//! in this program, so that the two cannot be wrong together.

mod api;
mod dialect;
mod options;
mod replay;
mod simulator;
mod world;

pub use dialect::Dialect;
pub use options::Options;
pub use replay::{Replay, Unusable};
pub use simulator::{Simulator, WallClock, serve};
