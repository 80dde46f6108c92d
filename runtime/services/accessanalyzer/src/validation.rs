//! `ValidatePolicy`.

use stockade_accessanalyzer_api::shapes::{self, PathElement, ValidationExceptionReason};
use stockade_analysis::{Authority, Finding, Kind, PolicyType, Position, Step};
use stockade_catalog::REFERENCES;
use stockade_kit::page::{self, Markers};
use stockade_spec::{Error, RequestContext};

use crate::AccessAnalyzer;

const MARKERS: Markers = Markers::new("ValidatePolicy");
/// The most findings of one answer.
const PAGE: usize = 1_000;

pub(crate) async fn validate(
    _service: &AccessAnalyzer,
    _context: &RequestContext,
    input: shapes::ValidatePolicyRequest,
) -> Result<shapes::ValidatePolicyResponse, Error> {
    let kind = match input.policy_type {
        shapes::PolicyType::IdentityPolicy => PolicyType::Identity,
        shapes::PolicyType::ResourcePolicy => PolicyType::Resource,
        shapes::PolicyType::ServiceControlPolicy => PolicyType::ServiceControl,
        shapes::PolicyType::ResourceControlPolicy => PolicyType::ResourceControl,
        shapes::PolicyType::Unknown(_) => return Err(invalid("policyType", "is not valid")),
    };
    let resource_type = input.validate_policy_resource_type.as_ref();
    // A type of resource counts for policies of resources alone.
    let resource_type = resource_type
        .filter(|_| kind == PolicyType::Resource)
        .map(shapes::ValidatePolicyResourceType::as_str);
    let first = MARKERS
        .open(input.next_token.as_deref())
        .ok()
        .and_then(|position| match position {
            None => Some(0),
            Some(position) => position.first()?.parse().ok(),
        })
        .ok_or_else(|| invalid("nextToken", "is not valid"))?;
    if input.max_results.is_some_and(|count| count < 1) {
        return Err(invalid("maxResults", "must be at least 1"));
    }
    let limit = page::clamp(input.max_results, PAGE, PAGE);
    let authority = Authority::new(&REFERENCES, stockade_described::unpack);
    let findings =
        stockade_analysis::validate(&input.policy_document, kind, resource_type, &authority);
    let rest: Vec<_> = findings
        .iter()
        .enumerate()
        .skip(first)
        .map(|(index, finding)| (index.saturating_add(1).to_string(), finding))
        .collect();
    let page = page::collect(
        MARKERS,
        rest.into_iter().map(Ok::<_, Error>),
        limit,
        |(next, _)| vec![next],
    )?;
    Ok(shapes::ValidatePolicyResponse {
        findings: page
            .items
            .iter()
            .map(|(_, finding)| shape(finding))
            .collect(),
        next_token: page.next,
    })
}

/// A field is not as it must be.
fn invalid(field: &str, message: &str) -> Error {
    shapes::ValidationException {
        message: format!("{field} {message}"),
        reason: ValidationExceptionReason::FieldValidationFailed,
        field_list: Some(vec![shapes::ValidationExceptionField {
            name: field.to_owned(),
            message: message.to_owned(),
        }]),
    }
    .into()
}

fn shape(finding: &Finding) -> shapes::ValidatePolicyFinding {
    use shapes::ValidatePolicyFindingType as Type;
    let locations = finding.locations.iter().map(|location| shapes::Location {
        path: location.path.iter().map(step).collect(),
        span: shapes::Span {
            start: position(location.start),
            end: position(location.end),
        },
    });
    shapes::ValidatePolicyFinding {
        finding_details: finding.details.clone(),
        finding_type: match finding.kind {
            Kind::Error => Type::Error,
            Kind::SecurityWarning => Type::SecurityWarning,
            Kind::Warning => Type::Warning,
            Kind::Suggestion => Type::Suggestion,
        },
        issue_code: finding.code.to_owned(),
        learn_more_link: finding.link(),
        locations: locations.collect(),
    }
}

fn step(step: &Step) -> PathElement {
    match step {
        Step::Value(name) => PathElement::Value(name.clone()),
        Step::Key(name) => PathElement::Key(name.clone()),
        Step::Index(index) => PathElement::Index(number(*index)),
    }
}

fn position(position: Position) -> shapes::Position {
    shapes::Position {
        line: number(position.line),
        column: number(position.column),
        offset: number(position.offset),
    }
}

/// A count as the wire has it; no request is large enough for more.
pub(crate) fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
