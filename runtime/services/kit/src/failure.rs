//! The error of a transaction: the caller's, or the store's own.

use stockade_spec::Error;
use stockade_store::StoreError;

/// What a transaction's closure fails with. `?` makes one from either error; outside, `?` makes an
/// [`Error`] of it again: the store's own failures are answered as AWS's internal failure, and
/// logged with their cause.
///
/// ```
/// use stockade_kit::failure::Failure;
/// use stockade_spec::Error;
/// use stockade_store::{Scope, Store, Table};
///
/// const USERS: Table<String> = Table::new("demo/users");
///
/// async fn delete(store: &Store, name: &str) -> Result<(), Error> {
///     let scope = Scope::account("000000000000");
///     store
///         .write(|tx| {
///             if tx.get(USERS, &scope, &[name])?.is_none() {
///                 return Err(Error::new("NoSuchEntity", 404, "No such user.").into());
///             }
///             tx.delete(USERS, &scope, &[name]);
///             Ok(())
///         })
///         .await
///         .map_err(Failure::into_error)
/// }
/// ```
#[derive(Debug)]
pub struct Failure(Error);

impl Failure {
    /// The error that the caller gets.
    #[must_use]
    pub fn into_error(self) -> Error {
        self.0
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        Self(Error::internal())
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.0
    }
}
