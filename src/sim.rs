//! A simulated Trio.
