//! Further documented lists (roles, skills, directory …) with invented items, for clients that
//! count them.

use super::resource::Resource;
use super::{Query, Trio};
use crate::sim::dialect::{Fact, Member, Row};
use crate::sim::world::Agent;

/// Directory subscribers that are no agents.
const FUNCTIONS: [&str; 5] =
    ["Receptionen", "Vaktmästeriet", "Beredskap el", "Jour VA", "Växelbordet"];

/// Id of the first function, and of the subscriber of agent 0.
const FIRST_FUNCTION: u64 = 900_001;
const FIRST_PERSON: u64 = 500_000;

/// Factor of the agent id in a skill id; larger than any service id.
const SKILL_ID_STRIDE: u64 = 1_000_000;

impl Resource {
    /// Item names of a list that is the same everywhere; ids count from 1.
    pub(super) fn names(self) -> &'static [&'static str] {
        match self {
            Self::Roles => &["Första linjen", "Andra linjen", "Specialist", "Teamledare"],
            Self::Schedules => &["Kontorstid", "Kväll och helg", "Dygnet runt"],
            Self::ExceptionLists => &[
                "Nyårsdagen",
                "Trettondagen",
                "Långfredagen",
                "Annandag påsk",
                "Första maj",
                "Kristi himmelsfärd",
                "Nationaldagen",
                "Midsommarafton",
                "Alla helgons dag",
                "Julafton",
                "Annandag jul",
                "Nyårsafton",
            ],
            Self::SkillProfiles => &["Nyanställd", "Erfaren", "Allkonstnär"],
            Self::SecurityGroups => &["Administratörer", "Arbetsledare", "Läsare"],
            Self::SecurityAgents => &["Arbetsledare natt", "Arbetsledare dag"],
            Self::SecurityServices => &["Rapporter", "Lyssna", "Öppna", "Stäng", "Flytta"],
            Self::DirectorySkills => {
                &["Svenska", "Norsk", "Suomi", "Íslenska", "Teckenspråk", "Bygglov"]
            }
            Self::Capabilities => &["Röstbrevlåda", "Mobil anknytning", "Chatt"],
            Self::Departments => &[
                "Kommunledning",
                "Barn och utbildning",
                "Äldreomsorg",
                "Miljö och bygg",
                "Räddningstjänst",
                "Kultur och fritid",
                "Gatukontoret",
                "Överförmyndare",
                "Näringsliv",
                "Löneenheten",
                "IT-avdelningen",
            ],
            Self::Pbxs => &["Växel Norr", "Växel Söder"],
            Self::CalendarSystems => &["Kalender"],
            Self::CustomerGroups => &["Invånare", "Företag"],
            Self::Titles => &[
                "Handläggare",
                "Enhetschef",
                "Ingenjör",
                "Jurist",
                "Kurator",
                "Lärare",
                "Rektor",
                "Samordnare",
                "Sjuksköterska",
                "Ekonom",
            ],
            Self::ExtraFieldNames => &["Rum", "Våning"],
            Self::AddressSpaces => &["Nummerplan"],
            _ => &[],
        }
    }
}

impl Trio {
    /// Ids of a list's items that pass the filters.
    pub(super) fn matching_list_ids(
        &self,
        resource: Resource,
        center: u32,
        query: &Query,
    ) -> Vec<u64> {
        let is = |name: &str, number: u64| query.admits_number(name, number);
        match resource {
            Resource::Skills => {
                let agents = self.world.agents.values().filter(|agent| agent.center == center);
                let skills = agents.flat_map(skills);
                let wanted = skills.filter(|(_, agent, service)| {
                    is("userId", u64::from(agent.id))
                        && is("serviceId", u64::from(*service))
                        && is("roleId", role_id(agent))
                });
                wanted.map(|(uid, _, _)| uid).collect()
            }
            Resource::Subscribers => {
                let persons = self.world.agents.keys().map(|id| FIRST_PERSON + u64::from(*id));
                persons.chain((FIRST_FUNCTION..).take(FUNCTIONS.len())).collect()
            }
            _ => {
                let named = (1..).zip(resource.names());
                let numbered = match resource {
                    Resource::SkillProfiles => "profileId",
                    _ => "id",
                };
                // `schedules?exceptionListID=`: schedule N uses exception list N.
                let closed = |id| resource != Resource::Schedules || is("exceptionListID", id);
                named
                    .filter(|(id, name)| {
                        is(numbered, *id) && query.admits_text("name", name) && closed(*id)
                    })
                    .map(|(id, _)| id)
                    .collect()
            }
        }
    }

