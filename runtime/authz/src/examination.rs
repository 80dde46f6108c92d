//! What each policy that bears on a request says of it: a decision told in full, for whoever asks before calling.

use std::cell::RefCell;

use stockade_policy::{
    Consulted, Effect, GuardrailKind, Layer, Miss, Place, PolicySet, Request, Source, Spoken,
    explain,
};

use crate::decision::Decision;

/// A decision, and what it was made from.
#[derive(Debug)]
pub struct Examination {
    /// The decision.
    pub decision: Decision,
    /// What was heard for each verdict, in their order; `None` where no policy was asked.
    pub hearings: Vec<Option<Hearing>>,
    /// What services do that act because of the request, if it is let, in the template's order.
    pub then: Vec<Consequence>,
}

/// What a service does because of a request.
#[derive(Debug)]
pub struct Consequence {
    /// As whom it acts, as overlays write it: `service sns.amazonaws.com`, `role arn:…`, `caller via athena.amazonaws.com`.
    pub actor: String,
    /// The decision on it.
    pub decision: Decision,
    /// What was heard for each verdict, as of an [`Examination`].
    pub hearings: Vec<Option<Hearing>>,
}

/// What policies and condition keys said for one requirement.
#[derive(Debug)]
pub struct Hearing {
    /// Every layer of policies that there can be.
    pub layers: Vec<Voice>,
    /// The condition keys that statements about the action read, each once.
    pub keys: Vec<KeyRead>,
}

/// One layer's part in a decision.
#[derive(Debug)]
pub struct Voice {
    /// The layer.
    pub layer: Layer,
    /// What it says as a whole.
    pub said: Said,
    /// Its policies.
    pub policies: Vec<Heard>,
}

/// What a layer says as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// A statement denies.
    Denies,
    /// A statement allows; of control policies, one at each level.
    Allows,
    /// No statement applies; of control policies, none at some level.
    Nothing,
    /// The layer does not bind the request: control policies exempt the management account and service-linked roles.
    Exempt,
    /// There is no policy of this layer.
    Absent,
}

/// What a policy says.
#[derive(Debug)]
pub struct Heard {
    /// The policy.
    pub source: Source,
    /// Its statements about the action.
    pub statements: Vec<Stated>,
    /// How many statements it has about other actions.
    pub others: usize,
}

/// A statement about the action.
#[derive(Debug)]
pub struct Stated {
    /// Its `Sid`, or its position where it has none.
    pub label: String,
    /// Where it begins in the policy's text.
    pub place: Option<Place>,
    /// Its effect.
    pub effect: Effect,
    /// Whether it applies.
    pub applies: bool,
    /// Why it does not.
    pub misses: Vec<Miss>,
}

/// A condition key that a statement reads.
#[derive(Debug)]
pub struct KeyRead {
    /// As the statement writes it.
    pub key: String,
    /// What it read.
    pub value: KeyValue,
}

/// What a condition key was found to be.
#[derive(Debug, PartialEq, Eq)]
pub enum KeyValue {
    /// Its values.
    Values(Vec<String>),
    /// The request does not carry it.
    Absent,
    /// Nobody here can tell; the sentence says why.
    Unknown(String),
}

/// Collects what is heard while a request is judged.
pub(crate) type Witness = RefCell<Vec<Option<Hearing>>>;

/// The layers in the order in which they are told.
const LAYERS: [Layer; 6] = [
    Layer::Identity,
    Layer::Boundary,
    Layer::Session,
    Layer::Resource,
    Layer::ServiceControl,
    Layer::ResourceControl,
];
/// Layers that most requests have none of: told only where there are any.
const RARE: [Layer; 3] = [Layer::Trust, Layer::Grant, Layer::VpcEndpoint];

