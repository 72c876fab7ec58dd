//! Queries that documents show are queries, about metrics that there are.

use super::nothing_in;
use crate::markdown::Document;
use crate::promql::{Catalogue, problems};

/// Problems of the queries of a document, one a line.
pub(crate) fn wrong(document: &Document, catalogue: &Catalogue) -> Vec<String> {
    let blocks = document.blocks().into_iter().filter(|block| block.language == "promql");
    let queries = blocks.flat_map(|block| {
        let lines: Vec<(usize, String)> =
            (1..).zip(block.text.lines().map(str::to_owned)).collect();
        lines.into_iter().map(move |(offset, query)| (block.line + offset, query))
    });
    queries
        .filter(|(_, query)| !query.trim().is_empty() && !query.starts_with('#'))
        .flat_map(|(line, query)| {
            problems(&query, catalogue)
                .into_iter()
                .map(move |what| (line, what))
                .collect::<Vec<_>>()
        })
        .map(|(line, what)| document.problem(line, what))
        .collect()
}

#[test]
fn every_query_fits_what_the_exporter_has() {
    let catalogue = Catalogue::shipped();
    nothing_in(
        &Document::shipped()
            .iter()
            .flat_map(|document| wrong(document, &catalogue))
            .collect::<Vec<_>>(),
    );
}
