//! Permission templates by names, bound to the members' places in the input.

use stockade_spec::permission::{
    Actor, Capture, CaptureIndex, FollowUp, KeyBinding, Part, Permissions, Predicate, Requirement,
    Resource, Step, Value,
};
use stockade_spec::template::{self, KeyValue, OperationPermissions, Path};
use stockade_wire::arena::{Model, ShapeIndex};

type Bound<T> = Result<T, String>;

/// The index of resolvers here: there is no code that answers, and what nobody resolves is denied.
const NOBODY: u16 = u16::MAX;

/// Binds a template. What is bound lives as long as the process, as the schemas do.
pub(crate) fn bind(
    model: &Model,
    input: ShapeIndex,
    operation: &OperationPermissions,
) -> Bound<&'static Permissions> {
    let mut binder = Binder {
        model,
        input,
        captures: Vec::new(),
        names: Vec::new(),
    };
    let requirements = operation
        .requirements
        .iter()
        .map(|requirement| binder.requirement(requirement))
        .collect::<Bound<Vec<_>>>()?;
    let follow_ups = operation
        .follow_ups
        .iter()
        .map(|follow_up| binder.follow_up(follow_up))
        .collect::<Bound<Vec<_>>>()?;
    let answers = match &operation.answers {
        Some(path) => Some(binder.capture(path)?),
        None => None,
    };
    Ok(leak(Permissions {
        class: operation.class,
        source: operation.source,
        captures: binder.captures.leak(),
        requirements: requirements.leak(),
        follow_ups: follow_ups.leak(),
        answers,
    }))
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn text(text: &str) -> &'static str {
    Box::leak(text.into())
}

struct Binder<'a> {
    model: &'a Model,
    input: ShapeIndex,
    captures: Vec<Capture>,
    /// The captures' paths, by index.
    names: Vec<Path>,
}