impl Hearing {
    pub(crate) fn of(question: &Request<'_>, set: &PolicySet<'_>) -> Self {
        let mut spoken = explain(question, set).statements.into_iter();
        let mut keys: Vec<KeyRead> = Vec::new();
        let mut said: Vec<(Consulted<'_>, Vec<Spoken>)> = Vec::new();
        for consulted in set.consulted(&question.principal) {
            let policy = &consulted.policy.policy;
            let statements: Vec<Spoken> = spoken.by_ref().take(policy.statements().len()).collect();
            for (statement, spoken) in policy.statements().iter().zip(&statements) {
                if !is_about_action(spoken) {
                    continue;
                }
                for key in policy.keys_of(statement) {
                    if !keys.iter().any(|held| held.key.eq_ignore_ascii_case(key)) {
                        keys.push(KeyRead::of(key, question));
                    }
                }
            }
            said.push((consulted, statements));
        }
        let is_rare = |layer: &Layer| said.iter().any(|(consulted, _)| consulted.layer == *layer);
        let layers = LAYERS
            .into_iter()
            .chain(RARE.into_iter().filter(is_rare))
            .map(|layer| {
                let of_layer = said.iter().filter(|(by, _)| by.layer == layer);
                Voice {
                    layer,
                    said: sum(layer, set, of_layer.clone()),
                    policies: of_layer.map(|(by, said)| Heard::of(by, said)).collect(),
                }
            })
            .collect();
        Self { layers, keys }
    }
}

fn is_about_action(spoken: &Spoken) -> bool {
    let is_other = |miss: &Miss| matches!(miss, Miss::Action { .. });
    !spoken.misses.iter().any(is_other)
}

/// What the policies of a layer come to.
fn sum<'a>(
    layer: Layer,
    set: &PolicySet<'_>,
    said: impl Iterator<Item = &'a (Consulted<'a>, Vec<Spoken>)> + Clone,
) -> Said {
    let says = |effect: Effect, level: usize| {
        said.clone().any(|(by, statements)| {
            let is_said = |it: &Spoken| it.applies && it.effect == effect;
            by.level == level && statements.iter().any(is_said)
        })
    };
    let kind = match layer {
        Layer::ServiceControl => Some(GuardrailKind::ServiceControl),
        Layer::ResourceControl => Some(GuardrailKind::ResourceControl),
        Layer::VpcEndpoint => Some(GuardrailKind::VpcEndpoint),
        _ => None,
    };
    let mut guardrails = set.guardrails.iter();
    let guardrail = guardrails.find(|guardrail| Some(guardrail.kind) == kind);
    let mut levels = 0..guardrail.map_or(1, |guardrail| guardrail.levels.len());
    if said.clone().next().is_none() {
        match guardrail {
            Some(_) => Said::Exempt,
            None => Said::Absent,
        }
    } else if levels.clone().any(|level| says(Effect::Deny, level)) {
        Said::Denies
    } else if levels.all(|level| says(Effect::Allow, level)) {
        Said::Allows
    } else {
        Said::Nothing
    }
}

impl Heard {
    fn of(by: &Consulted<'_>, spoken: &[Spoken]) -> Self {
        let places = by.policy.policy.places();
        let about: Vec<&Spoken> = spoken.iter().filter(|it| is_about_action(it)).collect();
        Self {
            source: by.policy.source.clone(),
            others: spoken.len() - about.len(),
            statements: about
                .into_iter()
                .map(|spoken| Stated {
                    label: spoken
                        .sid
                        .clone()
                        .unwrap_or_else(|| spoken.index.to_string()),
                    place: places.get(spoken.index).copied(),
                    effect: spoken.effect,
                    applies: spoken.applies,
                    misses: spoken.misses.clone(),
                })
                .collect(),
        }
    }
}

impl KeyRead {
    fn of(key: &str, question: &Request<'_>) -> Self {
        let context = question.context;
        let value = match (context.get(key), context.unknown(key)) {
            (Some(values), _) => {
                KeyValue::Values(values.iter().map(|value| value.to_string()).collect())
            }
            (None, Some(why)) => KeyValue::Unknown(why.to_owned()),
            (None, None) => KeyValue::Absent,
        };
        Self {
            key: key.to_owned(),
            value,
        }
    }
}
