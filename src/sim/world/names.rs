//! Names of people, services, groups and places. Nearly all hold letters beyond ASCII, and some (Þ,
//! ð) are rare: encodings and sorting of a client are exercised by every answer.

const FIRST: [&str; 48] = [
    "Åsa", "Björn", "Märta", "Göran", "Sölve", "Håkan", "Ingrid", "Jörgen", "Käthe", "Lars",
    "Maja", "Nils", "Örjan", "Pär", "Rönnaug", "Sigrid", "Tuva", "Ulf", "Vibeke", "Yngve", "Zäta",
    "Aino", "Bård", "Cecilia", "Dagny", "Eskil", "Freja", "Gyða", "Hjördis", "Ivar", "Jyrki",
    "Kåre", "Linnéa", "Målfrid", "Njål", "Olof", "Päivi", "Ragnhild", "Søren", "Tyra", "Unni",
    "Väinö", "Ylva", "Ängla", "Elsa", "Øystein", "Åke", "Märit",
];

const LAST: [&str; 48] = [
    "Åkesson",
    "Bergström",
    "Dahlgård",
    "Ekström",
    "Fjällström",
    "Grönlund",
    "Håkansson",
    "Ingebrigtsen",
    "Jönsson",
    "Källström",
    "Lindqvist",
    "Mårtensson",
    "Nyström",
    "Öberg",
    "Pettersson",
    "Rönnberg",
    "Sjögren",
    "Törnqvist",
    "Ulvæus",
    "Vänskä",
    "Wåhlin",
    "Ylönen",
    "Ängström",
    "Østergård",
    "Hämäläinen",
    "Sørensen",
    "Bjørnstad",
    "Mäkinen",
    "Þórsdóttir",
    "Höglund",
    "Ström",
    "Lövgren",
    "Nygård",
    "Hedström",
    "Kjærgaard",
    "Virtanen",
    "Åberg",
    "Söderberg",
    "Blomqvist",
    "Granström",
    "Järvinen",
    "Kvåle",
    "Lindström",
    "Norén",
    "Palmér",
    "Sandström",
    "Wikström",
    "Ödman",
];

const PHONE: [&str; 12] = [
    "Växel",
    "Kundtjänst",
    "Felanmälan",
    "Fakturafrågor",
    "Beställning",
    "Teknisk support",
    "Försäljning",
    "Återbud",
    "Företagsservice",
    "Avtalsfrågor",
    "Tidsbokning",
    "Rådgivning",
];

const PLACES: [&str; 16] = [
    "Göteborg",
    "Umeå",
    "Malmö",
    "Örebro",
    "Västerås",
    "Linköping",
    "Jönköping",
    "Borås",
    "Gävle",
    "Växjö",
    "Luleå",
    "Skellefteå",
    "Tromsø",
    "Århus",
    "Jyväskylä",
    "Östersund",
];

const TEAMS: [&str; 8] = [
    "Kundtjänst",
    "Lag Älgen",
    "Lag Björnen",
    "Lag Räven",
    "Bokningen",
    "Återbetalning",
    "Företag",
    "Teknik",
];

const GROUPS: [&str; 6] = ["Privat", "Företag", "Teknik", "Sjukvård", "Ekonomi", "Övrigt"];

/// First and last name of the person with this number; the first 2,304 are distinct.
pub(crate) fn person(number: usize) -> (String, String) {
    let first = FIRST[number % FIRST.len()];
    // Any step gives neighbours different last names; 7 shares no factor with 48, so all last names
    // are used.
    let last = LAST[(number / FIRST.len() + number * 7) % LAST.len()];
    (first.to_owned(), last.to_owned())
}

/// Name of the contact centre with this number.
pub(crate) fn center(number: usize) -> String {
    format!("Kontaktcenter {}", numbered(&PLACES, number))
}

/// Name of a phone service.
pub(crate) fn phone_service(number: usize) -> String {
    let (name, round) = (PHONE[number % PHONE.len()], number / PHONE.len());
    if round == 0 { name.to_owned() } else { format!("{name} {}", numbered(&PLACES, round - 1)) }
}

/// Name of a chat service.
pub(crate) fn chat_service(number: usize) -> String {
    format!("Chatt {}", phone_service(number))
}

/// Name of a service for e-mail and tasks.
pub(crate) fn mail_service(number: usize) -> String {
    format!("E-post {}", phone_service(number))
}

/// Name of an agent group.
pub(crate) fn team(number: usize) -> String {
    numbered(&TEAMS, number)
}

/// Name of a service group.
pub(crate) fn service_group(number: usize) -> String {
    numbered(&GROUPS, number)
}

fn numbered(list: &[&str], number: usize) -> String {
    let name = list[number % list.len()];
    match number / list.len() {
        0 => name.to_owned(),
        round => format!("{name} {}", round + 1),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_repeat_late() {
        assert_eq!((0..2_304).map(person).collect::<HashSet<_>>().len(), 2_304);
        assert_eq!((0..1_000).map(phone_service).collect::<HashSet<_>>().len(), 1_000);
        assert_eq!((0..500).map(team).collect::<HashSet<_>>().len(), 500);
    }
}
