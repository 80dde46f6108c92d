//! Global condition keys (*AWS global condition context keys*).

#[cfg(test)]
pub(crate) mod tests;

use std::time::UNIX_EPOCH;

use stockade_policy::Context;
use stockade_spec::resolve::StateKeys;
use stockade_spec::{Caller, RequestContext};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::fill::Keys;
use crate::request::{Facts, root_arn};

/// The keys that hold for every requirement of a request. `tags` are the user's or role's own.
pub(crate) fn global<'a>(
    context: &'a RequestContext,
    facts: &Facts<'_>,
    tags: &'a [(String, String)],
) -> Context<'a> {
    let mut keys = Context::with_capacity(32);
    principal(&mut keys, context, tags);
    session(&mut keys, context);
    if let Some(address) = facts.source_ip {
        keys.set("aws:SourceIp", address.to_canonical().to_string());
    }
    keys.set("aws:SecureTransport", text(facts.secure));
    let now = OffsetDateTime::from(context.now);
    keys.set("aws:CurrentTime", timestamp(now));
    keys.set("aws:EpochTime", now.unix_timestamp().to_string());
    keys.set("aws:RequestedRegion", context.region.as_str());
    keys.set("aws:ViaAWSService", "false");
    if let Some(agent) = (facts.header)("user-agent") {
        keys.set("aws:UserAgent", agent);
    }
    if let Some(referer) = (facts.header)("referer") {
        keys.set("aws:referer", referer);
    }
    keys
}

/// The keys of a session that a service forwards, in place of the caller's own. A user's long-term credentials are
/// forwarded as temporary ones, without MFA (*AWS global condition context keys*, `aws:MultiFactorAuthPresent`).
pub(crate) fn forwarded<'a>(keys: &mut Context<'a>, context: &RequestContext, via: &'a str) {
    if matches!(context.caller, Caller::User { .. }) && context.session.is_none() {
        keys.set("aws:MultiFactorAuthPresent", text(false));
    }
    keys.set("aws:ViaAWSService", "true");
    keys.set_many("aws:CalledVia", [via]);
    keys.set("aws:CalledViaFirst", via);
    keys.set("aws:CalledViaLast", via);
}

fn principal<'a>(
    keys: &mut Context<'a>,
    context: &'a RequestContext,
    tags: &'a [(String, String)],
) {
    let account = context.account.as_str();
    match &context.caller {
        Caller::Root => {
            keys.set("aws:PrincipalArn", root_arn(context.partition, account));
            keys.set("aws:PrincipalType", "Account");
            keys.set("aws:userid", account);
        }
        Caller::User { arn, id, name } => {
            keys.set("aws:PrincipalArn", arn.as_str());
            keys.set("aws:PrincipalType", "User");
            keys.set("aws:userid", id.as_str());
            keys.set("aws:username", name.as_str());
        }
        // For a role's session the key holds the role's ARN, not the session's.
        Caller::AssumedRole { role_arn, id, .. } => {
            keys.set("aws:PrincipalArn", role_arn.as_str());
            keys.set("aws:PrincipalType", "AssumedRole");
            keys.set("aws:userid", id.as_str());
        }
        Caller::FederatedUser { arn, id, .. } => {
            keys.set("aws:PrincipalArn", arn.as_str());
            keys.set("aws:PrincipalType", "FederatedUser");
            keys.set("aws:userid", id.as_str());
        }
        Caller::Service { name } => {
            keys.set("aws:PrincipalIsAWSService", "true");
            keys.set("aws:PrincipalServiceName", name.as_str());
            keys.set_many("aws:PrincipalServiceNamesList", [name.as_str()]);
            return;
        }
        Caller::Anonymous => {
            keys.set("aws:PrincipalAccount", "anonymous");
            keys.set("aws:PrincipalType", "Anonymous");
            keys.set("aws:userid", "anonymous");
            return;
        }
    }
    keys.set("aws:PrincipalAccount", account);
    keys.set("aws:PrincipalIsAWSService", "false");
    for (key, value) in tags {
        keys.set(format!("aws:PrincipalTag/{key}"), value.as_str());
    }
}

/// What only temporary credentials carry. A long-term key has no `aws:MultiFactorAuthPresent` at
/// all, which is why policies test it with `BoolIfExists`, nor has a federated user (*AWS global condition context keys*,
/// `aws:MultiFactorAuthPresent`).
fn session<'a>(keys: &mut Context<'a>, context: &'a RequestContext) {
    let Some(session) = &context.session else {
        return;
    };
    for (key, value) in &session.tags {
        keys.set(format!("aws:PrincipalTag/{key}"), value.as_str());
    }
    let may_have_mfa = !matches!(context.caller, Caller::FederatedUser { .. });
    if may_have_mfa {
        keys.set("aws:MultiFactorAuthPresent", text(session.mfa));
    }
    if let Some(issued) = session.issued {
        keys.set("aws:TokenIssueTime", timestamp(issued.into()));
        if session.mfa && may_have_mfa {
            let age = context.now.duration_since(issued).unwrap_or_default();
            keys.set("aws:MultiFactorAuthAge", age.as_secs().to_string());
        }
    }
    if let Some(identity) = &session.source_identity {
        keys.set("aws:SourceIdentity", identity.as_str());
    }
}

/// Why a key is unknown that only the state of a resource tells.
const ELSEWHERE: &str = "the resource's state is not kept here";

/// The keys of one requirement: those that the request sets and those of its resource, on top of
/// the request's global ones. `untold` are those that only a state tells which is not here.
pub(crate) fn requirement<'a>(
    mut context: Context<'a>,
    keys: &'a Keys,
    state: &'a StateKeys,
    untold: &'static [&'static str],
    resource_account: Option<&'a str>,
) -> Context<'a> {
    if let Some(account) = resource_account {
        context.set("aws:ResourceAccount", account);
    }
    for (key, value) in &state.tags {
        context.set(format!("aws:ResourceTag/{key}"), value.as_str());
    }
    for (key, value) in &state.keys {
        context.set(key.as_str(), value.as_str());
    }
    for key in &state.unknown {
        context.set_unknown(key.as_str(), ELSEWHERE);
    }
    for key in untold {
        context.set_unknown(*key, ELSEWHERE);
    }
    for (key, values) in keys {
        match values.as_deref() {
            Ok([]) => context.remove(key),
            Ok([one]) => context.set(key.as_ref(), one.as_str()),
            Ok(many) => context.set_many(key.as_ref(), many.iter().map(String::as_str)),
            Err(why) => context.set_unknown(key.as_ref(), why.as_str()),
        }
    }
    context
}

fn text(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

/// ISO 8601 to the second, as `aws:CurrentTime` has it.
pub(crate) fn timestamp(time: OffsetDateTime) -> String {
    time.replace_nanosecond(0)
        .unwrap_or(UNIX_EPOCH.into())
        .format(&Rfc3339)
        .unwrap_or_default()
}
