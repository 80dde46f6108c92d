//! Operators, one by one.
