//! Worlds that are stated, service by service and team by team, instead of generated: for tests and
//! benchmarks with known expectations. [`Scenario::NAMED`] lists the shared ones.

use std::time::Duration;

use super::world::{
    ArrivalProfile, Behaviour, Callback, Class, Demand, Distribution, OpeningHours, Overflow,
    Rerouting, Transfer, mean_handling,
};

/// A contact centre with id 1: its services, teams and times.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// Time of day at world time zero.
    pub start_time: Duration,
    /// World time before the truth is reset and the world is shown.
    pub warm_up: Duration,
    /// Services; ids count from 101.
    pub services: Vec<ServicePlan>,
    /// Teams, each an agent group; agent ids count from 1001 through all teams.
    pub teams: Vec<Team>,
}

/// A service: opening hours, arrivals, demand and rerouting.
#[derive(Clone, Debug, PartialEq)]
pub struct ServicePlan {
    /// Name of the service.
    pub name: String,
    /// Opening hours.
    pub opening_hours: OpeningHours,
    /// Cases per hour at the busiest time.
    pub cases_per_hour: f64,
    /// Arrival rate over the day.
    pub arrival_profile: ArrivalProfile,
    /// Demand by class.
    pub demands: Vec<Demand>,
    /// Rerouting of its calls.
    pub rerouting: Rerouting,
}

/// Agents with the same skills and behaviour.
#[derive(Clone, Debug, PartialEq)]
pub struct Team {
    /// Name of their agent group.
    pub name: String,
    /// Number of agents.
    pub agents: usize,
    /// Positions of the services whose cases they take.
    pub skills: Vec<usize>,
    /// Works round the clock instead of in shifts.
    pub always_on_duty: bool,
    /// Behaviour of each agent.
    pub behaviour: Behaviour,
}

impl ServicePlan {
    /// Returns a service that is always open, with a constant arrival rate of one class and the
    /// demo's demand, without rerouting.
    pub fn steady(name: &str, class: Class, cases_per_hour: f64) -> Self {
        Self {
            name: name.to_owned(),
            opening_hours: OpeningHours::Always,
            cases_per_hour,
            arrival_profile: ArrivalProfile::Constant,
            demands: vec![Demand::typical(class, 1.0)],
            rerouting: Rerouting::default(),
        }
    }
}

impl Team {
    /// Returns agents who work round the clock and answer at once, without wrap-up or pauses.
    pub fn always_ready(name: &str, agents: usize, skills: &[usize]) -> Self {
        Self {
            name: name.to_owned(),
            agents,
            skills: skills.to_vec(),
            always_on_duty: true,
            behaviour: Behaviour::INSTANT,
        }
    }
}

const HOUR: Duration = Duration::from_secs(3_600);
const NINE: Duration = Duration::from_secs(9 * 3_600);
const ELEVEN: Duration = Duration::from_secs(11 * 3_600);
const TWENTY: Duration = Duration::from_secs(20 * 3_600);

/// Agents and load of each service of [`Scenario::handling`] that has a team of its own: from one
/// that answers nearly all calls in time to one that cannot.
const TEAMS: [(usize, f64); 6] = [(2, 0.6), (3, 0.75), (4, 0.85), (6, 0.95), (3, 1.1), (5, 1.25)];

/// Small services of [`Scenario::handling`] that share one team.
const SMALL: usize = 4;

