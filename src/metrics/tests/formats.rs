//! The two text formats, hostile names, and several targets in one encoding.

use pretty_assertions::assert_eq;

use super::{families, fixture, names, parsed, samples, value};
use crate::{
    metrics::{
        Identity, MetricsPage, Process, View, encode, exposition::classic::from_open_metrics,
    },
    model::{ServiceStatus, Text},
};

#[test]
fn both_formats_hold_the_same_samples() {
    for page in [MetricsPage::Main, MetricsPage::Agents] {
        let settings = fixture::settings(Identity::Name);
        let open_metrics =
            encode(page, &[fixture::full()], &settings, fixture::process(), fixture::taken());
        let classic = from_open_metrics(&open_metrics);
        assert!(open_metrics.ends_with("\n# EOF\n"));
        assert_eq!(open_metrics.matches("# EOF").count(), 1);
        assert!(!classic.contains("# EOF") && !classic.contains("# UNIT"));
        assert_eq!(parsed::sample_lines(&open_metrics), parsed::sample_lines(&classic));
        assert!(parsed::sample_lines(&classic).len() > 20);
    }
}

/// A target in which everything has this name.
fn named(name: &str) -> View {
    let text: Text = name.into();
    fixture::changed(|snapshot| {
        let center = &mut snapshot.centers[0];
        center.contact_center.name = Some(text.clone());
        let status = ServiceStatus {
            name: Some(text.clone()),
            id: text.clone(),
            ..fixture::service_status()
        };
        center.service_state = fixture::reading(1, vec![status], 5);
        let mut agents = center.agents.good.as_ref().expect("there").data.to_vec();
        agents.iter_mut().for_each(|agent| agent.name = Some(text.clone()));
        center.agents = fixture::reading(3, agents, 300);
    })
}

#[test]
fn hostile_names_do_not_break_lines() {
    let hostile = [
        "Kö \"14\" reg",
        "back\\slash",
        "line\nbreak",
        "\\",
        "\\n",
        "\"",
        "\n",
        "☎️ emoji 🎧",
        "åäö ÅÄÖ",
        "",
        " ",
        "} 1",
        "# EOF",
        "\n# EOF\n",
        "inf",
        "a,b=\"c\"",
        "\u{0}\u{7f}",
        "\r\n",
    ];
    for name in hostile {
        let settings = fixture::settings(Identity::Name);
        let main = families(MetricsPage::Main, &[named(name)], &settings, fixture::taken());
        let agents = families(MetricsPage::Agents, &[named(name)], &settings, fixture::taken());
        let info = &samples(&main, "trio_service_info")[0];
        assert_eq!((info.label("service_name"), info.label("service_id")), (name, name));
        assert_eq!(
            samples(&main, "trio_contact_center_info")[0].label("contact_center_name"),
            name
        );
        assert_eq!(samples(&agents, "trio_agent_info")[0].label("agent_name"), name);
    }
}

#[test]
fn long_names_are_truncated_to_200_characters() {
    let name = "å".repeat(10_000);
    let main = families(
        MetricsPage::Main,
        &[named(&name)],
        &fixture::settings(Identity::Name),
        fixture::taken(),
    );
    assert_eq!(samples(&main, "trio_service_info")[0].label("service_name"), "å".repeat(200));
}

#[test]
fn text_is_exactly_as_expected() {
    let view = fixture::changed(|snapshot| {
        let center = &mut snapshot.centers[0];
        let status = ServiceStatus {
            open: None,
            longest_wait: None,
            estimated_wait: None,
            agents_logged_on: None,
            agents_available: None,
            agents_busy: None,
            ..fixture::service_status()
        };
        center.service_state = fixture::reading(1, vec![status], 5);
        center.services = fixture::reading(0, vec![], 300);
        center.service_state.good.as_mut().expect("there").items = 1;
    });
    let settings = fixture::settings(Identity::None);
    let text = encode(MetricsPage::Main, &[view], &settings, Process::default(), fixture::taken());
    let expected = "\
# HELP trio_contact_center_info Name of a contact centre, always 1: join it to show names instead of ids. Source: cc.
# TYPE trio_contact_center_info gauge
trio_contact_center_info{target=\"main\",contact_center=\"1\",contact_center_name=\"Växjö\"} 1
# HELP trio_service_info A service (queue) that exists now, always 1: count it, or alert when one is missing. Source: services/state, names from services.
# TYPE trio_service_info gauge
trio_service_info{target=\"main\",contact_center=\"1\",service_id=\"s1\",service_name=\"\"} 1
";
    assert_eq!(&text[..expected.len()], expected);
    let unmeasured = "\
# TYPE trio_agents_unmeasured_seconds counter
# UNIT trio_agents_unmeasured_seconds seconds
trio_agents_unmeasured_seconds_total{target=\"main\",contact_center=\"1\"} 20.0
";
    assert!(text.contains(unmeasured), "{text}");
    assert!(
        from_open_metrics(&text)
            .contains("# TYPE trio_agents_unmeasured_seconds_total counter\ntrio_")
    );
}

#[test]
fn several_targets_share_each_family() {
    let other = View { name: "other".into(), ..fixture::full() };
    let settings = fixture::settings(Identity::Name);
    let both = families(MetricsPage::Main, &[fixture::full(), other], &settings, fixture::taken());
    let one = families(MetricsPage::Main, &[fixture::full()], &settings, fixture::taken());
    assert_eq!(names(&both), names(&one));
    assert_eq!(samples(&both, "trio_agents").len(), 14);
}

#[test]
fn exposition_without_targets_is_valid() {
    let settings = fixture::settings(Identity::Name);
    let main = families(MetricsPage::Main, &[], &settings, fixture::taken());
    assert_eq!(value(&main, "trio_exporter_build_info"), Some(1.0));
    assert_eq!(
        encode(MetricsPage::Agents, &[], &settings, Process::default(), fixture::taken()),
        "# EOF\n"
    );
}
