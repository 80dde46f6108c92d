//! What the store costs: `cargo bench -p stockade-store`.
//!
//! Prints the time of the reads that every request makes, of a small commit, and of a page; then
//! streams a body of `BLOB_MIB` mebibytes (300 unless set) in and out, and fails if the process's
//! memory grew with it.

use std::{
    convert::Infallible,
    hint::black_box,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use stockade_store::{Scan, Scope, Store, StoreError, Table, ordered};

const USERS: Table<User> = Table::new("bench/users");
const KEYS: Table<AccessKey> = Table::new("bench/access-keys");
const RECORDS: u64 = 20_000;
const MIB: usize = 1024 * 1024;
/// Far below the body, far above what buffers and allocator need.
const GROWTH_LIMIT_MIB: usize = 40;

#[derive(Serialize, Deserialize)]
struct User {
    name: String,
    path: String,
    id: String,
    created: i64,
    groups: Vec<String>,
    attached: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct AccessKey {
    user: String,
    secret: String,
    active: bool,
    created: i64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = Store::in_memory();
    let scope = Scope::account("123456789012");
    fill(&store, &scope).await?;
    reads(&store, &scope)?;
    commits(&store, &scope).await?;
    blobs(&store).await
}

async fn fill(store: &Store, scope: &Scope) -> Result<(), StoreError> {
    store
        .write(|tx| {
            for number in 0..RECORDS {
                let name = ordered(number);
                let user = User {
                    name: name.clone(),
                    path: "/".into(),
                    id: "AIDAXXXXXXXXXXXXXXXXX".into(),
                    created: 0,
                    groups: vec!["admins".into()],
                    attached: vec!["arn:aws:iam::123456789012:policy/p1".into()],
                };
                let key = AccessKey {
                    user: name.clone(),
                    secret: "s".repeat(40),
                    active: true,
                    created: 0,
                };
                tx.put(USERS, scope, &[&name], &user)?;
                tx.put(KEYS, scope, &[&name], &key)?;
            }
            Ok(())
        })
        .await
}

fn reads(store: &Store, scope: &Scope) -> Result<(), StoreError> {
    let names: Vec<String> = (0..RECORDS).map(ordered).collect();
    let rounds = 100_000;
    let start = Instant::now();
    for round in 0..rounds {
        let snapshot = store.snapshot();
        let name = &names[round * 7919 % names.len()];
        let key = snapshot.get(KEYS, scope, &[name])?;
        let user = key
            .map(|key| snapshot.get(USERS, scope, &[&key.user]))
            .transpose()?;
        black_box(user);
    }
    report("snapshot, access key and user", start.elapsed(), rounds);

    let rounds = 500;
    let start = Instant::now();
    let after = [names[500].as_str()];
    let page = Scan::all().after(&after).limit(100);
    for _ in 0..rounds {
        black_box(store.snapshot().scan(USERS, scope, page).count());
    }
    report("page of 100 users", start.elapsed(), rounds);
    Ok(())
}

async fn commits(store: &Store, scope: &Scope) -> Result<(), StoreError> {
    let key = AccessKey {
        user: ordered(1),
        secret: "s".repeat(40),
        active: true,
        created: 0,
    };
    let rounds = 20_000;
    let start = Instant::now();
    for round in 0..rounds {
        let name = ordered(round as u64 * 7919 % RECORDS);
        store
            .write(|tx| tx.put(KEYS, scope, &[&name], &key))
            .await?;
    }
    report("commit of one record", start.elapsed(), rounds);
    Ok(())
}

async fn blobs(store: &Store) -> Result<(), Box<dyn std::error::Error>> {
    let mib: usize = std::env::var("BLOB_MIB").map_or(Ok(300), |text| text.parse())?;
    let chunk = 64 * 1024;
    // A new buffer each time, as a socket would bring.
    let body = stream::iter(
        (0..mib * MIB / chunk).map(|n| Ok::<_, Infallible>(Bytes::from(vec![n as u8; chunk]))),
    );

    let before = peak_mib();
    let start = Instant::now();
    let blob = store.blobs().put(body).await?.keep();
    report("blob in, a MiB", start.elapsed(), mib);

    let start = Instant::now();
    let mut read = 0;
    let mut chunks = store.blobs().get(&blob, None).await?;
    while let Some(chunk) = chunks.next().await {
        read += chunk?.len();
    }
    report("blob out, a MiB", start.elapsed(), mib);
    assert_eq!(read, mib * MIB);

    if let (Some(before), Some(after)) = (before, peak_mib()) {
        let growth = after.saturating_sub(before);
        println!("{:<32} {growth:>10} MiB", "peak memory, growth by the blob");
        assert!(growth < GROWTH_LIMIT_MIB, "memory grew with the body");
    }
    store.shutdown().await;
    Ok(())
}

fn report(what: &str, elapsed: Duration, rounds: usize) {
    let each = elapsed.as_secs_f64() * 1e6 / rounds as f64;
    println!("{what:<32} {each:>10.2} µs");
}

/// The process's peak resident memory, where the system tells it (Linux).
fn peak_mib() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}
