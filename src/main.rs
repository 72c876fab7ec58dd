//! The binary: parse, wire, run. No logic.

fn main() {}
