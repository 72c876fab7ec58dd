//! Generation of a world: contact centres, services, groups, agents and the first events.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::agent::{Activity, Agent, Center, Group};
use super::behaviour::Behaviour;
use super::demand::Channel;
use super::event::{Event, EventQueue};
use super::profile::{ArrivalProfile, DAY, OpeningHours, STAFFED_SHARE, START, Shift};
use super::rerouting::Rerouting;
use super::service::Service;
use super::truth_recorder::TruthRecorder;
use super::{CaseCounts, World, WorldOptions, names};
use crate::sim::IdOffsets;

/// Id of the first service; the scenario's positions count from it.
const FIRST_SERVICE: u32 = 101;

/// Services per service group.
const SERVICES_PER_GROUP: usize = 4;

/// Agents per ordinary agent group.
const AGENTS_PER_GROUP: usize = 12;

/// One agent in this many is also in a small group of specialists, so that groups of two or three
/// members exist and agents are in more than one group.
const AGENTS_PER_SPECIALIST: usize = 20;

/// Share of the shift that is not spent in pauses.
const PRODUCTIVE_SHARE: f64 = 0.83;

impl World {
    /// Returns a world at time zero in which nothing has happened yet.
    pub(crate) fn new(options: &WorldOptions) -> Self {
        let mut world = Self::empty(options.seed, START).with_id_offsets(options.id_offsets);
        let centers = options.contact_centers.max(1);
        let share =
            |total: usize, number: usize| total / centers + usize::from(number < total % centers);
        for number in 0..centers {
            world.add_center(
                number,
                share(options.services, number),
                share(options.agents, number),
            );
        }
        world.set_rates();
        world.schedule_first_events();
        world
    }

    /// Returns a world without services or agents that starts at a time of day.
    pub(super) fn empty(seed: u64, start_time: Duration) -> Self {
        Self {
            now: Duration::ZERO,
            start_time,
            rng: ChaCha8Rng::seed_from_u64(seed),
            events: EventQueue::default(),
            arrival_factor: 1.0,
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
            case_counts: CaseCounts::default(),
            recorder: TruthRecorder::default(),
        }
        .with_id_offsets(IdOffsets::default())
    }

    fn with_id_offsets(mut self, id_offsets: IdOffsets) -> Self {
        (self.last_agent, self.last_job) = (id_offsets.agents, id_offsets.cases);
        self.first_customer = id_offsets.customers;
        self
    }

    /// Schedules the first arrivals and shifts, and starts the duty of agents who are on shift.
    pub(super) fn schedule_first_events(&mut self) {
        // In the order of ids: the random draws, and so the whole world, depend on it.
        for service in self.services.keys().copied().collect::<Vec<_>>() {
            self.schedule_arrival(service);
        }
        for agent in self.agents.keys().copied().collect::<Vec<_>>() {
            self.schedule_first_shift(agent);
        }
    }

    fn add_center(&mut self, number: usize, services: usize, agents: usize) {
        let id = number as u32 + 1;
        self.centers.insert(id, Center { id, name: names::center(number) });
        let mut ids = Vec::with_capacity(services);
        for number in 0..services {
            if number % SERVICES_PER_GROUP == 0 {
                let name = names::service_group(number / SERVICES_PER_GROUP);
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
            if number % AGENTS_PER_GROUP == 0 {
                let name = names::team(number / AGENTS_PER_GROUP);
                group = add_group(&mut self.agent_groups, center, name);
            }
            let shift = Shift::pick(self.rng.next_u64());
            // The shift is drawn before the skills: the order of draws is part of what a seed
            // means.
            let skills = self.pick_skills(services, number);
            self.insert_agent(center, vec![group], skills, Some(shift), Behaviour::TYPICAL);
        }
        self.add_specialists(center, agents);
    }

    /// Adds every twentieth agent to a group of two or three specialists.
    fn add_specialists(&mut self, center: u32, agents: usize) {
        let last = self.last_agent as usize;
        let mut group = 0;
        for (place, number) in (0..agents).step_by(AGENTS_PER_SPECIALIST).enumerate() {
            if place % 3 == 0 {
                let name = format!("Specialister {}", place / 3 + 1);
                group = add_group(&mut self.agent_groups, center, name);
            }
            if let Some(agent) = self.agents.get_mut(&((last - number) as u32)) {
                agent.groups.push(group);
            }
        }
    }

    /// Picks one service in turn, so that each has an agent, and up to two more at random.
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
        let channel = if name.is_some() { Channel::Phone } else { Channel::for_number(number) };
        let name = name.unwrap_or_else(|| match channel {
            Channel::Phone => names::phone_service(number),
            Channel::Chat => names::chat_service(number),
            Channel::Mail => names::mail_service(number),
        });
        let opening_hours =
            if number % 5 == 3 { OpeningHours::Always } else { OpeningHours::Daytime };
        self.put_service(center, group, name, channel, |service| {
            service.opening_hours = opening_hours
        })
    }

    /// Adds a service with the demo's defaults, modified by `change`.
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
            opening_hours: OpeningHours::Always,
            arrival_profile: ArrivalProfile::Daily,
            rate: 0.0,
            demands: channel.demands(),
            rerouting: Rerouting::default(),
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

    /// Id of the service at a position among the initial ones, unless it was removed.
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
        behaviour: Behaviour,
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
            behaviour,
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

    /// Sets each arrival rate to the load factor of its channel times the capacity of its staff.
    fn set_rates(&mut self) {
        let mut staff: BTreeMap<u32, f64> = BTreeMap::new();
        for agent in self.agents.values() {
            for service in &agent.skills {
                // An agent with several skills is shared between them in equal parts.
                *staff.entry(*service).or_default() +=
                    STAFFED_SHARE * PRODUCTIVE_SHARE / agent.skills.len() as f64;
            }
        }
        for service in self.services.values_mut() {
            service.rate = rate(service.channel, staff.get(&service.id).copied().unwrap_or(0.0));
        }
    }

    fn schedule_first_shift(&mut self, id: u32) {
        let Some(agent) = self.agents.get(&id) else { return };
        let Some(shift) = agent.shift else { return self.start_duty(id) };
        let (ago, length) = (shift.elapsed(self.wall_clock()), shift.length());
        // The shift is the same each day, so the next one starts a day after the last.
        self.events.schedule(self.now + DAY - ago, Event::ShiftStart { agent: id });
        // The world starts in the middle of this shift.
        if ago < length {
            self.events.schedule(self.now + length - ago, Event::ShiftEnd { agent: id });
            self.start_duty(id);
        }
    }
}

/// Peak arrivals per second for `staff` agents.
pub(super) fn rate(channel: Channel, staff: f64) -> f64 {
    // At least a twentieth of an agent, so that a service without staff still gets a few cases.
    channel.load() * staff.max(0.05) / channel.mean_cycle()
}

pub(super) fn add_group(groups: &mut BTreeMap<u32, Group>, center: u32, name: String) -> u32 {
    let id = groups.len() as u32 + 1;
    groups.insert(id, Group { id, center, name });
    id
}
