//! The words of the wallboard in each language.
//!
//! One value of [`Texts`] per language: a text that a language lacks does not compile.

use crate::model::Language;

impl Language {
    /// Returns the language that `Accept-Language` prefers; English if it names none of them.
    pub(super) fn from_accept(accept: &str) -> Self {
        let entry = |entry: &str| {
            let mut parts = entry.split(';').map(str::trim);
            let tag = parts.next()?;
            let quality = parts.find_map(|part| part.strip_prefix("q=")).map(str::parse::<f32>);
            let quality = quality.map_or(Some(1.0), Result::ok)?;
            let language = match tag.split('-').next()?.to_ascii_lowercase().as_str() {
                "sv" => Self::Sv,
                "en" => Self::En,
                _ => return None,
            };
            Some((language, quality)).filter(|(_, quality)| *quality > 0.0)
        };
        let mut best: Option<(Self, f32)> = None;
        for (language, quality) in accept.split(',').filter_map(entry) {
            // Of equal ones the first.
            if best.is_none_or(|(_, before)| quality > before) {
                best = Some((language, quality));
            }
        }
        best.map_or(Self::En, |(language, _)| language)
    }

    /// Returns the texts.
    pub(super) fn texts(self) -> &'static Texts {
        match self {
            Self::En => &ENGLISH,
            Self::Sv => &SWEDISH,
        }
    }
}

/// Declares the texts of all languages, one line each.
macro_rules! texts {
    ($($(#[doc = $doc:literal])* $key:ident: $english:literal, $swedish:literal;)*) => {
        /// Texts of the wallboard in one language. `{}` is the place of a number, a time or a name.
        #[derive(Debug)]
        pub(super) struct Texts { $($(#[doc = $doc])* pub(super) $key: &'static str,)* }
        static ENGLISH: Texts = Texts { $($key: $english,)* };
        static SWEDISH: Texts = Texts { $($key: $swedish,)* };

        impl Texts {
            /// Returns all texts, by their key.
            #[cfg(test)]
            fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($key), self.$key),)*]
            }
        }
    };
}

texts! {
    title: "Queues", "Köer";
    simulated: "SIMULATED", "SIMULERAT";
    waiting: "Waiting", "Väntar";
    longest: "Longest wait", "Längsta väntan";
    free: "Free agents", "Lediga agenter";
    free_of: "of {} logged on", "av {} inloggade";
    hidden: "too few logged on to show", "för få inloggade för att visas";
    level: "Service level", "Servicenivå";
    level_goal: "target {} in {}", "mål {} inom {}";
    free_short: "Free", "Lediga";
    working: "Working", "Arbetar";
    hidden_short: "too few to show", "för få för att visas";
    estimated: "Estimated", "Beräknad";
    cases: "{} cases", "{} ärenden";
    cases_one: "1 case", "1 ärende";
    today: "today", "i dag";
    since: "since {}", "sedan {}";
    partly_since: "today, partly since {}", "i dag, delvis sedan {}";
    trend: "{} against 5 minutes ago", "{} mot för 5 minuter sedan";
    service: "Service", "Tjänst";
    longest_short: "Longest", "Längst";
    state: "State", "Läge";
    offered: "Offered", "Inkomna";
    answered: "Answered", "Besvarade";
    lost: "Lost", "Tappade";
    open: "Open", "Öppen";
    yes: "open", "öppen";
    no: "closed", "stängd";
    ok: "OK", "OK";
    queue_waiting: "WAITING", "VÄNTAR";
    long: "LONG", "LÅNG";
    too_long: "TOO LONG", "FÖR LÅNG";
    closed: "CLOSED", "STÄNGD";
    closed_waiting: "CLOSED, {} WAITING", "STÄNGD, {} VÄNTAR";
    all_busy: "ALL BUSY", "ALLA UPPTAGNA";
    not_known: "not known", "inte känt";
    none: "none", "inget";
    at_least: "at least", "minst";
    approximately: "approximately", "ungefär";
    caption: "Queues, the longest wait first", "Köer, längst väntan först";
    age: "data {} old", "data {} gamla";
    no_data: "NO CURRENT DATA", "INGA AKTUELLA DATA";
    stale: "{}: data {} old", "{}: data {} gamla";
    not_read: "{}: not read yet", "{}: inte läst än";
    missing: "Nothing is found for this address", "Inget hittas för den här adressen";
    not_in_trio: "{}: not in Trio", "{}: finns inte i Trio";
    boards: "Wallboards", "Tavlor";
    no_services: "no services", "inga tjänster";
    read_at: "Read at {}", "Läst {}";
    rows_range: "rows {} of {}", "rader {} av {}";
    pause: "Pause", "Pausa";
    resume: "Resume", "Fortsätt";
    next: "Next", "Nästa";
    lost_connection: "No connection to the exporter", "Ingen kontakt med exportören";
}

/// Puts the values in place of each `{}` of a text, in order.
pub(super) fn fill(text: &str, values: &[&str]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut values = values.iter();
    let mut parts = text.split("{}");
    filled.push_str(parts.next().unwrap_or_default());
    for part in parts {
        filled.push_str(values.next().copied().unwrap_or_default());
        filled.push_str(part);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_text() {
        let english = Language::En.texts().all();
        for language in Language::ALL {
            for ((key, text), (_, english)) in language.texts().all().into_iter().zip(&english) {
                assert!(!text.trim().is_empty(), "{language:?} {key}");
                let places = |text: &str| text.matches("{}").count();
                assert_eq!(places(text), places(english), "{language:?} {key}");
                // A text that was forgotten is still that of the other language.
                let same = language != Language::En && text == *english;
                assert!(!same || key == "ok", "{language:?} {key}: {text}");
            }
        }
    }

    #[test]
    fn accept_language_chooses_by_weight_then_order() {
        for (accept, language) in [
            ("", Language::En),
            ("sv", Language::Sv),
            ("sv-SE,sv;q=0.9,en;q=0.8", Language::Sv),
            ("en-GB,en;q=0.9,sv;q=0.8", Language::En),
            ("de, sv;q=0.2, en;q=0.1", Language::Sv),
            ("sv;q=0, en;q=0.1", Language::En),
            ("sv;q=x", Language::En),
            ("fi, nb", Language::En),
        ] {
            assert_eq!(Language::from_accept(accept), language, "{accept}");
        }
    }

    #[test]
    fn values_fill_the_places_in_order() {
        assert_eq!(fill("rows {} of {}", &["1–8", "31"]), "rows 1–8 of 31");
        assert_eq!(fill("{} and {}", &["{}"]), "{} and ");
    }
}
