//! The pages as clients see them.
