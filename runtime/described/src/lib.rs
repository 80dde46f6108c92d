//! Services that have no code here, understood all the same: their shapes and permission templates,
//! made of the catalog's texts when a service is first asked for.
//!
//! [`Descriptions`] holds one [`Description`] a service. It reads any operation's input into a generic value, through the
//! codecs that typed services use, and has the operation's permission template in the form that authorization fills.
//!
//! The crate deliberately knows no service by name, no policy and no state: what only state can tell of a request, nobody
//! can tell of a service without code, and its templates say so.
//!
//! ```
//! use stockade_catalog::CATALOG;
//! use stockade_described::Descriptions;
//!
//! let descriptions = Descriptions::new(&CATALOG);
//! let description = descriptions.of("sqs").unwrap().unwrap();
//! let send = description.operation("SendMessage").unwrap();
//! assert_eq!(send.permissions().unwrap().requirements[0].action, "sqs:SendMessage");
//! ```

mod bind;
mod description;
mod text;

use std::fmt;
use std::sync::OnceLock;

use stockade_spec::catalog::Catalog;

pub use description::{Description, Input, Operation, unpack};

/// A text of the catalog that cannot be read: a defect of the generator, or a binary that is damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The service's id.
    pub service: &'static str,
    /// What is wrong, with the line.
    pub problem: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the description of {} is unreadable: {}",
            self.service, self.problem
        )
    }
}

impl std::error::Error for Unreadable {}

/// Every service's description, each made at its first use and kept.
#[derive(Debug)]
pub struct Descriptions {
    catalog: &'static Catalog,
    made: Box<[OnceLock<Result<Description, Unreadable>>]>,
}

impl Descriptions {
    /// The descriptions of a catalog; none is made yet.
    pub fn new(catalog: &'static Catalog) -> Self {
        Self {
            catalog,
            made: catalog.services.iter().map(|_| OnceLock::new()).collect(),
        }
    }

    /// A service's description by its id; `None` for a service that the catalog does not have.
    pub fn of(&self, service: &str) -> Option<Result<&Description, &Unreadable>> {
        let place = self
            .catalog
            .services
            .binary_search_by(|known| known.id.cmp(service))
            .ok()?;
        let made = self.made[place].get_or_init(|| {
            let service = &self.catalog.services[place];
            Description::make(service).map_err(|problem| Unreadable {
                service: service.id,
                problem,
            })
        });
        Some(made.as_ref())
    }
}
