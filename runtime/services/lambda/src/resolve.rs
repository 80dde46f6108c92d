//! What authorization asks of requests and functions.

use std::sync::Arc;

use serde_json::Value;
use stockade_kit::ids;
use stockade_lambda_api::permissions::Resolvers;
use stockade_spec::Facts;
use stockade_spec::resolve::{
    Arguments, PolicyRole, Resolved, ResourceFacts, ResourcePolicy, Scope, StateKeys,
};
use stockade_store::StoreError;

use crate::Lambda;
use crate::names::Target;
use crate::policy;
use crate::state::{FunctionRecord, PolicyRecord, StatementRecord};

/// The single value of an argument, where the request has one.
fn first<'a>(arguments: &Arguments<'a>, place: usize) -> Option<&'a str> {
    arguments.get(place)?.first().map(String::as_str)
}

/// What a request names, as `FunctionName` and `Qualifier`. Handlers refuse a qualifier that
/// contradicts the name's own, so which of the two is asked for here does not matter.
fn target(scope: &Scope<'_>, arguments: &Arguments<'_>) -> Option<Target> {
    let mut target = Target::parse(scope, first(arguments, 0)?)?;
    if let Some(qualifier) = first(arguments, 1) {
        target.qualifier = Some(qualifier.to_owned());
    }
    Some(target)
}

/// The ARN that a request names. What is no name is refused by every handler; until then it is the
/// name of a function that cannot exist.
fn function_arn(scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
    let Some(name) = first(arguments, 0) else {
        return Resolved::Known(Vec::new());
    };
    Resolved::one(match target(scope, arguments) {
        Some(target) => target.arn(),
        None => format!(
            "arn:{}:lambda:{}:{}:function:{name}",
            scope.partition, scope.region, scope.account
        ),
    })
}

fn known(values: impl IntoIterator<Item = String>) -> Resolved {
    Resolved::Known(values.into_iter().collect())
}

/// What only the function's state tells where another server has it.
fn not_here() -> Resolved {
    Resolved::Unknown("the function's state is not kept here".to_owned())
}

/// The principals of a policy document, as it names them.
fn principals(document: &str) -> Result<Vec<String>, String> {
    let document: Value = serde_json::from_str(document)
        .map_err(|error| format!("the policy is no JSON: {error}"))?;
    let statements = match &document["Statement"] {
        Value::Array(all) => all.as_slice(),
        one @ Value::Object(_) => std::slice::from_ref(one),
        _ => return Err("the policy has no statements".to_owned()),
    };
    let mut found = Vec::new();
    for statement in statements {
        match &statement["Principal"] {
            Value::String(text) => found.push(text.clone()),
            Value::Object(kinds) => {
                for value in kinds.values() {
                    match value {
                        Value::String(text) => found.push(text.clone()),
                        Value::Array(texts) => {
                            found.extend(texts.iter().filter_map(Value::as_str).map(str::to_owned));
                        }
                        _ => return Err("a principal of the policy is no text".to_owned()),
                    }
                }
            }
            _ => return Err("a statement of the policy has no principal".to_owned()),
        }
    }
    Ok(found)
}

/// The repository of an image: `account.dkr.ecr.region.amazonaws.com/name:tag`, or `@digest`.
fn repository(partition: &str, image: &str) -> Option<String> {
    let (host, path) = image.split_once('/')?;
    let mut labels = host.splitn(5, '.');
    let account = labels
        .next()
        .filter(|account| ids::is_account_id(account))?;
    let (dkr, ecr) = (labels.next()?, labels.next()?);
    let region = labels.next().filter(|region| !region.is_empty())?;
    let name = path.split(['@', ':']).next()?;
    let whole = dkr == "dkr" && ecr.starts_with("ecr") && !name.is_empty();
    whole.then(|| format!("arn:{partition}:ecr:{region}:{account}:repository/{name}"))
}

impl Lambda {
    fn policy_of(&self, target: &Target) -> Result<Option<PolicyRecord>, StoreError> {
        let qualifier = target.qualifier.as_deref();
        PolicyRecord::find(&self.store.snapshot(), &target.function, qualifier)
    }

    /// What a statement of a stored policy says: `FunctionName`, `Qualifier`, `StatementId`.
    fn of_statement(
        &self,
        scope: &Scope<'_>,
        arguments: &Arguments<'_>,
        tell: impl Fn(&StatementRecord) -> Option<String>,
    ) -> Resolved {
        if self.options.elsewhere {
            return not_here();
        }
        let (Some(target), Some(id)) = (target(scope, arguments), first(arguments, 2)) else {
            return Resolved::Known(Vec::new());
        };
        match self.policy_of(&target) {
            Ok(policy) => known(
                policy
                    .iter()
                    .filter_map(|policy| tell(policy.statement(id)?)),
            ),
            Err(error) => {
                tracing::error!(%error, "the store failed");
                Resolved::Unknown("the function's policy cannot be read".to_owned())
            }
        }
    }

