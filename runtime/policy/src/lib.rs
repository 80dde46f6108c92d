//! The policy language and its evaluator.
