//! `ResourceHandlingOption`: the scenarios of launching an instance, and what resources each of them has to have.

use stockade_kit::arn::Arn;
use stockade_spec::Error;

use crate::simulate::invalid;
use crate::simulate::resources::Resources;

/// The action that has scenarios: "Actions, resources, and condition keys for Amazon EC2" (Service Authorization
/// Reference) lists them for no other.
const ACTION: &str = "ec2:RunInstances";

/// What every scenario has to have (`SimulateCustomPolicy`, IAM API Reference).
const ALWAYS: [&str; 3] = ["instance", "image", "security-group"];

/// The scenarios, and what each has to have beside. Those of EC2-Classic have left the page; IAM still takes them.
const SCENARIOS: [(&str, &[&str]); 6] = [
    ("EC2-Classic-InstanceStore", &[]),
    ("EC2-Classic-EBS", &["volume"]),
    ("EC2-VPC-InstanceStore", &["network-interface"]),
    (
        "EC2-VPC-InstanceStore-Subnet",
        &["network-interface", "subnet"],
    ),
    ("EC2-VPC-EBS", &["network-interface", "volume"]),
    (
        "EC2-VPC-EBS-Subnet",
        &["network-interface", "subnet", "volume"],
    ),
];

/// The scenario that a request asks for.
pub(crate) struct Handling<'a> {
    operation: &'static str,
    option: &'a str,
}

impl<'a> Handling<'a> {
    pub(crate) fn new(operation: &'static str, option: &'a str) -> Self {
        Self { operation, option }
    }

    /// Refuses a scenario that an action does not have, and one of which resources are missing.
    pub(crate) fn check(&self, actions: &[String], resources: &Resources<'_>) -> Result<(), Error> {
        let required = SCENARIOS
            .iter()
            .find(|(name, _)| *name == self.option)
            .map(|(_, more)| ALWAYS.iter().chain(more.iter()));
        let without = |action: &&String| !action.eq_ignore_ascii_case(ACTION);
        let unsupported = match &required {
            Some(_) => actions.iter().find(without),
            None => actions.first(),
        };
        if let Some(action) = unsupported {
            return Err(invalid(format!(
                "Invalid input resource handling options. Action does not support resource handling options: {action}. \
                 Please refer to the documentation for more details: \
                 https://docs.aws.amazon.com/IAM/latest/APIReference/API_{}.html",
                self.operation
            )));
        }
        let missing: Vec<&str> = required
            .into_iter()
            .flatten()
            .filter(|wanted| !resources.named().iter().any(|name| is_of(name, wanted)))
            .copied()
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(invalid(format!(
            "Invalid input resource handling options. {} requires resources that ResourceArns does not name: {}.",
            self.option,
            missing.join(", ")
        )))
    }
}

/// Whether an ARN names a resource of this type of EC2's.
fn is_of(name: &str, wanted: &str) -> bool {
    name.parse()
        .is_ok_and(|arn: Arn| arn.service == "ec2" && arn.resource_type() == Some(wanted))
}
