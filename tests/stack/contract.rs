//! The families of the contract that report on the contact centre.

const CONTRACT: &str = include_str!("../data/contract.tsv");

/// The names of the families of this type that come from readings of a contact centre, on both
/// pages. What the exporter says about its own readings is not among them.
pub(crate) fn about_the_contact_center(kind: &str) -> Vec<&'static str> {
    let rows = CONTRACT.lines().skip(1).filter_map(|line| {
        let [name, its_kind, _, labels] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("four columns: {line}")
        };
        let about = labels.contains("contact_center:key")
            && !name.starts_with("trio_collector_")
            && !name.starts_with("trio_poll");
        (its_kind == kind && about).then_some(name)
    });
    let names: Vec<&str> = rows.collect();
    assert!(!names.is_empty(), "no {kind} in the contract");
    names
}