    fn known_of(&self, target: &Target) -> Result<ResourceFacts, StoreError> {
        let policy = self.policy_of(target)?.map(|policy| ResourcePolicy {
            document: Arc::from(policy::document(&policy)),
            label: match &target.qualifier {
                Some(qualifier) => {
                    format!("function policy of {}:{qualifier}", target.function.name)
                }
                None => format!("function policy of {}", target.function.name),
            },
            role: PolicyRole::Grants,
        });
        Ok(ResourceFacts {
            policy,
            ..ResourceFacts::default()
        })
    }
}

impl Resolvers for Lambda {
    fn execution_of_callback(&self, _scope: &Scope<'_>, _arguments: &Arguments<'_>) -> Resolved {
        Resolved::Unknown(
            "there are no durable executions here that a callback could belong to".to_owned(),
        )
    }

    fn function(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        function_arn(scope, arguments)
    }

    fn function_of_mapping(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        match arguments {
            [_, names] if !names.is_empty() => function_arn(scope, &[names]),
            _ => Resolved::Unknown("there are no event source mappings here".to_owned()),
        }
    }

    fn layer_version(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let (Some(layer), Some(version)) = (first(arguments, 0), first(arguments, 1)) else {
            return Resolved::Known(Vec::new());
        };
        Resolved::one(if layer.starts_with("arn:") {
            format!("{layer}:{version}")
        } else {
            format!(
                "arn:{}:lambda:{}:{}:layer:{layer}:{version}",
                scope.partition, scope.region, scope.account
            )
        })
    }

    fn principal_of_statement(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        self.of_statement(scope, arguments, |statement| {
            Some(statement.principal.clone())
        })
    }

    fn principals_of_document(&self, _scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let Some(document) = first(arguments, 0) else {
            return Resolved::Known(Vec::new());
        };
        match principals(document) {
            Ok(principals) => Resolved::Known(principals),
            Err(why) => Resolved::Unknown(why),
        }
    }

    fn principals_of_policy(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        if self.options.elsewhere {
            return not_here();
        }
        let Some(target) = first(arguments, 0).and_then(|arn| Target::parse(scope, arn)) else {
            return Resolved::Known(Vec::new());
        };
        match self.policy_of(&target) {
            Ok(policy) => known(
                policy
                    .into_iter()
                    .flat_map(|policy| policy.statements)
                    .map(|statement| statement.principal),
            ),
            Err(error) => {
                tracing::error!(%error, "the store failed");
                Resolved::Unknown("the function's policy cannot be read".to_owned())
            }
        }
    }

    fn repository(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        let Some(image) = first(arguments, 0) else {
            return Resolved::Known(Vec::new());
        };
        match repository(scope.partition, image) {
            Some(arn) => Resolved::one(arn),
            None => Resolved::Unknown(format!("{image} is no image in Amazon ECR")),
        }
    }

    fn url_auth_type(&self, _scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        match first(arguments, 2) {
            None if self.options.elsewhere => not_here(),
            // No function has a URL here, so only the request can set the key.
            told => known(told.map(str::to_owned)),
        }
    }

    fn url_auth_type_of_statement(&self, scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        self.of_statement(scope, arguments, |statement| {
            statement.url_auth_type.clone()
        })
    }

    fn vpcs(&self, _scope: &Scope<'_>, arguments: &Arguments<'_>) -> Resolved {
        match first(arguments, 0) {
            None => Resolved::Known(Vec::new()),
            Some(subnet) => Resolved::Unknown(format!(
                "which VPC {subnet} is in is EC2's state, which is not kept here"
            )),
        }
    }
}

/// The function, version or alias of an ARN.
fn named(scope: &Scope<'_>, resource: &str) -> Option<Target> {
    let target = Target::parse(scope, resource)?;
    (resource.starts_with("arn:") && target.function.partition == scope.partition).then_some(target)
}

impl Facts for Lambda {
    fn facts(&self, _action: &str, resource: &str, scope: &Scope<'_>) -> ResourceFacts {
        let Some(target) = named(scope, resource) else {
            return ResourceFacts::default();
        };
        self.known_of(&target).unwrap_or_else(|error| {
            tracing::error!(%error, "the store failed");
            ResourceFacts::unreadable()
        })
    }

    fn state_keys(&self, _action: &str, resource: &str, scope: &Scope<'_>) -> StateKeys {
        let Some(target) = named(scope, resource) else {
            return StateKeys::default();
        };
        match FunctionRecord::find(&self.store.snapshot(), &target.function) {
            Ok(record) => StateKeys {
                // A function's tags stand for its versions and aliases too.
                tags: record.into_iter().flat_map(|record| record.tags).collect(),
                ..StateKeys::default()
            },
            Err(error) => {
                tracing::error!(%error, "the store failed");
                StateKeys::elsewhere("lambda")
            }
        }
    }
}
