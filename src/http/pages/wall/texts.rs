//! The words of the wallboard in each language. No native speaker has reviewed the Norwegian, Danish
//! and Finnish ones; docs/wallboard.md says so.
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
                // `no` is Norwegian of either form. Readers of the other form, `nn`, read this one
                // more easily than English.
                "nb" | "no" | "nn" => Self::Nb,
                "da" => Self::Da,
                "fi" => Self::Fi,
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
            Self::Nb => &NORWEGIAN,
            Self::Da => &DANISH,
            Self::Fi => &FINNISH,
        }
    }
}

/// Declares the texts of all languages: for each key those in English, Swedish, Norwegian, Danish and
/// Finnish. A key that lacks one of them does not compile.
macro_rules! texts {
    ($($(#[doc = $doc:literal])*
    $key:ident: $en:literal, $sv:literal, $nb:literal, $da:literal, $fi:literal;)*) => {
        /// Texts of the wallboard in one language. `{}` is the place of a number, a time or a name.
        #[derive(Debug)]
        pub(super) struct Texts { $($(#[doc = $doc])* pub(super) $key: &'static str,)* }
        static ENGLISH: Texts = Texts { $($key: $en,)* };
        static SWEDISH: Texts = Texts { $($key: $sv,)* };
        static NORWEGIAN: Texts = Texts { $($key: $nb,)* };
        static DANISH: Texts = Texts { $($key: $da,)* };
        static FINNISH: Texts = Texts { $($key: $fi,)* };

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
    title: "Queues", "Köer", "Køer", "Køer", "Jonot";
    simulated: "SIMULATED", "SIMULERAT", "SIMULERT", "SIMULERET", "SIMULOITU";
    waiting: "Waiting", "Väntar", "Venter", "Venter", "Odottaa";
    longest: "Longest wait", "Längsta väntan", "Lengste ventetid", "Længste ventetid", "Pisin odotusaika";
    free: "Free agents", "Lediga agenter", "Ledige agenter", "Ledige agenter", "Vapaat agentit";
    free_of: "of {} logged on", "av {} inloggade", "av {} pålogget", "af {} logget på", "{} kirjautuneesta";
    hidden: "too few logged on to show", "för få inloggade för att visas", "for få pålogget til å vises",
        "for få logget på til at blive vist", "liian vähän kirjautuneita näytettäväksi";
    level: "Service level", "Servicenivå", "Servicenivå", "Serviceniveau", "Palvelutaso";
    level_goal: "target {} in {}", "mål {} inom {}", "mål {} innen {}", "mål {} inden for {}", "tavoite {} ajassa {}";
    /// A share. English alone sets no space before the sign.
    percent: "{}%", "{}\u{a0}%", "{}\u{a0}%", "{}\u{a0}%", "{}\u{a0}%";
    free_short: "Free", "Lediga", "Ledige", "Ledige", "Vapaat";
    working: "Working", "Arbetar", "I arbeid", "I arbejde", "Työskentelee";
    hidden_short: "too few to show", "för få för att visas", "for få til å vises", "for få til at blive vist",
        "liian vähän näytettäväksi";
    estimated: "Estimated", "Beräknad", "Beregnet", "Beregnet", "Arvio";
    /// A number of cases other than one. Finnish has the partitive singular after every such number.
    cases: "{} cases", "{} ärenden", "{} henvendelser", "{} henvendelser", "{} yhteydenottoa";
    cases_one: "1 case", "1 ärende", "1 henvendelse", "1 henvendelse", "1 yhteydenotto";
    today: "today", "i dag", "i dag", "i dag", "tänään";
    since: "since {}", "sedan {}", "siden kl. {}", "siden kl. {}", "klo {} alkaen";
    partly_since: "today, partly since {}", "i dag, delvis sedan {}", "i dag, delvis siden kl. {}",
        "i dag, delvist siden kl. {}", "tänään, osittain klo {} alkaen";
    trend: "{} against 5 minutes ago", "{} mot för 5 minuter sedan", "{} sammenlignet med for 5 minutter siden",
        "{} i forhold til for 5 minutter siden", "{} verrattuna 5 minuutin takaiseen";
    service: "Service", "Tjänst", "Tjeneste", "Tjeneste", "Palvelu";
    longest_short: "Longest", "Längst", "Lengst", "Længst", "Pisin";
    state: "State", "Läge", "Status", "Status", "Tila";
    offered: "Offered", "Inkomna", "Innkomne", "Indkomne", "Saapuneet";
    answered: "Answered", "Besvarade", "Besvarte", "Besvarede", "Vastatut";
    lost: "Lost", "Tappade", "Tapte", "Tabte", "Menetetyt";
    open: "Open", "Öppen", "Åpen", "Åben", "Auki";
    yes: "open", "öppen", "åpen", "åben", "auki";
    no: "closed", "stängd", "stengt", "lukket", "suljettu";
    ok: "OK", "OK", "OK", "OK", "OK";
    /// The verb of Finnish stays in the singular after a number, as in `closed_waiting`.
    queue_waiting: "WAITING", "VÄNTAR", "VENTER", "VENTER", "ODOTTAA";
    long: "LONG", "LÅNG", "LANG", "LANG", "PITKÄ";
    too_long: "TOO LONG", "FÖR LÅNG", "FOR LANG", "FOR LANG", "LIIAN PITKÄ";
    closed: "CLOSED", "STÄNGD", "STENGT", "LUKKET", "SULJETTU";
    closed_waiting: "CLOSED, {} WAITING", "STÄNGD, {} VÄNTAR", "STENGT, {} VENTER", "LUKKET, {} VENTER",
        "SULJETTU, {} ODOTTAA";
    all_busy: "ALL BUSY", "ALLA UPPTAGNA", "ALLE OPPTATT", "ALLE OPTAGET", "KAIKKI VARATTUJA";
    not_known: "not known", "inte känt", "ikke kjent", "ikke kendt", "ei tiedossa";
    none: "none", "inget", "ingen verdi", "ingen værdi", "ei arvoa";
    at_least: "at least", "minst", "minst", "mindst", "vähintään";
    approximately: "approximately", "ungefär", "omtrent", "cirka", "noin";
    caption: "Queues, the longest wait first", "Köer, längst väntan först", "Køer, lengst ventetid først",
        "Køer, længst ventetid først", "Jonot, pisin odotusaika ensin";
    age: "data {} old", "data {} gamla", "data {} gamle", "data {} gamle", "tiedot {} vanhoja";
    no_data: "NO CURRENT DATA", "INGA AKTUELLA DATA", "INGEN AKTUELLE DATA", "INGEN AKTUELLE DATA",
        "EI AJANTASAISIA TIETOJA";
    stale: "{}: data {} old", "{}: data {} gamla", "{}: data {} gamle", "{}: data {} gamle", "{}: tiedot {} vanhoja";
    not_read: "{}: not read yet", "{}: inte läst än", "{}: ikke lest ennå", "{}: ikke læst endnu", "{}: ei vielä luettu";
    missing: "Nothing is found for this address", "Inget hittas för den här adressen",
        "Ingenting finnes for denne adressen", "Der findes intet for denne adresse", "Tästä osoitteesta ei löydy mitään";
    not_in_trio: "{}: not in Trio", "{}: finns inte i Trio", "{}: finnes ikke i Trio", "{}: findes ikke i Trio",
        "{}: ei ole Triossa";
    boards: "Wallboards", "Tavlor", "Tavler", "Tavler", "Taulut";
    no_services: "no services", "inga tjänster", "ingen tjenester", "ingen tjenester", "ei palveluja";
    read_at: "Read at {}", "Läst {}", "Lest kl. {}", "Læst kl. {}", "Luettu klo {}";
    rows_range: "rows {} of {}", "rader {} av {}", "rader {} av {}", "rækker {} af {}", "rivit {} / {}";
    pause: "Pause", "Pausa", "Pause", "Pause", "Pysäytä";
    resume: "Resume", "Fortsätt", "Fortsett", "Fortsæt", "Jatka";
    next: "Next", "Nästa", "Neste", "Næste", "Seuraava";
    lost_connection: "No connection to the exporter", "Ingen kontakt med exportören", "Ingen kontakt med eksportøren",
        "Ingen forbindelse til eksportøren", "Ei yhteyttä vientiohjelmaan";
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
                let is_forgotten = language != Language::En && text == *english;
                let is_same_word = key == "ok"
                    || key == "pause" && matches!(language, Language::Nb | Language::Da);
                assert!(!is_forgotten || is_same_word, "{language:?} {key}: {text}");
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
            ("fi, nb", Language::Fi),
            ("nb-NO,nb;q=0.9,en;q=0.8", Language::Nb),
            ("no", Language::Nb),
            ("nn-NO", Language::Nb),
            ("da-DK, sv;q=0.9", Language::Da),
            ("de, is", Language::En),
        ] {
            assert_eq!(Language::from_accept(accept), language, "{accept}");
        }
    }

    #[test]
    fn words_of_a_row_differ_in_every_language() {
        for language in Language::ALL {
            let texts = language.texts();
            let words = [texts.ok, texts.queue_waiting, texts.long, texts.too_long, texts.closed];
            let different: std::collections::HashSet<_> = words.into_iter().collect();
            assert_eq!(different.len(), words.len(), "{language:?}");
            for word in words.into_iter().chain([texts.closed_waiting, texts.all_busy]) {
                assert_eq!(word, word.to_uppercase(), "{language:?}: seen from five metres");
            }
            assert!(texts.closed_waiting.starts_with(texts.closed), "{language:?}");
            assert!(texts.closed_waiting.ends_with(texts.queue_waiting), "{language:?}");
        }
    }

    #[test]
    fn values_fill_the_places_in_order() {
        assert_eq!(fill("rows {} of {}", &["1–8", "31"]), "rows 1–8 of 31");
        assert_eq!(fill("{} and {}", &["{}"]), "{} and ");
    }
}
