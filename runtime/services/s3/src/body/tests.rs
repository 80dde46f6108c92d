use stockade_store::Store;

use super::*;

#[tokio::test]
async fn ranges_cross_pieces() {
    let store = Store::in_memory();
    let leases = Leases::default();
    let mut pieces = Vec::new();
    for text in ["abc", "", "de", "fghi"] {
        let staged = store.blobs().put_bytes(Bytes::from(text)).await.unwrap();
        pieces.push(staged.keep());
    }
    let whole = b"abcdefghi";
    for start in 0..=9_u64 {
        for end in start..=9 {
            let lease = leases.take("m", store.blobs());
            let body = open_pieces(store.blobs(), pieces.clone(), start..end, lease);
            assert_eq!(body.size_hint(), (end - start, Some(end - start)));
            let read = body.collect().await.unwrap().into_bytes();
            assert_eq!(read, whole[start as usize..end as usize], "{start}..{end}");
        }
    }
    assert!(leases.held.lock().is_empty());
}

#[tokio::test]
async fn garbage_waits_for_the_last_lease() {
    let store = Store::in_memory();
    let leases = Leases::default();
    let blob = store
        .blobs()
        .put_bytes(Bytes::from("x"))
        .await
        .unwrap()
        .keep();
    let lease = leases.take("m", store.blobs());
    leases.discard(
        store.blobs(),
        Garbage {
            blobs: vec![blob.clone()],
            manifest: Some("m".to_owned()),
        },
    );
    tokio::task::yield_now().await;
    assert!(store.blobs().get(&blob, None).await.is_ok());
    drop(lease);
    tokio::task::yield_now().await;
    assert!(store.blobs().get(&blob, None).await.is_err());
}
