use std::panic::AssertUnwindSafe;

use bytes::Bytes;
use futures_util::FutureExt;

use super::*;
use crate::{Scan, Scope, Table};

const COUNTERS: Table<u64> = Table::new("demo/counters");

fn scope() -> Scope {
    Scope::account("000000000000")
}

fn value(snapshot: &Snapshot, name: &str) -> Option<u64> {
    snapshot.get(COUNTERS, &scope(), &[name]).unwrap()
}

async fn add(store: &Store, name: &str, by: u64) -> Result<u64, StoreError> {
    store
        .write(|tx| {
            let next = tx.get(COUNTERS, &scope(), &[name])?.unwrap_or(0) + by;
            tx.put(COUNTERS, &scope(), &[name], &next)?;
            Ok(next)
        })
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_update_is_lost() {
    let store = Store::in_memory();
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..100 {
                    add(&store, "hits", 1).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let end = store.snapshot();
    assert_eq!(value(&end, "hits"), Some(3200));
    assert_eq!(end.revision(), 3200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_never_see_half_a_transaction() {
    let store = Store::in_memory();
    let writer = {
        let store = store.clone();
        tokio::spawn(async move {
            for number in 0..500_u64 {
                store
                    .write(|tx| {
                        tx.put(COUNTERS, &scope(), &["left"], &number)?;
                        tx.put(COUNTERS, &scope(), &["right"], &number)
                    })
                    .await
                    .unwrap();
            }
        })
    };
    while !writer.is_finished() {
        let (left, right) = store
            .read(|tx| (value(tx, "left"), value(tx, "right")))
            .await;
        assert_eq!(left, right);
        tokio::task::yield_now().await;
    }
    writer.await.unwrap();
}

#[tokio::test]
async fn an_error_rolls_everything_back() {
    #[derive(Debug)]
    enum Refusal {
        NoSuchThing,
        Store,
    }
    impl From<StoreError> for Refusal {
        fn from(_: StoreError) -> Self {
            Self::Store
        }
    }

    let store = Store::in_memory();
    add(&store, "kept", 1).await.unwrap();
    let refused = store
        .write(|tx| {
            tx.put(COUNTERS, &scope(), &["kept"], &7)?;
            tx.put(COUNTERS, &scope(), &["new"], &7)?;
            Err::<(), _>(Refusal::NoSuchThing)
        })
        .await;
    assert!(matches!(refused, Err(Refusal::NoSuchThing)));
    let refused = store
        .write(|tx| {
            tx.put(COUNTERS, &scope(), &["new"], &7)?;
            tx.insert_new(COUNTERS, &scope(), &["kept"], &7)?;
            Ok::<_, Refusal>(())
        })
        .await;
    assert!(matches!(refused, Err(Refusal::Store)));

    let after = store.snapshot();
    assert_eq!(
        (value(&after, "kept"), value(&after, "new")),
        (Some(1), None)
    );
    assert_eq!(after.revision(), 1);
}

#[tokio::test]
async fn a_panic_rolls_back_and_does_not_block() {
    let store = Store::in_memory();
    let panicked = AssertUnwindSafe(store.write(|tx| {
        tx.put(COUNTERS, &scope(), &["a"], &1)?;
        if tx.revision() == 0 {
            panic!("a defect in a handler");
        }
        Ok::<_, StoreError>(())
    }))
    .catch_unwind()
    .await;
    assert!(panicked.is_err());
    assert_eq!(value(&store.snapshot(), "a"), None);
    assert_eq!(add(&store, "a", 5).await.unwrap(), 5);
}

#[tokio::test]
async fn a_snapshot_stays_as_it_was() {
    let store = Store::in_memory();
    add(&store, "a", 1).await.unwrap();
    let before = store.snapshot();
    add(&store, "a", 1).await.unwrap();
    store.reset().await.unwrap();
    assert_eq!(value(&before, "a"), Some(1));
    assert_eq!(before.revision(), 1);
    assert_eq!(value(&store.snapshot(), "a"), None);
}

#[tokio::test]
async fn commits_that_change_something_are_announced() {
    let store = Store::in_memory();
    let mut changes = store.changes();
    assert_eq!(*changes.borrow_and_update(), 0);
    store
        .write(|tx| {
            tx.delete(COUNTERS, &scope(), &["absent"]);
            Ok::<_, StoreError>(())
        })
        .await
        .unwrap();
    assert!(!changes.has_changed().unwrap());
    assert_eq!(store.snapshot().revision(), 0);

    add(&store, "a", 1).await.unwrap();
    add(&store, "a", 1).await.unwrap();
    changes.changed().await.unwrap();
    assert_eq!(*changes.borrow_and_update(), 2);
    assert!(!changes.has_changed().unwrap());
}

#[tokio::test]
async fn a_reset_forgets_records_and_blobs_and_counts_on() {
    let store = Store::in_memory();
    add(&store, "a", 1).await.unwrap();
    let small = store.blobs().put_bytes(Bytes::from_static(b"x")).await;
    let small = small.unwrap().keep();
    let large = Bytes::from(vec![7; 2 * crate::MAX_INLINE_BLOB_BYTES]);
    let large = store.blobs().put_bytes(large).await.unwrap().keep();

    store.reset().await.unwrap();

    let after = store.snapshot();
    assert_eq!(after.count(COUNTERS, &scope(), Scan::all()), 0);
    assert_eq!(after.revision(), 2);
    for blob in [&small, &large] {
        assert!(matches!(
            store.blobs().get(blob, None).await,
            Err(StoreError::BlobNotFound { .. })
        ));
    }
    assert_eq!(add(&store, "a", 1).await.unwrap(), 1);
}

#[test]
fn handles_and_futures_cross_threads() {
    fn is_send(_: &(impl Send + ?Sized)) {}
    fn is_sync<T: Send + Sync + Clone + 'static>() {}
    is_sync::<Store>();
    is_sync::<Snapshot>();
    let store = Store::in_memory();
    is_send(&add(&store, "a", 1));
    is_send(&store.read(|tx| tx.revision()));
    is_send(&store.reset());
}
