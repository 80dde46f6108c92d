//! The tree: root, organizational units, accounts; who is under whom.

use stockade_kit::failure::Failure;
use stockade_organizations_api::shapes;
use stockade_spec::{Error, RequestContext};
use stockade_store::Snapshot;

use crate::paging::Asked;
use crate::state::Membership;
use crate::{Organizations, errors};

/// Most units between the root and an account: "Quotas and service limits for AWS Organizations".
pub(crate) const MAX_DEPTH: usize = 5;

impl Membership {
    /// What stands between an account or unit and the root, both included, the root first. Empty if
    /// there is no such entity.
    pub(crate) fn line(&self, snapshot: &Snapshot, id: &str) -> Result<Vec<String>, Failure> {
        let mut line = vec![id.to_owned()];
        let mut at = id.to_owned();
        while at != self.organization.root {
            let parent = match self.account(snapshot, &at)? {
                Some(account) => account.parent,
                None => match self.unit(snapshot, &at)? {
                    Some(unit) => unit.parent,
                    None => return Ok(Vec::new()),
                },
            };
            line.push(parent.clone());
            at = parent;
        }
        line.reverse();
        Ok(line)
    }

    /// The path as `aws:PrincipalOrgPaths` has it: `o-…/r-…/ou-…/`, the entity itself included.
    pub(crate) fn path(&self, snapshot: &Snapshot, id: &str) -> Result<String, Failure> {
        let mut path = format!("{}/", self.organization.id);
        for part in self.line(snapshot, id)? {
            path.push_str(&part);
            path.push('/');
        }
        Ok(path)
    }
}

fn kind_of_parent(membership: &Membership, id: &str) -> shapes::ParentType {
    if id == membership.organization.root {
        shapes::ParentType::Root
    } else {
        shapes::ParentType::OrganizationalUnit
    }
}

pub(crate) async fn list_parents(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListParentsRequest,
) -> Result<shapes::ListParentsResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership = Membership::administered_by(&snapshot, &context.account, "ListParents")?;
    let line = membership.line(&snapshot, &input.child_id)?;
    let [.., parent, _] = line.as_slice() else {
        return Err(errors::no_child());
    };
    let shape = |parent: &String| {
        Ok(shapes::Parent {
            id: Some(parent.clone()),
            r#type: Some(kind_of_parent(&membership, parent)),
        })
    };
    let asked = Asked::new("ListParents", &input.next_token, input.max_results);
    let (parents, next_token) = asked.page(vec![parent], |parent| parent, shape)?;
    Ok(shapes::ListParentsResponse {
        parents: Some(parents),
        next_token,
    })
}

pub(crate) async fn list_children(
    service: &Organizations,
    context: &RequestContext,
    input: shapes::ListChildrenRequest,
) -> Result<shapes::ListChildrenResponse, Error> {
    let snapshot = service.store.snapshot();
    let membership = Membership::administered_by(&snapshot, &context.account, "ListChildren")?;
    if !membership.is_parent(&snapshot, &input.parent_id) {
        return Err(errors::no_parent());
    }
    let ids: Vec<String> = if input.child_type == shapes::ChildType::Account {
        let accounts = membership.accounts(&snapshot)?;
        accounts
            .into_iter()
            .filter(|account| account.parent == input.parent_id)
            .map(|account| account.id)
            .collect()
    } else {
        let units = membership.units(&snapshot)?;
        units
            .into_iter()
            .filter(|unit| unit.parent == input.parent_id)
            .map(|unit| unit.id)
            .collect()
    };
    let shape = |id| {
        Ok(shapes::Child {
            id: Some(id),
            r#type: Some(input.child_type.clone()),
        })
    };
    let asked = Asked::new("ListChildren", &input.next_token, input.max_results);
    let (children, next_token) = asked.page(ids, |id| id, shape)?;
    Ok(shapes::ListChildrenResponse {
        children: Some(children),
        next_token,
    })
}
