//! Session policies: what limits a session beside its role or user.

use std::io::Write;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use stockade_policy::{Policy, PolicyKind};
use stockade_spec::directory::Directory;
use stockade_spec::{Error, Session};
use stockade_sts_api::{errors, shapes};

use crate::{Sts, error};

/// What credentials have room for, in packed bytes. AWS gives shares of its own limit and keeps
/// the limit and the packing to itself; these are Stockade's.
const ROOM: usize = 2048;
/// Most characters of all session policies, the ARNs of managed ones included (`AssumeRole`, AWS STS API Reference).
const MAX_PLAINTEXT: usize = 2048;

/// The inline session policy, if its grammar is right.
pub(crate) fn inline(document: Option<String>) -> Result<Vec<Arc<str>>, Error> {
    let Some(document) = document else {
        return Ok(Vec::new());
    };
    Policy::parse_strict(&document, PolicyKind::Session)
        .map_err(|error| errors::malformed_policy_document_exception(error.to_string()))?;
    Ok(vec![Arc::from(document)])
}

/// The managed session policies, if they exist: AWS's, or of the account that the session is in.
pub(crate) fn managed(
    sts: &Sts,
    account: &str,
    arns: Option<Vec<shapes::PolicyDescriptorType>>,
) -> Result<Vec<String>, Error> {
    let arns = arns.unwrap_or_default().into_iter();
    let arns: Vec<String> = arns.filter_map(|descriptor| descriptor.arn).collect();
    for arn in &arns {
        let owner = arn.split(':').nth(4).unwrap_or_default();
        if (owner != "aws" && owner != account) || sts.iam.managed_policy(arn).is_none() {
            return Err(error::validation(format!(
                "Policy {arn} does not exist or is not attachable."
            )));
        }
    }
    Ok(arns)
}

/// Refuses what the plaintext or the packed form of session policies and tags has no room for. How full the credentials
/// are, in percent; `None` when nothing was put in.
pub(crate) fn packed_size(session: &Session) -> Result<Option<i32>, Error> {
    let inline = session.policies.iter().map(|text| text.chars().count());
    let managed = session.policy_arns.iter().map(String::len);
    if inline.chain(managed).sum::<usize>() > MAX_PLAINTEXT {
        return Err(error::validation(format!(
            "The plaintext of inline and managed session policies cannot exceed {MAX_PLAINTEXT} characters."
        )));
    }
    let tags = session.tags.iter().flat_map(|(key, value)| [key, value]);
    let documents = session.policies.iter().map(|document| &**document);
    let texts = documents.chain(session.policy_arns.iter().chain(tags).map(String::as_str));
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::best());
    let mut empty = true;
    for text in texts {
        empty = false;
        packer
            .write_all(text.as_bytes())
            .map_err(|_| Error::internal())?;
        packer.write_all(&[0]).map_err(|_| Error::internal())?;
    }
    if empty {
        return Ok(None);
    }
    let packed = packer.finish().map_err(|_| Error::internal())?.len();
    let percent = (packed * 100 / ROOM).max(1);
    if percent > 100 {
        let has_policies = !session.policies.is_empty() || !session.policy_arns.is_empty();
        return Err(errors::packed_policy_too_large_exception(
            match has_policies {
                true => format!(
                    "Packed policy consumes {percent}% of allotted space, please use smaller policy."
                ),
                false => {
                    format!("Packed size of session tags consumes {percent}% of allotted space.")
                }
            },
        ));
    }
    Ok(i32::try_from(percent).ok())
}
