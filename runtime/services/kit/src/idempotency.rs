//! Client tokens: a request that is repeated with its token gets its first answer again.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use stockade_store::{Scan, Scope, Snapshot, StoreError, Table, WriteTx};

/// How many remembered tokens of the same operation each new one looks at in each of two places,
/// to drop those that have expired: more than one, so that what lies there shrinks.
const SWEPT_PER_TOKEN: usize = 8;

const TOKENS: Table<Remembered> = Table::new("kit/client-tokens");

#[derive(Serialize, Deserialize)]
struct Remembered {
    input: InputHash,
    answer: serde_json::Value,
    /// Seconds since the epoch.
    until: i64,
}

/// What a token's input is compared by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputHash(String);

impl InputHash {
    /// The hash of an input, whose form must not depend on chance (no hash maps).
    ///
    /// # Errors
    ///
    /// [`StoreError::Record`] if the input has no JSON form.
    pub fn of(input: &impl Serialize) -> Result<Self, StoreError> {
        let bytes = serde_json::to_vec(input).map_err(not_a_record)?;
        use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
        Ok(Self(STANDARD_NO_PAD.encode(Sha256::digest(bytes))))
    }
}

/// What a token says about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recalled<T> {
    /// The token is new, or was forgotten: do the work, then [`remember`].
    New,
    /// The same request came before; this was the answer.
    Same(T),
    /// The token came before with another input: the service's mismatch error.
    Mismatch,
}

/// A token in its place: whose it is, for which operation.
#[derive(Clone, Copy, Debug)]
pub struct ClientToken<'a> {
    /// Whose token it is.
    pub scope: &'a Scope,
    /// The operation, with its service: `lambda:CreateFunction`.
    pub operation: &'a str,
    /// What the client sent.
    pub token: &'a str,
}

/// Looks whether a token came before. `now` is in seconds since the epoch.
///
/// # Errors
///
/// [`StoreError::Record`] if the remembered answer is not a `T`.
pub fn recall<T: DeserializeOwned>(
    tx: &Snapshot,
    token: ClientToken<'_>,
    input: &InputHash,
    now: i64,
) -> Result<Recalled<T>, StoreError> {
    let found = tx.get(TOKENS, token.scope, &[token.operation, token.token])?;
    match found {
        Some(before) if before.until > now => {
            if before.input != *input {
                return Ok(Recalled::Mismatch);
            }
            let answer = serde_json::from_value(before.answer).map_err(not_a_record)?;
            Ok(Recalled::Same(answer))
        }
        _ => Ok(Recalled::New),
    }
}

/// Remembers an answer for `seconds`, in the transaction that made it. `now` is in seconds since
/// the epoch.
///
/// # Errors
///
/// Those of [`WriteTx::put`].
pub fn remember<T: Serialize>(
    tx: &mut WriteTx,
    token: ClientToken<'_>,
    input: &InputHash,
    answer: &T,
    now: i64,
    seconds: i64,
) -> Result<(), StoreError> {
    sweep(tx, token, now)?;
    let remembered = Remembered {
        input: input.clone(),
        answer: serde_json::to_value(answer).map_err(not_a_record)?,
        until: now.saturating_add(seconds),
    };
    tx.put(
        TOKENS,
        token.scope,
        &[token.operation, token.token],
        &remembered,
    )
}

/// Drops expired tokens among the first ones and among those after this one; tokens being random,
/// every place gets its turn.
fn sweep(tx: &mut WriteTx, token: ClientToken<'_>, now: i64) -> Result<(), StoreError> {
    let under = [token.operation];
    let around = |scan: Scan<'_>, tx: &WriteTx| -> Result<Vec<String>, StoreError> {
        let mut expired = Vec::new();
        for entry in tx.scan(TOKENS, token.scope, scan.limit(SWEPT_PER_TOKEN)) {
            let entry = entry?;
            if entry.record.until <= now {
                expired.push(entry.name().to_owned());
            }
        }
        Ok(expired)
    };
    let mut expired = around(Scan::under(&under), tx)?;
    expired.extend(around(Scan::under(&under).after(&[token.token]), tx)?);
    for old in &expired {
        tx.delete(TOKENS, token.scope, &[token.operation, old]);
    }
    Ok(())
}

fn not_a_record(source: serde_json::Error) -> StoreError {
    StoreError::Record {
        table: TOKENS.name(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use stockade_store::Store;

    use super::*;

    #[tokio::test]
    async fn a_token_answers_again_mismatches_and_expires() {
        let store = Store::in_memory();
        let scope = Scope::new("000000000000", "us-east-1");
        let token = ClientToken {
            scope: &scope,
            operation: "demo:CreateThing",
            token: "t-1",
        };
        let input = InputHash::of(&("name", 1)).unwrap();
        let other = InputHash::of(&("name", 2)).unwrap();
        let recall_at = |input: &InputHash, now| {
            recall::<String>(&store.snapshot(), token, input, now).unwrap()
        };

        assert_eq!(recall_at(&input, 10), Recalled::New);
        store
            .write(|tx| remember(tx, token, &input, &"answer", 10, 90))
            .await
            .unwrap();
        assert_eq!(recall_at(&input, 99), Recalled::Same("answer".to_owned()));
        assert_eq!(recall_at(&other, 99), Recalled::Mismatch);
        assert_eq!(recall_at(&other, 100), Recalled::New);

        let elsewhere = ClientToken {
            operation: "demo:DeleteThing",
            ..token
        };
        assert_eq!(
            recall::<String>(&store.snapshot(), elsewhere, &input, 10).unwrap(),
            Recalled::New
        );
    }

    #[tokio::test]
    async fn expired_tokens_do_not_pile_up() {
        let store = Store::in_memory();
        let scope = Scope::account("000000000000");
        let input = InputHash::of(&()).unwrap();
        for now in 0..500 {
            let text = format!("{:04}", now * 7919 % 10_000);
            let token = ClientToken {
                scope: &scope,
                operation: "demo:CreateThing",
                token: &text,
            };
            store
                .write(|tx| remember(tx, token, &input, &(), now, 10))
                .await
                .unwrap();
        }
        let left = store.snapshot().count(TOKENS, &scope, Scan::all());
        assert!(left <= 20, "{left}");
    }
}
