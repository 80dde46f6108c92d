//! Behaviour of the whole: documents in, decisions out.
