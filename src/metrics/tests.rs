//! Tests of whole encodings.
