//! How a world is made: contact centres, services, groups, agents, and the first events.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::account::Account;
use super::agent::{Activity, Agent, Center, Group};
use super::event::{Agenda, Event};
use super::habits::Habits;
use super::profile::{DAY, Opening, STAFFED, START, Season, Shift};
use super::service::{Channel, Service};
use super::{Ledger, World, WorldOptions, names};
use crate::sim::{Numbers, scenario::Moves};

/// The id of the first service.
const FIRST_SERVICE: u32 = 101;

/// Services in a service group.
const GROUP_OF_SERVICES: usize = 4;

/// Agents in an ordinary agent group.
const GROUP_OF_AGENTS: usize = 12;

/// One agent in this many also belongs to a small group of specialists.
const SPECIALISTS: usize = 20;

/// Part of the time on shift that is not spent in pauses.
const AT_WORK: f64 = 0.83;

impl World {
    /// A world at time zero, in which nothing has happened yet.
    pub(crate) fn new(options: &WorldOptions) -> Self {
        let mut world = Self::empty(options.seed, START).counting_from(options.numbers);
        let centers = options.contact_centers.max(1);
        let share = |total: usize, number: usize| total / centers + usize::from(number < total % centers);
        for number in 0..centers {
            world.add_center(number, share(options.services, number), share(options.agents, number));
        }
        world.set_rates();
        world.plan_first_events();
        world
    }

    /// A world without anybody in it, that begins at a time of day.
    pub(super) fn empty(seed: u64, begins: Duration) -> Self {
        Self {
            now: Duration::ZERO,
            begins,
            rng: ChaCha8Rng::seed_from_u64(seed),
            agenda: Agenda::default(),
            pace: 1.0,
            centers: BTreeMap::new(),
            services: BTreeMap::new(),
            service_groups: BTreeMap::new(),
            agents: BTreeMap::new(),
            agent_groups: BTreeMap::new(),
            cases: BTreeMap::new(),
            last_job: 0,
            last_service: FIRST_SERVICE - 1,
            last_agent: 0,
            first_customer: 0,
            ledger: Ledger::default(),
            account: Account::default(),
        }
        .counting_from(Numbers::default())
    }

    fn counting_from(mut self, numbers: Numbers) -> Self {
        (self.last_agent, self.last_job) = (numbers.agents, numbers.cases);
        self.first_customer = numbers.customers;
        self
    }

    /// Once everybody is there: the first arrivals, and those who are on duty.
    pub(super) fn plan_first_events(&mut self) {
        for service in self.services.keys().copied().collect::<Vec<_>>() {
            self.plan_arrival(service);
        }
        for agent in self.agents.keys().copied().collect::<Vec<_>>() {
            self.plan_first_shift(agent);
        }
    }

    fn add_center(&mut self, number: usize, services: usize, agents: usize) {
        let id = number as u32 + 1;
        self.centers.insert(id, Center { id, name: names::center(number) });
        let mut ids = Vec::with_capacity(services);
        for number in 0..services {
            if number % GROUP_OF_SERVICES == 0 {
                let name = names::service_group(number / GROUP_OF_SERVICES);
                add_group(&mut self.service_groups, id, name);
            }
            let group = self.service_groups.len() as u32;
            ids.push(self.insert_service(id, group, number, None));
        }
        self.add_agents(id, agents, &ids);
    }

    fn add_agents(&mut self, center: u32, agents: usize, services: &[u32]) {
        let mut group = 0;
        for number in 0..agents {
            if number % GROUP_OF_AGENTS == 0 {
                let name = names::team(number / GROUP_OF_AGENTS);
                group = add_group(&mut self.agent_groups, center, name);
            }
            let shift = Shift::pick(self.rng.next_u64());
            let skills = self.pick_skills(services, number);
            self.insert_agent(center, vec![group], skills, Some(shift), Habits::USUAL);
        }
        self.add_specialists(center, agents);
    }

    /// Every twentieth agent also belongs to a group of two or three.
    fn add_specialists(&mut self, center: u32, agents: usize) {
        let last = self.last_agent as usize;
        let mut group = 0;
        for (place, number) in (0..agents).step_by(SPECIALISTS).enumerate() {
            if place % 3 == 0 {
                let name = format!("Specialister {}", place / 3 + 1);
                group = add_group(&mut self.agent_groups, center, name);
            }
            if let Some(agent) = self.agents.get_mut(&((last - number) as u32)) {
                agent.groups.push(group);
            }
        }
    }

