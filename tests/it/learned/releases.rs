//! Fields files of earlier releases, and servers that were upgraded since.

use pretty_assertions::assert_eq;
use trio_exporter::{
    config::Target,
    sim::{Dialect, HelpPages, Naming},
};

use super::{dictionary, export, judge, learn, options, own_mapping, published_mapping};
use crate::support::{Simulated, still_clock};

/// The fields file of the foreign dialect, as release 0.1.0 printed it.
const RELEASE_0_1_0: &str = include_str!("../../data/fields/release-0.1.0.yml");

#[tokio::test]
async fn fields_file_of_first_release_maps_everything() {
    let clock = still_clock();
    let server = options(Dialect::Foreign, Naming::Own, HelpPages::default());
    let trio = Simulated::start(server, clock.clone()).await;
    let app = export(&trio, clock, RELEASE_0_1_0).await;
    let published = published_mapping(&app.metrics().await);
    let judged = judge(&own_mapping(Dialect::Foreign, Naming::Own), &published);
    assert_eq!((judged.missing, judged.wrong), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn renamed_members_are_missing_and_named_not_wrong() {
    // The foreign dialect needs its fields file, the English one does not.
    for dialect in [Dialect::English, Dialect::Foreign] {
        for naming in [Naming::Related, Naming::Coded] {
            let clock = still_clock();
            let server = options(dialect, naming, HelpPages::default());
            let trio = Simulated::start(server, clock.clone()).await;
            let old = dialect.fields_file();
            let app = export(&trio, clock.clone(), &old).await;
            let metrics = app.metrics().await;
            let own = own_mapping(dialect, naming);
            let judged = judge(&own, &published_mapping(&metrics));
            assert_eq!(judged.wrong, Vec::<String>::new(), "{dialect:?} {naming:?}");
            let present = metrics.find("trio_field_present", &[]);
            assert!(present.len() > 10, "{dialect:?} {naming:?}: {present:?}");
            assert!(present.iter().all(|(_, value)| *value == 0.0), "{dialect:?}: {present:?}");
            assert_eq!(metrics.contact_center_families(), Vec::<&str>::new(), "{dialect:?}");
            // Learned again beside the old file, as much is right as without it.
            let target = Target { dictionary: dictionary(&old), ..trio.target(false) };
            let (_, file) = learn(&target, clock.clone()).await;
            let app = export(&trio, clock, &file).await;
            let again = judge(&own, &published_mapping(&app.metrics().await));
            assert_eq!(again.wrong, Vec::<String>::new(), "{dialect:?} {naming:?}");
            assert!(again.right.len() >= 8, "{dialect:?} {naming:?}: {again:?}\n{file}");
        }
    }
}
