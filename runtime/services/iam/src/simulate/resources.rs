//! The resources of a simulation.

use stockade_spec::Error;

use crate::simulate::invalid;

/// What a request names; without names, everything.
pub(crate) struct Resources<'a> {
    names: &'a [String],
}

impl<'a> Resources<'a> {
    /// Refuses what is no ARN; `*` stands alone.
    pub(crate) fn new(names: Option<&'a [String]>) -> Result<Self, Error> {
        let names = match names.unwrap_or_default() {
            [only] if only == "*" => &[],
            names => names,
        };
        match names.iter().find(|name| !is_arn(name)) {
            None => Ok(Self { names }),
            Some(name) => Err(invalid(format!(
                "ResourceNames are not in a valid ARN format: {name}."
            ))),
        }
    }

    /// The ARNs that the request names.
    pub(crate) fn named(&self) -> &'a [String] {
        self.names
    }
}

/// Whether a text has an ARN's form. Each part but the first may hold wildcards.
fn is_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    match parts[..] {
        [prefix, partition, service, _, _, resource] => {
            prefix == "arn" && !partition.is_empty() && !service.is_empty() && !resource.is_empty()
        }
        _ => false,
    }
}
