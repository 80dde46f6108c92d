use serde::Deserialize;

use super::*;

const THINGS: Table<u32> = Table::new("demo/things");
const OTHERS: Table<u32> = Table::new("demo/others");

fn scope() -> Scope {
    Scope::new("000000000000", "us-east-1")
}

fn with(keys: &[&[&str]]) -> WriteTx {
    let mut tx = WriteTx::new(Snapshot::default());
    for (number, key) in (0..).zip(keys) {
        tx.put(THINGS, &scope(), key, &number).unwrap();
    }
    tx
}

fn names(tx: &Snapshot, scan: Scan<'_>) -> Vec<String> {
    tx.scan(THINGS, &scope(), scan)
        .map(|entry| entry.unwrap().parts.join("|"))
        .collect()
}

#[test]
fn records_come_and_go() {
    let mut tx = with(&[]);
    assert_eq!(tx.get(THINGS, &scope(), &["a"]).unwrap(), None);
    tx.put(THINGS, &scope(), &["a"], &1).unwrap();
    tx.put(THINGS, &scope(), &["a"], &2).unwrap();
    assert_eq!(tx.get(THINGS, &scope(), &["a"]).unwrap(), Some(2));
    assert!(tx.contains(THINGS, &scope(), &["a"]));
    assert!(tx.delete(THINGS, &scope(), &["a"]));
    assert!(!tx.delete(THINGS, &scope(), &["a"]));
    assert!(!tx.contains(THINGS, &scope(), &["a"]));
}

#[test]
fn shared_records_are_decoded_once_and_follow_every_write() {
    let shared = |tx: &Snapshot| tx.shared(THINGS, &scope(), &["a"]).unwrap();
    let mut tx = with(&[]);
    assert_eq!(shared(&tx), None);
    tx.put(THINGS, &scope(), &["a"], &1).unwrap();
    let before = tx.clone();
    let first = shared(&before).unwrap();
    assert_eq!(*first, 1);
    assert!(Arc::ptr_eq(&first, &shared(&before).unwrap()));
    assert!(Arc::ptr_eq(&first, &shared(&tx).unwrap()));

    tx.put(THINGS, &scope(), &["a"], &2).unwrap();
    assert_eq!(shared(&tx).as_deref(), Some(&2));
    assert_eq!(shared(&before).as_deref(), Some(&1));

    // Of another type, whatever was decoded before.
    const WIDER: Table<u64> = Table::new("demo/things");
    assert_eq!(*tx.shared(WIDER, &scope(), &["a"]).unwrap().unwrap(), 2);
    const WRONG: Table<String> = Table::new("demo/things");
    assert!(matches!(
        tx.shared(WRONG, &scope(), &["a"]),
        Err(StoreError::Record { .. })
    ));
}

#[test]
fn a_new_record_must_be_new() {
    let mut tx = with(&[&["a"]]);
    let refused = tx.insert_new(THINGS, &scope(), &["a"], &9);
    assert!(matches!(
        refused,
        Err(StoreError::AlreadyExists {
            table: "demo/things"
        })
    ));
    assert_eq!(tx.get(THINGS, &scope(), &["a"]).unwrap(), Some(0));
    tx.insert_new(THINGS, &scope(), &["b"], &9).unwrap();
    assert_eq!(tx.get(THINGS, &scope(), &["b"]).unwrap(), Some(9));
}

#[test]
fn tables_scopes_and_regions_are_apart() {
    let mut tx = with(&[&["a"]]);
    let elsewhere = [
        Scope::new("000000000000", "us-east-2"),
        Scope::account("000000000000"),
        Scope::new("000000000001", "us-east-1"),
        Scope::global(),
    ];
    for other in &elsewhere {
        assert!(!tx.contains(THINGS, other, &["a"]));
        assert_eq!(tx.count(THINGS, other, Scan::all()), 0);
    }
    assert!(!tx.contains(OTHERS, &scope(), &["a"]));
    for (number, other) in (10..).zip(&elsewhere) {
        tx.put(THINGS, other, &["a"], &number).unwrap();
    }
    tx.put(OTHERS, &scope(), &["a"], &99).unwrap();
    assert_eq!(tx.get(THINGS, &scope(), &["a"]).unwrap(), Some(0));
    assert_eq!(tx.count(THINGS, &scope(), Scan::all()), 1);
}

#[test]
fn a_scan_is_ordered_and_starts_after() {
    let tx = with(&[&["b"], &["a", "x"], &["a"], &["a\0"], &["ab"], &["é"]]);
    assert_eq!(names(&tx, Scan::all()), ["a", "a|x", "a\0", "ab", "b", "é"]);
    assert_eq!(
        names(&tx, Scan::all().after(&["a"])),
        ["a|x", "a\0", "ab", "b", "é"]
    );
    assert_eq!(
        names(&tx, Scan::all().after(&["a", "x"])),
        ["a\0", "ab", "b", "é"]
    );
    assert_eq!(names(&tx, Scan::all().after(&["aa"])), ["ab", "b", "é"]);
    assert_eq!(names(&tx, Scan::all().after(&["é"])), [""; 0]);
    assert_eq!(names(&tx, Scan::all().limit(2)), ["a", "a|x"]);
    assert_eq!(names(&tx, Scan::all().limit(0)), [""; 0]);
}

