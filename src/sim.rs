//! A simulated Trio.
mod world;
