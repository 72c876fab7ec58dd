//! The scenarios that tests and benches share.

use std::time::Duration;

use super::{Callback, Moves, Overflow, Scenario, ServicePlan, Team, Transfer};
use crate::sim::world::{Class, Demand, Habits, Law, Opening, Season};

const HOUR: Duration = Duration::from_secs(3_600);
const NINE: Duration = Duration::from_secs(9 * 3_600);
const ELEVEN: Duration = Duration::from_secs(11 * 3_600);
const TWENTY: Duration = Duration::from_secs(20 * 3_600);

/// A scenario's name, and how it is made.
type Named = (&'static str, fn() -> Scenario);

impl Scenario {
    /// All of them by name.
    pub const NAMED: [Named; 10] = [
        ("small", Self::small),
        ("large", Self::large),
        ("switchboard", Self::switchboard),
        ("overload", Self::overload),
        ("crowded", Self::crowded),
        ("mixed_media", Self::mixed_media),
        ("night", Self::night),
        ("hasty", Self::hasty),
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

    /// 300 calls an hour of half a minute each, and 4 agents who do nothing else: load 0.8.
    pub fn switchboard() -> Self {
        let calls = ServicePlan {
            demands: vec![voice(30, 90)],
            ..ServicePlan::steady("Växeln", Class::Voice, 300.0)
        };
        let habits = Habits { pauses: false, missed: 0.0, ..at_work(4, 5) };
        steady(vec![calls], vec![team("Receptionen", 4, &[0], habits)])
    }

    /// Half as many calls again as the agents can take: those who give up keep the queue in bounds.
    pub fn overload() -> Self {
        let calls = ServicePlan {
            demands: vec![voice(180, 240)],
            ..ServicePlan::steady("Störningar", Class::Voice, 120.0)
        };
        steady(vec![calls], vec![team("Mälardalen", 5, &[0], Habits { pauses: false, ..at_work(6, 20) })])
    }

    /// 25 agents at one service, nearly all of them talking: more than the 20 cases that
    /// `services/cases` shows are alive nearly all of the time.
    pub fn crowded() -> Self {
        let calls = ServicePlan {
            demands: vec![voice(300, 240)],
            ..ServicePlan::steady("Skatteupplysningen", Class::Voice, 310.0)
        };
        steady(vec![calls], vec![team("Gävle", 25, &[0], Habits { pauses: false, ..at_work(5, 15) })])
    }

    /// Calls and callbacks, chat, e-mail and tasks, by agents who can do more than one of them.
    pub fn mixed_media() -> Self {
        let demands = vec![voice(180, 240), Demand::usual(Class::Callback, 0.15)];
        let calls = ServicePlan { demands, ..ServicePlan::steady("Kundtjänst", Class::Voice, 90.0) };
        let chat = ServicePlan::steady("Chatten", Class::Chat, 40.0);
        let demands = vec![Demand::usual(Class::Email, 0.7), Demand::usual(Class::Task, 0.3)];
        let mail = ServicePlan { demands, ..ServicePlan::steady("Ärenden", Class::Email, 30.0) };
        let demands = vec![Demand { share: 0.7, ..voice(240, 180) }, Demand::usual(Class::Email, 0.3)];
        let both = ServicePlan { demands, ..ServicePlan::steady("Bygglov", Class::Voice, 20.0) };
        let habits = at_work(7, 30);
        let teams = vec![
            team("Telefonen", 6, &[0, 3], habits),
            team("Skriftligt", 5, &[1, 2], habits),
            team("Allkonstnärer", 4, &[0, 1, 2, 3], habits),
        ];
        steady(vec![calls, chat, mail, both], teams)
    }

    /// Eight in the evening: one service closed until seven, one open that nobody calls before then,
    /// and people on duty all the same.
    pub fn night() -> Self {
        let day = ServicePlan {
            opening: Opening::Daytime,
            season: Season::Daily,
            demands: vec![voice(180, 240)],
            ..ServicePlan::steady("Kundtjänst", Class::Voice, 60.0)
        };
        let watch = ServicePlan::steady("Beredskap", Class::Voice, 0.0);
        let teams = vec![team("Dagen", 6, &[0], at_work(6, 30)), Team::tireless("Natten", 2, &[1])];
        Self { begins: TWENTY, warm_up: Duration::ZERO, ..steady(vec![day, watch], teams) }
    }

    /// As the large one, but one caller in twenty hangs up within three seconds.
    pub fn hasty() -> Self {
        let mut scenario = Self::large();
        for demand in scenario.services.iter_mut().flat_map(|service| &mut service.demands) {
            demand.hasty = 0.05;
        }
        scenario
    }

    /// A working day from eleven in the morning, with its shifts and its evening: two services, and
    /// agents of whom some can do both.
    pub fn working_day() -> Self {
        let daily = |name, calls: f64| ServicePlan {
            opening: Opening::Daytime,
            season: Season::Daily,
            demands: vec![voice(150, 200)],
            ..ServicePlan::steady(name, Class::Voice, calls)
        };
        let in_shifts = |name, agents, skills| Team {
            always_on_duty: false,
            ..team(name, agents, skills, Habits::USUAL)
        };
        let teams = vec![
            in_shifts("Norr", 12, &[0]),
            in_shifts("Söder", 8, &[1]),
            in_shifts("Allkonstnärer", 6, &[0, 1]),
        ];
        Self {
            begins: ELEVEN, ..steady(vec![daily("Kundtjänst", 190.0), daily("Felanmälan", 130.0)], teams)
        }
    }

    /// Calls that do not stay where they came: some overflow after half a minute, some become
    /// callbacks after a minute, some are passed on by the agent who took them.
    pub fn moving() -> Self {
        let calls = ServicePlan {
            demands: vec![voice(150, 240)],
            moves: Moves {
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
    Scenario { begins: NINE, warm_up: HOUR, services, teams }
}

/// Calls with these means in seconds.
fn voice(handling: u64, patience: u64) -> Demand {
    Demand {
        handling: Law::LogNormal(Duration::from_secs(handling)),
        patience: Some(Law::Exponential(Duration::from_secs(patience))),
        ..Demand::usual(Class::Voice, 1.0)
    }
}

/// Agents with these means in seconds of ringing and wrap-up, who take pauses and miss a call now and then.
fn at_work(ringing: u64, wrap_up: u64) -> Habits {
    let ringing = Duration::from_secs(ringing);
    Habits {
        ringing: Some(Law::Uniform(ringing / 3, ringing * 5 / 3)),
        missed: 0.02,
        wrap_up: Some(Law::Exponential(Duration::from_secs(wrap_up))),
        pauses: true,
    }
}

fn team(name: &str, agents: usize, skills: &[usize], habits: Habits) -> Team {
    Team { habits, ..Team::tireless(name, agents, skills) }
}
