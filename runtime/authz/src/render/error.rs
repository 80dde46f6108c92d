//! The error that a denied caller gets.

use stockade_spec::{Denied, Error};

use crate::decision::{Decision, Verdict};
use crate::render::encoded;

/// The wording of denials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// AWS's own, which differs by service and protocol.
    #[default]
    Aws,
    /// `AccessDeniedException` and one sentence, for every service.
    Localstack,
}

/// How a service's protocol says that access is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `AccessDenied`, as the query protocol has it (*Common Errors*).
    Query,
    /// `UnauthorizedOperation`, as EC2 has it.
    Ec2,
    /// `AccessDeniedException` with status 400: JSON and CBOR over RPC.
    JsonRpc,
    /// `AccessDeniedException` with status 403: JSON over REST.
    RestJson,
    /// `AccessDenied` as XML REST services other than S3 have it.
    RestXml,
    /// S3's `AccessDenied`, which tells strangers nothing but that.
    S3,
}

/// The error for a decision that denies the whole request.
pub fn denial(decision: &Decision, style: Style, form: Form) -> Error {
    error(decision, decision.first_denial(), style, form)
}

/// The errors for the elements that a decision denies while the request goes through for the others.
pub fn denied(decision: &Decision, style: Style, form: Form) -> Denied {
    if !decision.is_partial() {
        return Denied::default();
    }
    let denials = decision.denials();
    let of_elements = denials
        .into_iter()
        .filter_map(|(element, verdict)| Some((element?, verdict)));
    of_elements
        .map(|(element, verdict)| (element, error(decision, Some(verdict), style, form)))
        .collect()
}

fn error(decision: &Decision, denial: Option<&Verdict>, style: Style, form: Form) -> Error {
    if style == Style::Localstack {
        return Error::new(
            "AccessDeniedException",
            403,
            "Access to the specified resource is denied",
        );
    }
    let (code, status) = match form {
        Form::Query | Form::RestXml | Form::S3 => ("AccessDenied", 403),
        Form::Ec2 => ("UnauthorizedOperation", 403),
        Form::JsonRpc => ("AccessDeniedException", 400),
        Form::RestJson => ("AccessDeniedException", 403),
    };
    Error::new(code, status, message(decision, denial, form))
}

fn message(decision: &Decision, denial: Option<&Verdict>, form: Form) -> String {
    let foreign = decision.anonymous || denial.is_some_and(|verdict| verdict.cross_account);
    if form == Form::S3 && foreign {
        return "Access Denied".to_owned();
    }
    let principal = &decision.principal;
    let sentence = match (denial, &decision.refusal) {
        (_, Some(refusal)) => format!(
            "User: {principal} is not authorized to perform: {} {}",
            refusal.action, refusal.why
        ),
        (Some(verdict), None) => {
            let resource = verdict.resource.to_string();
            // S3 quotes the resource, and leaves it out where there is none.
            let resource = match form {
                Form::S3 if resource == "*" => String::new(),
                Form::S3 => format!(" on resource: \"{resource}\""),
                _ => format!(" on resource: {resource}"),
            };
            let reason = verdict
                .reason
                .as_ref()
                .map(|reason| format!(" {reason}"))
                .unwrap_or_default();
            format!(
                "User: {principal} is not authorized to perform: {}{resource}{reason}",
                verdict.action
            )
        }
        (None, None) => format!("User: {principal} is not authorized to perform this operation"),
    };
    match form {
        Form::Ec2 => {
            let encoded = denial
                .map(|verdict| {
                    let message = encoded::message(decision, verdict);
                    format!(". Encoded authorization failure message: {message}")
                })
                .unwrap_or_default();
            format!("You are not authorized to perform this operation. {sentence}{encoded}")
        }
        _ => sentence,
    }
}
