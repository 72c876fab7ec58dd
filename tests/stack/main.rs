//! Stack tests.
fn main(){}