impl Binder<'_> {
    fn requirement(&mut self, requirement: &template::Requirement) -> Bound<Requirement> {
        Ok(Requirement {
            action: text(&requirement.action),
            resources: self.all(&requirement.resources, Self::resource)?,
            when: self.predicate(&requirement.when)?,
            each: match &requirement.each {
                Some(path) => Some(self.capture(path)?),
                None => None,
            },
            keys: self.all(&requirement.keys, Self::key)?,
            untold: self.all(&requirement.untold, |_, key| Ok(text(key)))?,
        })
    }

    fn follow_up(&mut self, follow_up: &template::FollowUp) -> Bound<FollowUp> {
        Ok(FollowUp {
            actor: match &follow_up.actor {
                template::Actor::Caller { via } => Actor::Caller { via: text(via) },
                template::Actor::Role(parts) => Actor::Role(self.all(parts, Self::part)?),
                template::Actor::Service(name) => Actor::Service(text(name)),
            },
            requirement: self.requirement(&follow_up.requirement)?,
        })
    }

    fn all<T, B>(
        &mut self,
        all: &[T],
        mut bind: impl FnMut(&mut Self, &T) -> Bound<B>,
    ) -> Bound<&'static [B]> {
        let bound: Vec<B> = all
            .iter()
            .map(|one| bind(self, one))
            .collect::<Bound<_>>()?;
        Ok(bound.leak())
    }

    fn resource(&mut self, resource: &template::Resource) -> Bound<Resource> {
        match resource {
            template::Resource::Template(parts) => {
                Ok(Resource::Template(self.all(parts, Self::part)?))
            }
            template::Resource::Resolver(call) => Ok(Resource::Resolver {
                name: text(&call.name),
                index: NOBODY,
                arguments: self.all(&call.arguments, Self::capture)?,
            }),
        }
    }

    fn part(&mut self, part: &template::Part) -> Bound<Part> {
        Ok(match part {
            template::Part::Literal(literal) => Part::Literal(text(literal)),
            template::Part::Partition => Part::Partition,
            template::Part::Region => Part::Region,
            template::Part::Account => Part::Account,
            template::Part::DnsSuffix => Part::DnsSuffix,
            template::Part::Opaque => Part::Opaque,
            template::Part::Member {
                path,
                default,
                filter,
            } => Part::Capture {
                capture: self.capture(path)?,
                default: default.as_deref().map(text),
                filter: *filter,
            },
        })
    }

    fn predicate(&mut self, predicate: &template::Predicate) -> Bound<Predicate> {
        Ok(match predicate {
            template::Predicate::Always => Predicate::Always,
            template::Predicate::Missing => Predicate::Missing,
            template::Predicate::Present(path) => Predicate::Present(self.capture(path)?),
            template::Predicate::Absent(path) => Predicate::Absent(self.capture(path)?),
            template::Predicate::OneOf(path, values) => {
                let values: Vec<&'static str> = values.iter().map(|value| text(value)).collect();
                Predicate::OneOf(self.capture(path)?, values.leak())
            }
            template::Predicate::Contains(path, part) => {
                Predicate::Contains(self.capture(path)?, text(part))
            }
            template::Predicate::Begins(path, start) => {
                Predicate::Begins(self.capture(path)?, text(start))
            }
            template::Predicate::All(all) => Predicate::All(self.all(all, Self::predicate)?),
            template::Predicate::Any(any) => Predicate::Any(self.all(any, Self::predicate)?),
            template::Predicate::Not(inner) => Predicate::Not(leak(self.predicate(inner)?)),
        })
    }

    fn key(&mut self, key: &template::Key) -> Bound<KeyBinding> {
        Ok(KeyBinding {
            key: text(&key.name),
            value: match &key.value {
                KeyValue::Literal(literal) => Value::Literal(text(literal)),
                KeyValue::Template(parts) => Value::Template(self.all(parts, Self::part)?),
                KeyValue::Member(path) => Value::Capture(self.capture(path)?),
                KeyValue::Pairs { names, values } => Value::Pairs {
                    names: self.capture(names)?,
                    values: self.capture(values)?,
                },
                KeyValue::Sole { names, values } => Value::Sole {
                    names: self.capture(names)?,
                    values: self.all(values, Self::capture)?,
                },
                KeyValue::Attributes {
                    plain,
                    expressions,
                    names,
                } => Value::Attributes {
                    plain: self.all(plain, Self::capture)?,
                    expressions: self.all(expressions, Self::capture)?,
                    names: match names {
                        Some((names, values)) => {
                            Some((self.capture(names)?, self.capture(values)?))
                        }
                        None => None,
                    },
                },
                KeyValue::Equated {
                    expression,
                    values,
                    texts,
                    otherwise,
                } => Value::Equated {
                    expression: self.capture(expression)?,
                    values: self.capture(values)?,
                    texts: self.all(texts, Self::capture)?,
                    otherwise: match otherwise {
                        Some((names, values)) => {
                            Some((self.capture(names)?, self.all(values, Self::capture)?))
                        }
                        None => None,
                    },
                },
                KeyValue::Unset => Value::Unset,
                KeyValue::Presence(path) => Value::Presence(self.capture(path)?),
                KeyValue::Header(name) => Value::Header(text(name)),
                KeyValue::Resolver(call) => Value::Resolver {
                    name: text(&call.name),
                    index: NOBODY,
                    arguments: self.all(&call.arguments, Self::capture)?,
                },
            },
        })
    }

    fn capture(&mut self, path: &Path) -> Bound<CaptureIndex> {
        let known = self.names.iter().position(|known| known == path);
        let index = match known {
            Some(index) => index,
            None => {
                let steps = self.steps(path)?;
                self.captures.push(Capture {
                    name: text(&path.to_string()),
                    steps: steps.leak(),
                });
                self.names.push(path.clone());
                self.names.len() - 1
            }
        };
        CaptureIndex::try_from(index).map_err(|_| "too many members are mentioned".to_owned())
    }

    fn steps(&self, path: &Path) -> Bound<Vec<Step>> {
        let nowhere = || format!("{path} leads nowhere");
        let mut shape = Some(self.input);
        let mut steps = Vec::with_capacity(path.0.len());
        for step in &path.0 {
            let at = shape.ok_or_else(nowhere)?;
            let (step, next) = match step {
                template::Step::Member(name) => {
                    let members = self.model.schema(at).members();
                    let place = members
                        .iter()
                        .position(|member| member.member_name() == Some(name))
                        .ok_or_else(nowhere)?;
                    let index = u16::try_from(place).map_err(|_| nowhere())?;
                    (Step::Member(index), self.model.target(at, place))
                }
                template::Step::Each => (Step::Each, self.model.target(at, 0)),
                template::Step::Keys => (Step::Keys, None),
                template::Step::Values => (Step::Values, self.model.target(at, 0)),
            };
            steps.push(step);
            shape = next;
        }
        Ok(steps)
    }
}
