//! Stack tests.
fn main() {}
