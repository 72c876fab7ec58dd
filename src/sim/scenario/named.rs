//! Scenarios that tests and benchmarks share.

use std::time::Duration;

use super::{Rerouting, Scenario, ServicePlan, Team};
use crate::sim::world::{
    ArrivalProfile, Behaviour, Callback, Class, Demand, Distribution, OpeningHours, Overflow,
    Transfer,
};

const HOUR: Duration = Duration::from_secs(3_600);
const NINE: Duration = Duration::from_secs(9 * 3_600);
const ELEVEN: Duration = Duration::from_secs(11 * 3_600);
const TWENTY: Duration = Duration::from_secs(20 * 3_600);

/// Name and constructor of a scenario.
type Named = (&'static str, fn() -> Scenario);

impl Scenario {
    /// All shared scenarios by name.
    pub const NAMED: [Named; 10] = [
        ("small", Self::small),
        ("large", Self::large),
        ("switchboard", Self::switchboard),
        ("overload", Self::overload),
        ("crowded", Self::crowded),
        ("mixed_media", Self::mixed_media),
        ("night", Self::night),
        ("short_abandons", Self::short_abandons),
        ("working_day", Self::working_day),
        ("moving", Self::moving),
    ];

    /// 4 agents, 40 calls an hour, round the clock.
    pub fn small() -> Self {
        let calls = ServicePlan {
            demands: vec![voice(200, 180)],
            ..ServicePlan::steady("Kundtjänst", Class::Voice, 40.0)
        };
        steady(vec![calls], vec![team("Växjö", 4, &[0], at_work(8, 40))])
    }

    /// 14 agents, 300 calls an hour, round the clock.
    pub fn large() -> Self {
        let calls = ServicePlan {
            demands: vec![voice(90, 180)],
            ..ServicePlan::steady("Kundtjänst", Class::Voice, 300.0)
        };
        steady(vec![calls], vec![team("Östersund", 14, &[0], at_work(6, 22))])
    }

    /// 300 calls an hour of 30 s each for 4 agents without pauses: load 0.8.
    pub fn switchboard() -> Self {
        let calls = ServicePlan {
            demands: vec![voice(30, 90)],
            ..ServicePlan::steady("Växeln", Class::Voice, 300.0)
        };
        let behaviour = Behaviour { pauses: false, missed: 0.0, ..at_work(4, 5) };
        steady(vec![calls], vec![team("Receptionen", 4, &[0], behaviour)])
    }

    /// One and a half times the calls that the agents can take: abandons bound the queue.
    pub fn overload() -> Self {
        let calls = ServicePlan {
            demands: vec![voice(180, 240)],
            ..ServicePlan::steady("Störningar", Class::Voice, 120.0)
        };
        steady(
            vec![calls],
            vec![team("Mälardalen", 5, &[0], Behaviour { pauses: false, ..at_work(6, 20) })],
        )
    }

    /// 25 agents at one service, nearly all talking: most of the time more cases are live than the
    /// 20 that `services/cases` lists.
    pub fn crowded() -> Self {
        let calls = ServicePlan {
            demands: vec![voice(300, 240)],
            ..ServicePlan::steady("Skatteupplysningen", Class::Voice, 310.0)
        };
        steady(
            vec![calls],
            vec![team("Gävle", 25, &[0], Behaviour { pauses: false, ..at_work(5, 15) })],
        )
    }

    /// Calls, callbacks, chat, e-mail and tasks, for agents with several skills.
    pub fn mixed_media() -> Self {
        let demands = vec![voice(180, 240), Demand::typical(Class::Callback, 0.15)];
        let calls =
            ServicePlan { demands, ..ServicePlan::steady("Kundtjänst", Class::Voice, 90.0) };
        let chat = ServicePlan::steady("Chatten", Class::Chat, 40.0);
        let demands = vec![Demand::typical(Class::Email, 0.7), Demand::typical(Class::Task, 0.3)];
        let mail = ServicePlan { demands, ..ServicePlan::steady("Ärenden", Class::Email, 30.0) };
        let demands =
            vec![Demand { share: 0.7, ..voice(240, 180) }, Demand::typical(Class::Email, 0.3)];
        let both = ServicePlan { demands, ..ServicePlan::steady("Bygglov", Class::Voice, 20.0) };
        let behaviour = at_work(7, 30);
        let teams = vec![
            team("Telefonen", 6, &[0, 3], behaviour),
            team("Skriftligt", 5, &[1, 2], behaviour),
            team("Allkonstnärer", 4, &[0, 1, 2, 3], behaviour),
        ];
        steady(vec![calls, chat, mail, both], teams)
    }

    /// 20:00: one service closed until 7:00, and one open without arrivals; agents are on duty at
    /// both.
    pub fn night() -> Self {
        let day = ServicePlan {
            opening_hours: OpeningHours::Daytime,
            arrival_profile: ArrivalProfile::Daily,
            demands: vec![voice(180, 240)],
            ..ServicePlan::steady("Kundtjänst", Class::Voice, 60.0)
        };
        let watch = ServicePlan::steady("Beredskap", Class::Voice, 0.0);
        let teams =
            vec![team("Dagen", 6, &[0], at_work(6, 30)), Team::always_ready("Natten", 2, &[1])];
        Self { start_time: TWENTY, warm_up: Duration::ZERO, ..steady(vec![day, watch], teams) }
    }

    /// The large one, where one caller in twenty hangs up within three seconds.
    pub fn short_abandons() -> Self {
        let mut scenario = Self::large();
        for demand in scenario.services.iter_mut().flat_map(|service| &mut service.demands) {
            demand.short_abandons = 0.05;
        }
        scenario
    }

    /// A working day from 11:00 with shifts and an evening: two services, some agents with both
    /// skills.
    pub fn working_day() -> Self {
        let daily = |name, calls: f64| ServicePlan {
            opening_hours: OpeningHours::Daytime,
            arrival_profile: ArrivalProfile::Daily,
            demands: vec![voice(150, 200)],
            ..ServicePlan::steady(name, Class::Voice, calls)
        };
        let in_shifts = |name, agents, skills| Team {
            always_on_duty: false,
            ..team(name, agents, skills, Behaviour::TYPICAL)
        };
        let teams = vec![
            in_shifts("Norr", 12, &[0]),
            in_shifts("Söder", 8, &[1]),
            in_shifts("Allkonstnärer", 6, &[0, 1]),
        ];
        Self {
            start_time: ELEVEN,
            ..steady(vec![daily("Kundtjänst", 190.0), daily("Felanmälan", 130.0)], teams)
        }
    }

    /// Calls that are rerouted: some overflow after 30 s, some become callbacks after 60 s, some
    /// are transferred by the agent who answered.
    pub fn moving() -> Self {
        let calls = ServicePlan {
            demands: vec![voice(150, 240)],
            rerouting: Rerouting {
                overflow: Some(Overflow { share: 0.3, after: Duration::from_secs(30), to: 1 }),
                callback: Some(Callback { share: 0.3, after: Duration::from_secs(60) }),
                transfer: Some(Transfer { share: 0.1, to: 1 }),
            },
            ..ServicePlan::steady("Kundtjänst", Class::Voice, 130.0)
        };
        let second = ServicePlan {
            demands: vec![voice(240, 300)],
            ..ServicePlan::steady("Specialister", Class::Voice, 10.0)
        };
        let teams = vec![
            team("Första linjen", 7, &[0], at_work(6, 20)),
            team("Andra linjen", 4, &[1], at_work(6, 30)),
        ];
        steady(vec![calls, second], teams)
    }
}

fn steady(services: Vec<ServicePlan>, teams: Vec<Team>) -> Scenario {
    Scenario { start_time: NINE, warm_up: HOUR, services, teams }
}

/// Calls with these mean handling times and patience, in seconds.
fn voice(handling: u64, patience: u64) -> Demand {
    Demand {
        handling: Distribution::LogNormal(Duration::from_secs(handling)),
        patience: Some(Distribution::Exponential(Duration::from_secs(patience))),
        ..Demand::typical(Class::Voice, 1.0)
    }
}

/// Behaviour with these means of ringing and wrap-up in seconds, with pauses and 2 % missed offers.
fn at_work(ringing: u64, wrap_up: u64) -> Behaviour {
    // A third to five thirds of the mean: uniform, with that mean.
    let ringing = Duration::from_secs(ringing);
    Behaviour {
        ringing: Some(Distribution::Uniform(ringing / 3, ringing * 5 / 3)),
        missed: 0.02,
        wrap_up: Some(Distribution::Exponential(Duration::from_secs(wrap_up))),
        pauses: true,
    }
}

fn team(name: &str, agents: usize, skills: &[usize], behaviour: Behaviour) -> Team {
    Team { behaviour, ..Team::always_ready(name, agents, skills) }
}
