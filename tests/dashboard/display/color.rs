//! Colours by their meaning.

/// Meaning of a colour for the reader of a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Color {
    Green,
    Yellow,
    Orange,
    Red,
    Blue,
    Purple,
    /// Grey, the colour of text, or no colour at all.
    Neutral,
}

impl Color {
    /// Returns the meaning of a colour as Grafana writes it: a name of its palette or `#rrggbb`.
    ///
    /// # Panics
    /// A colour in any other notation.
    pub(crate) fn parse(name: &str) -> Self {
        let plain = ["super-light-", "semi-dark-", "light-", "dark-"];
        let name = plain.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
        match name {
            "green" => Self::Green,
            "yellow" => Self::Yellow,
            "orange" => Self::Orange,
            "red" => Self::Red,
            "blue" => Self::Blue,
            "purple" => Self::Purple,
            "text" | "transparent" | "gray" | "grey" | "white" | "black" => Self::Neutral,
            _ => Self::parse_hex(name)
                .unwrap_or_else(|| panic!("{name} is no colour that this test knows")),
        }
    }

    fn parse_hex(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok().map(f64::from);
        let (red, green, blue) = (part(0)?, part(2)?, part(4)?);
        let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
        // Below a sixth of the range an eye sees grey.
        if most - least < 42.0 {
            return Some(Self::Neutral);
        }
        let sector = |of: f64| of / (most - least) * 60.0;
        let hue = if most <= red {
            sector(green - blue).rem_euclid(360.0)
        } else if most <= green {
            sector(blue - red) + 120.0
        } else {
            sector(red - green) + 240.0
        };
        Some(match hue {
            ..15.0 => Self::Red,
            15.0..45.0 => Self::Orange,
            45.0..70.0 => Self::Yellow,
            70.0..170.0 => Self::Green,
            170.0..255.0 => Self::Blue,
            255.0..330.0 => Self::Purple,
            _ => Self::Red,
        })
    }

    /// True for the colours that call for help.
    pub(crate) fn is_alarm(self) -> bool {
        matches!(self, Self::Yellow | Self::Orange | Self::Red)
    }

    /// Returns the word for it in tables of expectations.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Orange => "orange",
            Self::Red => "red",
            Self::Blue => "blue",
            Self::Purple => "purple",
            Self::Neutral => "grey",
        }
    }
}
