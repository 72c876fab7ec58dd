//! Waits that are read in the wrong unit: they differ from the ages of the waiting cases by a
//! constant factor.

use super::{Resource, closed_set::closed_set};

closed_set! {
    /// A factor between two units of time.
    WaitFactor {
        /// 900 to 1,100: milliseconds read as seconds.
        Thousand => "1000",
        /// 50 to 70: seconds read as minutes.
        Sixty => "60",
        /// 1/70 to 1/50: minutes read as seconds.
        Sixtieth => "1/60",
        /// 1/1,100 to 1/900: seconds read as milliseconds.
        Thousandth => "1/1000",
    }
}

/// A field whose waits differ from the ages of the waiting cases by a factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitMismatch {
    /// The resource that states the waits.
    pub resource: Resource,
    /// Name of the field.
    pub field: &'static str,
    /// The stated wait, divided by the age that the lists show.
    pub factor: WaitFactor,
    /// The form in which the field is read now, as in a fields file.
    pub form: &'static str,
}

impl WaitFactor {
    /// Returns the factor that `ratio` is about, if it is about one.
    pub fn of_ratio(ratio: f64) -> Option<Self> {
        // The bounds leave room for the time between two readings and for whole minutes.
        match ratio {
            900.0..=1100.0 => Some(Self::Thousand),
            50.0..=70.0 => Some(Self::Sixty),
            _ if (50.0..=70.0).contains(&ratio.recip()) => Some(Self::Sixtieth),
            _ if (900.0..=1100.0).contains(&ratio.recip()) => Some(Self::Thousandth),
            _ => None,
        }
    }
}

impl WaitMismatch {
    /// Returns the form that explains the factor, as in a fields file; `None`: no form does.
    pub fn likely_form(&self) -> Option<&'static str> {
        use WaitFactor::{Sixtieth, Sixty, Thousand, Thousandth};
        match (self.form, self.factor) {
            ("duration" | "seconds", Thousand) => Some("milliseconds"),
            ("duration" | "seconds", Sixtieth) => Some("minutes"),
            ("minutes", Sixty) | ("milliseconds", Thousandth) => Some("seconds"),
            _ => None,
        }
    }

    /// Describes the difference and its likely cause, in one sentence without an end.
    pub fn description(&self) -> String {
        let Self { resource, field, factor, form } = self;
        let read_as = if *form == "duration" { "seconds" } else { *form };
        let cause = match (self.likely_form(), *form, factor) {
            (Some(likely), ..) => format!("probably {likely} read as {read_as}"),
            (None, "clock", WaitFactor::Sixtieth) => {
                "probably hours and minutes read as minutes and seconds".to_owned()
            }
            (None, ..) => format!("read as {read_as}; no other form explains it"),
        };
        format!(
            "{}.{field} is about {} times the age of the waiting cases in the lists: {cause}",
            resource.as_str(),
            factor.as_str()
        )
    }

    /// Returns the line for a fields file that corrects the form, or leaves the field out where no
    /// form fits.
    pub fn fields_file_line(&self) -> String {
        let change = match self.likely_form() {
            Some(form) => format!("form: {form}"),
            None => "members: []".to_owned(),
        };
        format!("{}: {{{}: {{{change}}}}}", self.resource.as_str(), self.field)
    }

    /// Returns the remedy, in one sentence without an end.
    pub fn remedy(&self) -> String {
        let line = self.fields_file_line();
        match self.likely_form() {
            Some(_) => format!("write into the fields_file: `{line}`"),
            None => format!(
                "name another member there, or leave the field out in the fields_file: `{line}`"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_have_bounds_in_both_directions() {
        for (ratio, factor) in [
            (899.0, None),
            (900.0, Some(WaitFactor::Thousand)),
            (1100.0, Some(WaitFactor::Thousand)),
            (1101.0, None),
            (49.9, None),
            (50.0, Some(WaitFactor::Sixty)),
            (70.0, Some(WaitFactor::Sixty)),
            (70.1, None),
            (1.0, None),
            (0.0, None),
            (1.0 / 60.0, Some(WaitFactor::Sixtieth)),
            (1.0 / 49.0, None),
            (1.0 / 1000.0, Some(WaitFactor::Thousandth)),
            (1.0 / 1200.0, None),
        ] {
            assert_eq!(WaitFactor::of_ratio(ratio), factor, "{ratio}");
        }
    }

    #[test]
    fn the_likely_form_depends_on_the_form_in_use() {
        let mismatch = |form, factor| WaitMismatch {
            resource: Resource::ServiceState,
            field: "longest_wait",
            factor,
            form,
        };
        for (form, factor, likely, words) in [
            (
                "duration",
                WaitFactor::Thousand,
                Some("milliseconds"),
                "milliseconds read as seconds",
            ),
            ("seconds", WaitFactor::Sixtieth, Some("minutes"), "minutes read as seconds"),
            ("minutes", WaitFactor::Sixty, Some("seconds"), "seconds read as minutes"),
            (
                "milliseconds",
                WaitFactor::Thousandth,
                Some("seconds"),
                "seconds read as milliseconds",
            ),
            ("clock", WaitFactor::Sixtieth, None, "hours and minutes read as minutes and seconds"),
            ("duration", WaitFactor::Sixty, None, "read as seconds; no other form explains it"),
        ] {
            let mismatch = mismatch(form, factor);
            assert_eq!(mismatch.likely_form(), likely, "{form}");
            assert!(mismatch.description().contains(words), "{}", mismatch.description());
        }
        let line = mismatch("duration", WaitFactor::Thousand).fields_file_line();
        assert_eq!(line, "services/state: {longest_wait: {form: milliseconds}}");
    }
}
