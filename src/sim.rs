//! A simulated Trio server for the demo, for tests and for authors of Trio clients.
//!
//! Reading order: `options` and `scenario` say what is simulated; `world` is a discrete-event
//! simulation of a contact centre; `truth` holds its exact figures; `dialect` defines member names,
//! units and envelopes; `api` answers requests; `simulator` adds a clock and a socket, `in_process`
//! neither; `replay` serves the recorded answers of a real Trio.
//!
//! The room is written from the vendor's help alone and shares no code with the client of this
//! program: a wrong member name in one cannot be hidden by the same mistake in the other.

// One macro for all closed sets, so that list and words of a set cannot differ.
macro_rules! closed_set {
    ($(#[$doc:meta])* $vis:vis $name:ident, $word:ident: $kind:ty {
        $($(#[$item_doc:meta])* $item:ident => $text:expr),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name { $($(#[$item_doc])* $item),+ }

        #[allow(dead_code, reason = "not every set is walked through")]
        impl $name {
            /// Every member of the set, in the order of declaration.
            $vis const ALL: [Self; [$(stringify!($item)),+].len()] = [$(Self::$item),+];

            /// Returns the text that represents this member.
            $vis const fn $word(self) -> $kind {
                match self { $(Self::$item => $text),+ }
            }
        }
    };
}

mod api;
mod dialect;
mod in_process;
mod options;
mod replay;
mod scenario;
mod simulator;
mod truth;
mod world;

pub use api::Charset;
pub use dialect::{Dialect, Naming};
pub use in_process::InProcess;
pub use options::{HelpAccess, HelpPages, IdOffsets, Options, UnknownFields};
pub use replay::{RecordingError, Replay};
pub use scenario::{Scenario, ServicePlan, Team};
pub use simulator::{Simulator, WallClock, serve};
pub use truth::{AgentTime, Flow, ServiceTruth, TARGETS, Truth};
pub use world::{
    Activity, ArrivalProfile, Behaviour, Callback, Class, Demand, Disposition, Distribution,
    OpeningHours, Overflow, Rerouting, Segment, Transfer,
};
