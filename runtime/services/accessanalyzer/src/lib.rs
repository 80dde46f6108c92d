//! IAM Access Analyzer: validation of policies, and whether a resource's policy lets everyone in.
//!
//! `ValidatePolicy` and `CheckNoPublicAccess` behave as the IAM Access Analyzer API Reference and the IAM User Guide say. All else
//! (analyzers, findings, access previews, generated policies, the checks that compare policies) keeps the generated
//! default: `NotImplemented`.
//!
//! The crate is thin and keeps no state: what is found is `stockade_analysis`'s, on IAM's authorization reference from the catalog.
//! Findings are in English whatever the locale asked for.
//!
//! ```
//! use stockade_accessanalyzer::AccessAnalyzer;
//! use stockade_spec::Service;
//!
//! let service = stockade_accessanalyzer_api::Server::new(AccessAnalyzer);
//! assert_eq!(service.id(), "accessanalyzer");
//! ```

mod public;
mod validation;

use stockade_accessanalyzer_api::permissions::Resolvers;
use stockade_accessanalyzer_api::shapes;
use stockade_kit::operations;
use stockade_spec::Facts;
use stockade_spec::resolve::{ResourceFacts, Scope, StateKeys};

/// The service.
#[derive(Debug, Clone, Copy)]
pub struct AccessAnalyzer;

impl stockade_accessanalyzer_api::Accessanalyzer for AccessAnalyzer {
    operations! {
        validate_policy(ValidatePolicyRequest) -> ValidatePolicyResponse = validation::validate;
        check_no_public_access(CheckNoPublicAccessRequest) -> CheckNoPublicAccessResponse = public::check;
    }
}

impl Resolvers for AccessAnalyzer {}

impl Facts for AccessAnalyzer {
    fn facts(&self, _action: &str, _resource: &str, _scope: &Scope<'_>) -> ResourceFacts {
        ResourceFacts::default()
    }

    /// Nobody here can tell anything of analyzers: none is kept.
    fn state_keys(&self, _action: &str, _resource: &str, _scope: &Scope<'_>) -> StateKeys {
        StateKeys::elsewhere("access-analyzer")
    }
}

#[cfg(test)]
mod tests;
