use std::{convert::Infallible, path::PathBuf, time::Duration};

use futures_util::{StreamExt, stream};

use super::*;

const LARGE: usize = 3 * WRITE_PART_BYTES + 12_345;

fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|index| (index / 7 % 251) as u8).collect()
}

fn in_pieces(bytes: &[u8], piece: usize) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let pieces: Vec<_> = bytes
        .chunks(piece)
        .map(|piece| Ok(Bytes::copy_from_slice(piece)))
        .collect();
    stream::iter(pieces)
}

async fn read(blobs: &Blobs, blob: &BlobRef, range: Option<Range<u64>>) -> Vec<u8> {
    let mut chunks = blobs.get(blob, range).await.unwrap();
    let mut out = Vec::new();
    let mut left = chunks.remaining();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.unwrap();
        assert!(!chunk.is_empty() && chunk.len() <= READ_CHUNK_BYTES);
        out.extend_from_slice(&chunk);
        left -= chunk.len() as u64;
        assert_eq!(chunks.remaining(), left);
    }
    assert_eq!(left, 0);
    out
}

fn files(blobs: &Blobs) -> Vec<PathBuf> {
    blobs
        .generation()
        .directory()
        .map_or(Vec::new(), |directory| {
            std::fs::read_dir(directory)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .collect()
        })
}

/// Waits for work that was handed to another thread.
async fn until(done: impl Fn() -> bool) {
    for _ in 0..500 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it did not happen within five seconds");
}

#[tokio::test]
async fn bodies_of_all_sizes_come_back() {
    let blobs = Blobs::temporary();
    for len in [
        0,
        1,
        1024,
        MAX_INLINE_BLOB_BYTES,
        MAX_INLINE_BLOB_BYTES + 1,
        WRITE_PART_BYTES,
        WRITE_PART_BYTES + 1,
        LARGE,
    ] {
        let bytes = pattern(len);
        let blob = blobs.put(in_pieces(&bytes, 65_521)).await.unwrap().keep();
        assert_eq!(blob.len, len as u64);
        assert!(read(&blobs, &blob, None).await == bytes, "{len}");
    }
    assert_eq!(files(&blobs).len(), 4);
}

#[tokio::test]
async fn one_huge_chunk_is_a_body_too() {
    let blobs = Blobs::temporary();
    let bytes = Bytes::from(pattern(LARGE));
    let blob = blobs.put_bytes(bytes.clone()).await.unwrap().keep();
    assert!(read(&blobs, &blob, None).await == bytes);
}

#[tokio::test]
async fn ranges_are_exact() {
    let blobs = Blobs::temporary();
    for len in [1000, LARGE] {
        let bytes = pattern(len);
        let blob = blobs.put(in_pieces(&bytes, 50_000)).await.unwrap().keep();
        let end = len as u64;
        for range in [0..1, 5..905, 0..end, end - 1..end, end / 2..end] {
            let wanted = &bytes[range.start as usize..range.end as usize];
            assert!(
                read(&blobs, &blob, Some(range.clone())).await == wanted,
                "{range:?}"
            );
        }
        for nothing in [0..0, 7..7, end..end] {
            assert!(read(&blobs, &blob, Some(nothing)).await.is_empty());
        }
        let reversed = Range { start: 9, end: 3 };
        for outside in [0..end + 1, end + 1..end + 2, reversed] {
            assert!(matches!(
                blobs.get(&blob, Some(outside)).await,
                Err(StoreError::BlobRange { .. })
            ));
        }
    }
}

#[tokio::test]
async fn a_body_that_fails_leaves_nothing() {
    let blobs = Blobs::temporary();
    for good in [1, 1000] {
        let body = stream::iter((0..good).map(|_| Ok(Bytes::from(vec![1; 8192]))))
            .chain(stream::iter([Err("connection reset")]));
        let failed = blobs.put(body).await;
        assert!(matches!(failed, Err(PutError::Body("connection reset"))));
    }
    assert!(blobs.generation().directory().is_some());
    assert!(files(&blobs).is_empty());
}

