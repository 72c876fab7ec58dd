//! Form of the API client key. The vendor's manual shows one: Base64 of `NAME:SECRET`.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use secrecy::ExposeSecret;

use super::secret::Secret;

/// Form of a client key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKeyForm {
    /// Base64 of a name, a colon and a secret.
    NameAndSecret,
    /// Base64 of anything else.
    OtherBase64,
    /// No Base64.
    NotBase64,
    /// It begins with the scheme `Basic`, which the exporter adds itself.
    HasScheme,
}

/// The scheme of the header that carries the key.
const SCHEME: &str = "Basic ";

impl ClientKeyForm {
    /// Returns the form of a key.
    pub fn of_key(key: &Secret) -> Self {
        let key = key.current();
        let key = key.expose_secret();
        if key.get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME)) {
            return Self::HasScheme;
        }
        // Without the padding it is still clear, and a server may accept it.
        let config = GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true);
        let Ok(decoded) = GeneralPurpose::new(&STANDARD, config).decode(key) else {
            return Self::NotBase64;
        };
        // The secret itself may hold a colon.
        let mut parts = decoded.splitn(2, |byte| *byte == b':');
        match (parts.next(), parts.next()) {
            (Some([_, ..]), Some([_, ..])) => Self::NameAndSecret,
            _ => Self::OtherBase64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_client_keys_are_told_apart() {
        use ClientKeyForm::{HasScheme, NameAndSecret, NotBase64, OtherBase64};
        for (key, form) in [
            // NAME:SECRET, with and without its padding, and NAME:SE:CR.
            ("TkFNRTpTRUNSRVQ=", NameAndSecret),
            ("TkFNRTpTRUNSRVQ", NameAndSecret),
            ("TkFNRTpTRTpDUg==", NameAndSecret),
            // NAME, `:SECRET` and `NAME:`.
            ("TkFNRQ==", OtherBase64),
            ("OlNFQ1JFVA==", OtherBase64),
            ("TkFNRTo=", OtherBase64),
            ("NAME:SECRET", NotBase64),
            ("TkFNRTpTRUNSRVQ=x", NotBase64),
            ("åäö", NotBase64),
            ("Basic TkFNRTpTRUNSRVQ=", HasScheme),
            ("basic TkFNRTpTRUNSRVQ=", HasScheme),
        ] {
            assert_eq!(ClientKeyForm::of_key(&key.to_owned().into()), form, "{key}");
        }
    }
}