    /// One service by turn, so that each has somebody, and up to two by chance.
    pub(super) fn pick_skills(&mut self, services: &[u32], number: usize) -> Vec<u32> {
        let Some(first) = services.get(number % services.len().max(1)) else { return Vec::new() };
        let mut skills = vec![*first];
        for _ in 0..self.rng.random_range(0..3) {
            let other = services[self.rng.random_range(0..services.len())];
            if !skills.contains(&other) {
                skills.push(other);
            }
        }
        skills
    }

    pub(super) fn insert_service(
        &mut self,
        center: u32,
        group: u32,
        number: usize,
        name: Option<String>,
    ) -> u32 {
        let channel = if name.is_some() { Channel::Phone } else { Channel::of(number) };
        let name = name.unwrap_or_else(|| match channel {
            Channel::Phone => names::phone_service(number),
            Channel::Chat => names::chat_service(number),
            Channel::Mail => names::mail_service(number),
        });
        let opening = if number % 5 == 3 { Opening::Always } else { Opening::Daytime };
        self.put_service(center, group, name, channel, |service| service.opening = opening)
    }

    /// Adds a service as the demo has them, but for what `change` makes different.
    pub(super) fn put_service(
        &mut self,
        center: u32,
        group: u32,
        name: String,
        channel: Channel,
        change: impl FnOnce(&mut Service),
    ) -> u32 {
        self.last_service += 1;
        let mut service = Service {
            id: self.last_service,
            center,
            group,
            name,
            channel,
            opening: Opening::Always,
            season: Season::Daily,
            rate: 0.0,
            demands: channel.demands(),
            moves: Moves::default(),
            cycle: channel.mean_cycle(),
            generation: 0,
            queue: Default::default(),
            waiting: Default::default(),
            live: Default::default(),
            idle: Default::default(),
            logged_on: 0,
            available: 0,
            busy: 0,
        };
        change(&mut service);
        self.services.insert(service.id, service);
        self.last_service
    }

    /// The id of the service at a position among those that the world began with, while it is there.
    pub(super) fn service_at(&self, position: usize) -> Option<u32> {
        let id = FIRST_SERVICE.saturating_add(u32::try_from(position).ok()?);
        self.services.contains_key(&id).then_some(id)
    }

    pub(super) fn insert_agent(
        &mut self,
        center: u32,
        groups: Vec<u32>,
        skills: Vec<u32>,
        shift: Option<Shift>,
        habits: Habits,
    ) -> u32 {
        self.last_agent += 1;
        let id = self.last_agent;
        let (first_name, last_name) = names::person(id as usize);
        let agent = Agent {
            id,
            center,
            first_name,
            last_name,
            groups,
            skills,
            habits,
            shift,
            activity: Activity::LoggedOut,
            since: self.now,
            reason: None,
            job: None,
            service: None,
            generation: 0,
            login: 0,
            on_duty: false,
            pause_due: false,
            controlled: false,
        };
        self.agents.insert(id, agent);
        id
    }

    /// Sets the arrival rates to what the staff of each service can just about do.
    fn set_rates(&mut self) {
        let mut staff: BTreeMap<u32, f64> = BTreeMap::new();
        for agent in self.agents.values() {
            for service in &agent.skills {
                *staff.entry(*service).or_default() += STAFFED * AT_WORK / agent.skills.len() as f64;
            }
        }
        for service in self.services.values_mut() {
            service.rate = rate(service.channel, staff.get(&service.id).copied().unwrap_or(0.0));
        }
    }

    fn plan_first_shift(&mut self, id: u32) {
        let Some(agent) = self.agents.get(&id) else { return };
        let Some(shift) = agent.shift else { return self.begin_duty(id) };
        let (ago, length) = (shift.began_ago(self.clock()), shift.length());
        self.agenda.plan(self.now + DAY - ago, Event::ShiftStarts { agent: id });
        if ago < length {
            self.agenda.plan(self.now + length - ago, Event::ShiftEnds { agent: id });
            self.begin_duty(id);
        }
    }
}

/// Arrivals a second that keep `staff` agents busy; a service without staff still gets a few.
pub(super) fn rate(channel: Channel, staff: f64) -> f64 {
    channel.load() * staff.max(0.05) / channel.mean_cycle()
}

pub(super) fn add_group(groups: &mut BTreeMap<u32, Group>, center: u32, name: String) -> u32 {
    let id = groups.len() as u32 + 1;
    groups.insert(id, Group { id, center, name });
    id
}