#[tokio::test]
async fn a_caller_gone_half_way_leaves_nothing() {
    let blobs = Blobs::temporary();
    let body = stream::iter([Ok::<_, Infallible>(Bytes::from(vec![
        1;
        2 * WRITE_PART_BYTES
    ]))])
    .chain(stream::pending());
    let put = tokio::spawn({
        let blobs = blobs.clone();
        async move { blobs.put(body).await.map(Staged::keep) }
    });
    until(|| !files(&blobs).is_empty()).await;
    put.abort();
    until(|| files(&blobs).is_empty()).await;
}

#[tokio::test]
async fn what_is_not_kept_vanishes() {
    let blobs = Blobs::temporary();
    for len in [10, LARGE] {
        let staged = blobs.put_bytes(Bytes::from(pattern(len))).await.unwrap();
        let blob = staged.blob().clone();
        assert_eq!(read(&blobs, &blob, None).await.len(), len);
        drop(staged);
        for _ in 0..500 {
            if blobs.get(&blob, None).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(matches!(
            blobs.get(&blob, None).await,
            Err(StoreError::BlobNotFound { .. })
        ));
    }
    assert!(files(&blobs).is_empty());
}

#[tokio::test]
async fn a_reader_outlives_the_blob() {
    let blobs = Blobs::temporary();
    for len in [10, LARGE] {
        let bytes = pattern(len);
        let blob = blobs.put(in_pieces(&bytes, 4096)).await.unwrap().keep();
        let reader = blobs.get(&blob, None).await.unwrap();
        blobs.delete(&blob).await.unwrap();
        blobs.delete(&blob).await.unwrap();
        let chunks: Vec<Bytes> = reader.try_collect().await.unwrap();
        assert!(chunks.concat() == bytes);
        assert!(matches!(
            blobs.get(&blob, Some(0..0)).await,
            Err(StoreError::BlobNotFound { .. })
        ));
    }
}

#[tokio::test]
async fn a_reset_meanwhile_refuses_the_body() {
    let blobs = Blobs::temporary();
    let body = stream::once({
        let blobs = blobs.clone();
        async move {
            blobs.reset().await;
            Ok::<_, Infallible>(Bytes::from_static(b"late"))
        }
    });
    let refused = blobs.put(body).await;
    assert!(matches!(
        refused,
        Err(PutError::Store(StoreError::BlobReset))
    ));
}

#[cfg(unix)]
#[tokio::test]
async fn the_directory_is_private_and_goes_with_the_last_handle() {
    use std::os::unix::fs::PermissionsExt;

    let blobs = Blobs::temporary();
    let other = blobs.clone();
    let _ = blobs
        .put_bytes(Bytes::from(pattern(LARGE)))
        .await
        .unwrap()
        .keep();
    let directory = blobs.generation().directory().unwrap().to_owned();
    let mode = std::fs::metadata(&directory).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    drop(blobs);
    assert!(directory.exists());
    drop(other);
    assert!(!directory.exists());
}

#[tokio::test]
async fn a_reset_removes_the_directory() {
    let blobs = Blobs::temporary();
    let _ = blobs
        .put_bytes(Bytes::from(pattern(LARGE)))
        .await
        .unwrap()
        .keep();
    let directory = blobs.generation().directory().unwrap().to_owned();
    blobs.reset().await;
    assert!(!directory.exists());
}

#[tokio::test]
async fn ids_do_not_repeat() {
    let blobs = Blobs::temporary();
    let first = blobs.put_bytes(Bytes::new()).await.unwrap().keep();
    let second = blobs.put_bytes(Bytes::new()).await.unwrap().keep();
    assert_ne!(first.id, second.id);
    assert_eq!(first.id.len(), 32);
}
