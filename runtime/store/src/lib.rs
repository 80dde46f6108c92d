//! Transactional state.
