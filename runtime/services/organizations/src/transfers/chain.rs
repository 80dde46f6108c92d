//! How many transfers an organization may have, and how many may follow each other ("Quotas" of billing transfer,
//! AWS Billing User Guide). Where a quota can be raised, it is the greatest that AWS grants.

use stockade_kit::failure::Failure;
use stockade_organizations_api::shapes::ConstraintViolationExceptionReason as Reason;
use stockade_spec::Error;
use stockade_store::Snapshot;

use super::{Seen, Status, inbound, outbound};
use crate::errors;
use crate::state::Transfer;

/// Inbound transfers and invitations of one organization.
const MAX_INBOUND: usize = 1000;
/// Transfers that follow each other: A to B, and B to C.
const MAX_LEVEL: usize = 2;
/// All that flows into one organization, at first hand or not.
const MAX_AGGREGATE: usize = 1000;

fn refuse<T>(reason: Reason, sentence: &str) -> Result<T, Error> {
    Err(errors::constraint(reason, sentence))
}

/// The transfers into an account that are agreed.
fn agreed(snapshot: &Snapshot, account: &str, now: i64) -> Result<Vec<Transfer>, Failure> {
    let mut found = inbound(snapshot, account, now)?;
    found.retain(|seen| seen.status == Status::Accepted);
    Ok(found.into_iter().map(|seen| seen.transfer).collect())
}

/// Where the responsibility of an account goes, if it has agreed to a transfer.
fn next(snapshot: &Snapshot, account: &str, now: i64) -> Result<Option<String>, Failure> {
    let found = outbound(snapshot, account, now)?;
    Ok(found
        .into_iter()
        .find(|seen| seen.status == Status::Accepted)
        .map(|seen| seen.transfer.target))
}

/// How many transfers follow each other before an account, and how many there are in all. What goes deeper than any
/// chain may be is not looked for.
fn before(
    snapshot: &Snapshot,
    account: &str,
    now: i64,
    deeper: usize,
) -> Result<(usize, usize), Failure> {
    let (mut level, mut count) = (0, 0);
    if deeper == 0 {
        return Ok((level, count));
    }
    for transfer in agreed(snapshot, account, now)? {
        if let Some(source) = transfer.source.account(snapshot)? {
            let (levels, more) = before(snapshot, &source, now, deeper - 1)?;
            level = level.max(levels + 1);
            count += more + 1;
        }
    }
    Ok((level, count))
}

/// Refuses another invitation where there are as many as may be.
pub(super) fn check_invitation(snapshot: &Snapshot, target: &str, now: i64) -> Result<(), Failure> {
    let counts = |seen: &&Seen| matches!(seen.status, Status::Requested | Status::Accepted);
    let found = inbound(snapshot, target, now)?;
    if found.iter().filter(counts).count() >= MAX_INBOUND {
        refuse(
            Reason::ResponsibilityTransferMaxInboundQuotaViolation,
            "You have exceeded your inbound transfers limit.",
        )?;
    }
    Ok(())
}

/// Refuses an agreement where the source has one, or the chain would be too long or too wide.
pub(super) fn check_agreement(
    snapshot: &Snapshot,
    (source, target): (&str, &str),
    now: i64,
) -> Result<(), Failure> {
    if next(snapshot, source, now)?.is_some() {
        refuse(
            Reason::ResponsibilityTransferMaxOutboundQuotaViolation,
            "You have exceeded your outbound transfers limit.",
        )?;
    }
    let (mut receiver, mut after) = (target.to_owned(), 0);
    while after <= MAX_LEVEL
        && let Some(further) = next(snapshot, &receiver, now)?
    {
        receiver = further;
        after += 1;
    }
    let (levels, through) = before(snapshot, source, now, MAX_LEVEL)?;
    if levels + 1 + after > MAX_LEVEL {
        refuse(
            Reason::ResponsibilityTransferMaxLevelViolation,
            "You have exceeded the maximum length of your transfer chain.",
        )?;
    }
    let (_, others) = before(snapshot, &receiver, now, MAX_LEVEL)?;
    if others + through + 1 > MAX_AGGREGATE {
        refuse(
            Reason::ResponsibilityTransferMaxTransfersQuotaViolation,
            "You have exceeded the maximum number of inbound transfers allowed in a transfer chain.",
        )?;
    }
    Ok(())
}
