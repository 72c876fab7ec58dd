//! Negotiation of compression by `Accept-Encoding`.

use super::negotiate::{parameters, quality};

/// Returns true if the header prefers gzip to plain text, or likes both the same.
pub fn wants_gzip(accept_encoding: &str) -> bool {
    let entries =
        || accept_encoding.split(',').map(|entry| (coding(entry), quality(parameters(entry))));
    let named = |name: &str| {
        entries().find(|(coding, _)| coding.eq_ignore_ascii_case(name)).map(|(_, q)| q)
    };
    // `x-gzip` is the old name of the same coding (RFC 9110). `identity` counts 0 when not named: a
    // client that lists gzip at all wants it, at any weight.
    let gzip = named("gzip").or_else(|| named("x-gzip")).or_else(|| named("*")).unwrap_or(0.0);
    gzip > 0.0 && gzip >= named("identity").unwrap_or(0.0)
}

fn coding(entry: &str) -> &str {
    entry.split(';').next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_needs_at_least_the_weight_of_identity() {
        for (header, expected) in [
            ("gzip", true),
            ("gzip, deflate, br, zstd", true),
            ("deflate, GZIP;q=0.5", true),
            ("x-gzip", true),
            ("*", true),
            ("gzip;q=1.0, identity; q=0.5, *;q=0", true),
            ("", false),
            ("identity", false),
            ("deflate, br", false),
            ("gzip;q=0", false),
            ("gzip;q=0.000, *", false),
            ("*;q=0", false),
            ("gzip;q=0.5, identity", false),
            ("gzip;q=nonsense", false),
        ] {
            assert_eq!(wants_gzip(header), expected, "{header}");
        }
    }
}