/// Name and constructor of a scenario.
type Named = (&'static str, fn() -> Scenario);

impl Scenario {
    /// All shared scenarios by name.
    pub const NAMED: [Named; 14] = [
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
        ("handling_4s", || Self::handling(4)),
        ("handling_35s", || Self::handling(35)),
        ("handling_180s", || Self::handling(180)),
        ("greetings", Self::greetings),
    ];

    /// 4 agents, 40 calls an hour, round the clock.
    pub fn small() -> Self {
        let calls = calls("Kundtjänst", 40.0, voice(200, 180));
        steady(vec![calls], vec![team("Växjö", 4, &[0], at_work(8, 40))])
    }

    /// 14 agents, 300 calls an hour, round the clock.
    pub fn large() -> Self {
        let calls = calls("Kundtjänst", 300.0, voice(90, 180));
        steady(vec![calls], vec![team("Östersund", 14, &[0], at_work(6, 22))])
    }

    /// 300 calls an hour of 30 s each for 4 agents without pauses: load 0.8.
    pub fn switchboard() -> Self {
        let calls = calls("Växeln", 300.0, voice(30, 90));
        let behaviour = Behaviour { pauses: false, missed: 0.0, ..at_work(4, 5) };
        steady(vec![calls], vec![team("Receptionen", 4, &[0], behaviour)])
    }

    /// One and a half times the calls that the agents can take: abandons bound the queue.
    pub fn overload() -> Self {
        let calls = calls("Störningar", 120.0, voice(180, 240));
        let behaviour = Behaviour { pauses: false, ..at_work(6, 20) };
        steady(vec![calls], vec![team("Mälardalen", 5, &[0], behaviour)])
    }

    /// 25 agents at one service, nearly all talking: most of the time more cases are live than the
    /// 20 that `services/cases` lists.
    pub fn crowded() -> Self {
        let calls = calls("Skatteupplysningen", 310.0, voice(300, 240));
        let behaviour = Behaviour { pauses: false, ..at_work(5, 15) };
        steady(vec![calls], vec![team("Gävle", 25, &[0], behaviour)])
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
            ..calls("Kundtjänst", 60.0, voice(180, 240))
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

    /// Calls with a mean handling time of `seconds` at ten services, from idle to overloaded: six with
    /// a team of their own and four small ones that share a team. 3 % hang up within three seconds.
    pub fn handling(seconds: u64) -> Self {
        let demand = Demand { short_abandons: 0.03, ..voice(seconds, 90) };
        Self::services_with(demand, at_work(5, (seconds / 8).max(3)))
    }

    /// The ten services of [`Self::handling`] with calls that ring a few seconds: a quarter of them
    /// are over 3 to 5 seconds after the answer, the others take three minutes.
    pub fn greetings() -> Self {
        let demand = Demand { greetings: 0.25, ..voice(180, 90) };
        Self::services_with(demand, at_work(3, 15))
    }

    fn services_with(demand: Demand, behaviour: Behaviour) -> Self {
        let behaviour = Behaviour { pauses: false, ..behaviour };
        let per_case = [behaviour.ringing, behaviour.wrap_up].into_iter().flatten();
        let per_case: f64 =
            per_case.map(|time| time.mean().as_secs_f64()).sum::<f64>() + mean_handling(&[demand]);
        let hourly = |agents: usize, load: f64| load * agents as f64 * 3_600.0 / per_case;
        let own = TEAMS
            .iter()
            .enumerate()
            .map(|(n, (agents, load))| (format!("Avdelning {}", n + 1), hourly(*agents, *load)));
        let small = (1..=SMALL).map(|n| (format!("Byrå {n}"), hourly(3, 0.8) / SMALL as f64));
        let services =
            own.chain(small).map(|(name, per_hour)| calls(&name, per_hour, demand)).collect();
        let teams = TEAMS.iter().enumerate();
        let shared: Vec<usize> = (TEAMS.len()..TEAMS.len() + SMALL).collect();
        let teams = teams
            .map(|(n, (agents, _))| team(&format!("Lag {}", n + 1), *agents, &[n], behaviour))
            .chain([team("Byråerna", 3, &shared, behaviour)])
            .collect();
        steady(services, teams)
    }

    /// A working day from 11:00 with shifts and an evening: two services, some agents with both
    /// skills.
    pub fn working_day() -> Self {
        let daily = |name, per_hour| ServicePlan {
            opening_hours: OpeningHours::Daytime,
            arrival_profile: ArrivalProfile::Daily,
            ..calls(name, per_hour, voice(150, 200))
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
        let first = ServicePlan {
            rerouting: Rerouting {
                overflow: Some(Overflow { share: 0.3, after: Duration::from_secs(30), to: 1 }),
                callback: Some(Callback { share: 0.3, after: Duration::from_secs(60) }),
                transfer: Some(Transfer { share: 0.1, to: 1 }),
            },
            ..calls("Kundtjänst", 130.0, voice(150, 240))
        };
        let second = calls("Specialister", 10.0, voice(240, 300));
        let teams = vec![
            team("Första linjen", 7, &[0], at_work(6, 20)),
            team("Andra linjen", 4, &[1], at_work(6, 30)),
        ];
        steady(vec![first, second], teams)
    }
}

/// A steady service with these calls per hour.
fn calls(name: &str, per_hour: f64, demand: Demand) -> ServicePlan {
    ServicePlan { demands: vec![demand], ..ServicePlan::steady(name, Class::Voice, per_hour) }
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
