//! What accounts are called, and whose an address is.
//!
//! An account that was made here keeps its name and address wherever it goes. Any other has those that
//! its id tells.

use stockade_kit::failure::Failure;
use stockade_kit::ids::is_account_id;
use stockade_store::{Scope, Snapshot, WriteTx};

use crate::state::{ADDRESSES, CONTACTS, Contact};

const BEFORE_ID: &str = "root@";
const BEHIND_ID: &str = ".example.com";

/// Who an account is.
pub(crate) fn of(snapshot: &Snapshot, account: &str) -> Result<Contact, Failure> {
    let made = snapshot.get(CONTACTS, &Scope::global(), &[account])?;
    Ok(made.unwrap_or_else(|| Contact {
        name: format!("Account {account}"),
        email: format!("{BEFORE_ID}{account}{BEHIND_ID}"),
    }))
}

/// The account with an address.
pub(crate) fn owner(snapshot: &Snapshot, email: &str) -> Result<Option<String>, Failure> {
    let address = email.to_ascii_lowercase();
    let made = snapshot.get(ADDRESSES, &Scope::global(), &[&address])?;
    let told = || {
        let id = address.strip_prefix(BEFORE_ID)?.strip_suffix(BEHIND_ID)?;
        is_account_id(id).then(|| id.to_owned())
    };
    Ok(match made.or_else(told) {
        // Whoever was made with another address has that one alone.
        Some(account) if of(snapshot, &account)?.email.eq_ignore_ascii_case(email) => Some(account),
        _ => None,
    })
}

/// Whether an account was made here.
pub(crate) fn is_made(snapshot: &Snapshot, account: &str) -> bool {
    snapshot.contains(CONTACTS, &Scope::global(), &[account])
}

/// Notes who an account is that is being made.
pub(crate) fn note(tx: &mut WriteTx, account: &str, contact: &Contact) -> Result<(), Failure> {
    let address = contact.email.to_ascii_lowercase();
    tx.put(
        ADDRESSES,
        &Scope::global(),
        &[&address],
        &account.to_owned(),
    )?;
    Ok(tx.put(CONTACTS, &Scope::global(), &[account], contact)?)
}
