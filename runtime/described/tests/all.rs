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
            let described = description.operation(operation.name);
            let described = described.unwrap_or_else(|| panic!("{}", operation.name));
            let permissions = described.permissions();
            permissions.unwrap_or_else(|problem| panic!("{}: {problem}", operation.name));
        }
    }
    assert!(descriptions.of("nimbus").is_none());
}