    /// All members of a list item; `None` when it does not exist.
    pub(super) fn list_row(&self, resource: Resource, center: u32, id: u64) -> Option<Row> {
        match resource {
            Resource::Skills => {
                let agent = self.world.agents.get(&u32::try_from(id / SKILL_ID_STRIDE).ok()?)?;
                let (_, _, service) = skills(agent).find(|(uid, _, _)| *uid == id)?;
                // A contact centre shows nothing of another one.
                (agent.center == center).then(|| {
                    vec![
                        (Member::SkillUid, Fact::Id(id)),
                        (Member::SkillAgent, Fact::Id(u64::from(agent.id))),
                        (Member::RoleId, Fact::Id(role_id(agent))),
                        (Member::ServiceId, Fact::Id(u64::from(service))),
                        (Member::SkillLevel, Fact::Count(id as usize % 5 + 1)),
                    ]
                })
            }
            Resource::Subscribers => {
                let function =
                    id.checked_sub(FIRST_FUNCTION).and_then(|at| usize::try_from(at).ok());
                let name = match function.and_then(|at| FUNCTIONS.get(at)) {
                    Some(function) => (*function).to_owned(),
                    None => {
                        let agent = u32::try_from(id.checked_sub(FIRST_PERSON)?).ok()?;
                        let agent = self.world.agents.get(&agent)?;
                        format!("{} {}", agent.first_name, agent.last_name)
                    }
                };
                Some(named(id, name))
            }
            _ => {
                let position = usize::try_from(id.checked_sub(1)?).ok()?;
                Some(named(id, (*resource.names().get(position)?).to_owned()))
            }
        }
    }
}

fn named(id: u64, name: String) -> Row {
    vec![(Member::ItemId, Fact::Id(id)), (Member::ItemName, Fact::Text(name))]
}

/// Skills of an agent: skill id, agent, service id.
fn skills(agent: &Agent) -> impl Iterator<Item = (u64, &Agent, u32)> {
    let uid = |service: u32| u64::from(agent.id) * SKILL_ID_STRIDE + u64::from(service);
    agent.skills.iter().map(move |service| (uid(*service), agent, *service))
}

/// Role of an agent in all its skills.
fn role_id(agent: &Agent) -> u64 {
    u64::from(agent.id) % Resource::Roles.names().len() as u64 + 1
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::{Value, json};

    use super::super::tests::Client;
    use crate::sim::Options;

    #[test]
    fn skills_are_filtered_by_agent_service_and_role() {
        let mut client = Client::new(Options::default());
        let all = client.data("/cc/1/skills?pageSize=100");
        let all = all.as_array().expect("a collection").clone();
        assert!(all.len() >= 40, "every agent can do something");
        for member in ["userId", "serviceId", "roleId"] {
            let wanted = &all[0][member];
            let expected = all.iter().filter(|skill| skill[member] == *wanted).count();
            let found =
                client.column(&format!("/cc/1/skills?{member}={wanted}&pageSize=100"), member);
            assert_eq!(
                (found.len(), found.iter().all(|it| it == wanted)),
                (expected, true),
                "{member}"
            );
        }
        assert_eq!(client.data("/cc/1/skills?serviceId=1000000"), json!([]));
        let one = client.data(&format!("/cc/1/skills/{}", all[0]["uid"]));
        assert_eq!(one, all[0]);
    }

    #[test]
    fn lists_obey_their_documented_filters() {
        let mut client = Client::new(Options::default());
        let names = |client: &mut Client, target: &str| client.column(target, "name");
        assert_eq!(names(&mut client, "/cc/1/roles?name=LINJEN").len(), 2);
        assert_eq!(names(&mut client, "/cc/1/roles?id=3"), [Value::from("Specialist")]);
        assert_eq!(
            names(&mut client, "/cc/1/skillprofiles?profileId=1"),
            [Value::from("Nyanställd")]
        );
        assert_eq!(client.data("/directory/departments/4")["name"], "Miljö och bygg");
        assert_eq!(client.get("/directory/departments/99").status.as_u16(), 404);
    }
}
