//! Behaviour through the handler's face, with state in memory.
