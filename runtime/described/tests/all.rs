//! Every service of the catalog can be described.

use stockade_catalog::{CATALOG, SERVICES};
use stockade_described::Descriptions;

#[test]
fn every_service_is_described() {
    let descriptions = Descriptions::new(&CATALOG);
    for service in &SERVICES {
        let description = descriptions
            .of(service.id)
            .unwrap()
            .unwrap_or_else(|error| panic!("{error}"));
        for operation in service.operations.all() {
            assert!(
                description.operation(operation.name).is_some(),
                "{}",
                operation.name
            );
        }
    }
    assert!(descriptions.of("nimbus").is_none());
}