#[test]
fn a_scan_stays_under_its_parts() {
    let tx = with(&[&["a", "1"], &["a", "2"], &["ab", "1"], &["a"]]);
    assert_eq!(names(&tx, Scan::under(&["a"])), ["a", "a|1", "a|2"]);
    assert_eq!(names(&tx, Scan::under(&["a"]).after(&["1"])), ["a|2"]);
    assert_eq!(names(&tx, Scan::under(&["b"])), [""; 0]);
    // A position outside of what is walked neither widens nor breaks it.
    assert_eq!(
        names(&tx, Scan::under(&["a"]).starting_with("2").after(&["0"])),
        ["a|2"]
    );
    assert_eq!(
        names(&tx, Scan::under(&["a"]).starting_with("1").after(&["9"])),
        [""; 0]
    );
}

#[test]
fn a_listing_with_a_delimiter_steps_over_prefixes() {
    let tx = with(&[&["p/a/1"], &["p/a/2"], &["p/a0"], &["p/b"], &["q"]]);
    assert_eq!(
        names(&tx, Scan::all().starting_with("p/")),
        ["p/a/1", "p/a/2", "p/a0", "p/b"]
    );
    assert_eq!(
        names(&tx, Scan::all().starting_with("p/").past("p/a/")),
        ["p/a0", "p/b"]
    );
    // Of two starts the later one holds.
    let both = Scan::all().past("p/a/").after(&["p/a0"]);
    assert_eq!(names(&tx, both), ["p/b", "q"]);
    let both = Scan::all().past("p/a/").after(&["p/a/1"]);
    assert_eq!(names(&tx, both), ["p/a0", "p/b", "q"]);
}

#[test]
fn pages_cover_everything_once() {
    let keys: Vec<String> = (0..250).map(crate::ordered).collect();
    let mut tx = with(&[]);
    for key in &keys {
        tx.put(THINGS, &scope(), &[key], &0).unwrap();
    }
    let mut seen: Vec<String> = Vec::new();
    loop {
        let last = seen.last().cloned();
        let last = last.as_deref().map(|last| [last]);
        let mut scan = Scan::all().limit(33);
        if let Some(last) = &last {
            scan = scan.after(last);
        }
        let page = names(&tx, scan);
        if page.is_empty() {
            break;
        }
        seen.extend(page);
    }
    assert_eq!(seen, keys);
    assert_eq!(tx.count(THINGS, &scope(), Scan::all()), 250);
}

#[test]
fn a_transaction_walks_its_own_writes() {
    let mut tx = with(&[&["a"], &["b"]]);
    tx.delete(THINGS, &scope(), &["a"]);
    tx.put(THINGS, &scope(), &["c"], &7).unwrap();
    assert_eq!(names(&tx, Scan::all()), ["b", "c"]);
    assert_eq!(
        tx.delete_all(THINGS, &scope(), Scan::all().after(&["b"])),
        1
    );
    assert_eq!(names(&tx, Scan::all()), ["b"]);
}

#[test]
fn limits_are_enforced() {
    let mut tx = with(&[]);
    let long = "k".repeat(MAX_KEY_BYTES);
    assert!(matches!(
        tx.put(THINGS, &scope(), &[&long], &1),
        Err(StoreError::KeyTooLong { .. })
    ));
    const TEXTS: Table<String> = Table::new("demo/texts");
    assert!(matches!(
        tx.put(TEXTS, &scope(), &["a"], &"x".repeat(MAX_VALUE_BYTES)),
        Err(StoreError::ValueTooLarge { .. })
    ));
    assert!(tx.into_next().is_none());
}

#[test]
fn records_outlive_their_type() {
    #[derive(Deserialize)]
    struct Later {
        name: String,
        #[serde(default)]
        tags: Vec<String>,
    }
    #[derive(Serialize)]
    struct Earlier {
        name: &'static str,
    }
    const EARLIER: Table<Earlier> = Table::new("demo/users");
    const LATER: Table<Later> = Table::new("demo/users");
    const WRONG: Table<u32> = Table::new("demo/users");

    let mut tx = with(&[]);
    tx.put(EARLIER, &scope(), &["a"], &Earlier { name: "ann" })
        .unwrap();
    let later = tx.get(LATER, &scope(), &["a"]).unwrap().unwrap();
    assert_eq!((later.name.as_str(), later.tags.len()), ("ann", 0));
    assert!(matches!(
        tx.get(WRONG, &scope(), &["a"]),
        Err(StoreError::Record { .. })
    ));
    assert!(
        tx.scan(WRONG, &scope(), Scan::all())
            .next()
            .unwrap()
            .is_err()
    );
}
