//! Placeholders that no member fills: declared, or an error.

use std::collections::BTreeMap;

use super::*;
use crate::permissions::bind::Unfilled;
use crate::permissions::state::State;

/// What is wrong with a table, of Athena's operations alone.
fn problems(table: &str) -> Vec<String> {
    let overlay = Overlay::default();
    let model = &MODELS.services["athena"];
    let resolved = resolve(model, &MODELS.authorization, &Tables::default(), &overlay).unwrap();
    let of_queries = |operation: &String, _: &mut Vec<Unfilled>| {
        ["GetQueryExecution", "StopQueryExecution"].contains(&operation.as_str())
    };
    let mut unfilled = resolved.unfilled;
    unfilled.retain(of_queries);
    let unfilled = BTreeMap::from([("athena".to_owned(), unfilled)]);
    let state = State::parse(table.to_owned()).unwrap();
    state.check(&root(), &MODELS, &unfilled).unwrap()
}

#[test]
fn an_undeclared_placeholder_is_an_error_at_the_operation() {
    let problems = problems("");
    assert_eq!(problems.len(), 2, "{problems:?}");
    let model = std::fs::read_to_string(root().join("models/services/athena.json")).unwrap();
    for (problem, operation) in problems
        .iter()
        .zip(["GetQueryExecution", "StopQueryExecution"])
    {
        let wanted = format!("\"{operation}\": ");
        let line = 1 + model
            .lines()
            .position(|line| line.starts_with(&wanted))
            .unwrap();
        assert_eq!(
            *problem,
            format!(
                "models/services/athena.json:{line}: no member of {operation} fills \"workgroupname\" in the ARN of type \
                 workgroup; bind it in models/overlays/athena.toml, or say in models/overlays/state.toml under [athena] \
                 what tells workgroup"
            )
        );
    }
}

#[test]
fn a_member_or_an_operation_declares() {
    let none: [String; 0] = [];
    let by = "[athena]\nworkgroup = { by = [\"QueryExecutionId\"] }\n";
    assert_eq!(problems(by), none);
    assert_eq!(problems("[athena]\nworkgroup = { of = [\"*\"] }\n"), none);
    let of = "[athena]\nworkgroup = { of = [\"GetQueryExecution\"] }\n";
    assert!(problems(of)[0].contains("no member of StopQueryExecution"));
    let another = "[athena]\ndatacatalog = { by = [\"QueryExecutionId\"] }\n";
    assert_eq!(problems(another).len(), 3);
}

#[test]
fn a_declaration_that_nothing_needs_is_an_error() {
    let text = "[athena]\nworkgroup = { by = [\n  \"QueryExecutionId\",\n  \"QueryId\",\n] }\n";
    assert_eq!(
        problems(text),
        ["models/overlays/state.toml:4: QueryId tells nothing that is left to the state"]
    );
    let problem = State::parse("[athena]\nworkgroup = { as = [] }\n".to_owned()).unwrap_err();
    assert_eq!(problem.line, 2);
}

/// Rules of the binder, on the resources of the Service Authorization Reference.
#[test]
fn names_that_differ_by_rule_alone_are_bound() {
    let only = |service: &str, operation: &str| {
        let requirement = &permissions(service)[operation].requirements[0];
        let all: Vec<String> = requirement
            .resources
            .iter()
            .map(ToString::to_string)
            .collect();
        all.join(" ")
    };
    // A type is called as its ARNs call it: `forecast-export-job` of `forecastExport`.
    assert_eq!(
        only("forecast", "DeleteForecastExportJob"),
        "{ForecastExportJobArn}"
    );
    // `AppMonitorResource` is an app monitor.
    assert_eq!(
        only("rum", "BatchGetRumMetricDefinitions"),
        "arn:{partition}:rum:{region}:{account}:appmonitor/{AppMonitorName}"
    );
    // An overlay's alternatives that an input cannot fill leave the type to the rules.
    assert_eq!(
        only("config", "AssociateResourceTypes"),
        "{ConfigurationRecorderArn}"
    );
    // What stands beside the name is the service's, and declared nowhere.
    assert_eq!(
        only("eks", "DeleteNodegroup"),
        "arn:{partition}:eks:{region}:{account}:nodegroup/{clusterName}/{nodegroupName}/{?}"
    );
    assert_eq!(
        only("lookoutequipment", "DescribeModel"),
        "arn:{partition}:lookoutequipment:{region}:{account}:model/{ModelName}/{?}"
    );
}

/// "Actions, resources, and condition keys for Amazon EC2": a transit gateway's attachment, and the subnets that it gets and
/// loses.
#[test]
fn what_is_added_and_what_is_removed_are_both_asked_for() {
    let operation = &permissions("ec2")["ModifyTransitGatewayVpcAttachment"];
    for member in ["AddSubnetIds", "RemoveSubnetIds"] {
        let subnet = format!("arn:{{partition}}:ec2:{{region}}:{{account}}:subnet/{{{member}[]}}");
        let asked = operation.requirements.iter().any(|one| {
            one.when.to_string() == member
                && one.resources.iter().any(|on| on.to_string() == subnet)
        });
        assert!(asked, "{member}");
    }
}

/// "Actions, resources, and condition keys for Amazon EC2": `ResourceIds` are what is logged, and the flow log is yet to be.
#[test]
fn what_is_made_is_not_what_the_call_names() {
    let model = &MODELS.services["ec2"];
    let (tables, overlay) = (Tables::default(), Overlay::default());
    let resolved = resolve(model, &MODELS.authorization, &tables, &overlay).unwrap();
    let made = &resolved.permissions["CreateFlowLogs"].requirements[0];
    assert_eq!(
        made.resources[0].to_string(),
        "arn:{partition}:ec2:{region}:{account}:vpc-flow-log/*"
    );
}
