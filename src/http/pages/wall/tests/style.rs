//! The colours of the style: contrast of text and background, computed as WCAG 2 defines it.

use std::collections::BTreeMap;

use regex::Regex;

const STYLE: &str = include_str!("../wall.css");

/// Least contrast of text.
const LEAST: f64 = 7.0;

/// Texts on the backgrounds on which they are set. Both have another colour in the dark.
const PAIRS: [(&str, &str); 6] = [
    ("fg", "bg"),
    ("fg", "tile"),
    ("quiet", "bg"),
    ("quiet", "tile"),
    ("ok", "bg"),
    ("waiting", "bg"),
];

fn luminance(colour: &str) -> f64 {
    let digits: Vec<char> = colour.chars().collect();
    let channel = |place: usize| {
        let text: String = match digits.len() {
            3 => [digits[place], digits[place]].iter().collect(),
            6 => digits[place * 2..place * 2 + 2].iter().collect(),
            _ => panic!("{colour:?} is no colour"),
        };
        let value = f64::from(u8::from_str_radix(&text, 16).expect("digits")) / 255.0;
        if value <= 0.03928 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// The variables of a part of the style.
fn variables(part: &str) -> BTreeMap<&str, &str> {
    let variable = Regex::new("--([a-z]+):#([0-9a-f]+)").expect("a pattern");
    variable
        .captures_iter(part)
        .map(|found| {
            let (_, [name, colour]) = found.extract();
            (name, colour)
        })
        .collect()
}

#[test]
fn contrast_of_black_and_white_is_21() {
    assert!((contrast("000", "ffffff") - 21.0).abs() < 1e-9);
    assert!((contrast("777", "fff") - 4.48).abs() < 0.01, "the usual example");
}

#[test]
fn text_has_a_contrast_of_seven_light_and_dark() {
    let (light, rest) = STYLE.split_once("prefers-color-scheme:dark").expect("both");
    let dark = rest.split_once("}}").expect("an end").0;
    for (scheme, part) in [("light", light), ("dark", dark)] {
        let colours = variables(part);
        for (text, background) in PAIRS {
            let contrast = contrast(colours[text], colours[background]);
            assert!(contrast >= LEAST, "{scheme}: {text} on {background}: {contrast:.2}");
        }
    }
    // Rules that set both, the same in light and dark.
    let both = Regex::new("background:#([0-9a-f]+);color:#([0-9a-f]+)").expect("a pattern");
    let mut count = 0;
    for found in both.captures_iter(STYLE) {
        let (rule, [background, text]) = found.extract();
        count += 1;
        assert!(contrast(text, background) >= LEAST, "{rule}");
    }
    assert_eq!(count, STYLE.matches("background:#").count(), "each background has its text");
    // Quiet text on red or violet would have none of these.
    let colours = Regex::new(r"[;{]color:#").expect("a pattern").find_iter(STYLE).count();
    assert_eq!(colours, count, "no other text has a colour of its own");
}
