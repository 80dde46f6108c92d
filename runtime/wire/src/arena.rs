//! Schemas built at run time.
