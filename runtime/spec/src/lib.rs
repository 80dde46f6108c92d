//! The types that generated code is written in.
