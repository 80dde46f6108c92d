use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;

use crate::{Scan, Scope, Store, StoreError, Table, WriteTx};

const NAMES: [&str; 3] = ["demo/left", "demo/right", "demo/wide"];
const TABLES: [Table<u32>; 3] = [
    Table::new(NAMES[0]),
    Table::new(NAMES[1]),
    Table::new(NAMES[2]),
];
const KEYS: [&str; 3] = ["a", "b", "c"];
const LEFT: Table<u32> = TABLES[0];
const RIGHT: Table<u32> = TABLES[1];

fn scope() -> Scope {
    Scope::account("000000000000")
}

/// What a piece of work asks of a table.
#[derive(Clone, Copy, Debug)]
enum Ask {
    Get(usize, usize),
    Shared(usize, usize),
    Contains(usize, usize),
    Scan(usize),
    Keys(usize),
    Count(usize),
    Revision,
}

impl Ask {
    fn put(self, store: &Store) -> String {
        let now = store.snapshot();
        match self {
            Self::Get(table, key) => {
                format!("{:?}", now.get(TABLES[table], &scope(), &[KEYS[key]]))
            }
            Self::Shared(table, key) => {
                format!("{:?}", now.shared(TABLES[table], &scope(), &[KEYS[key]]))
            }
            Self::Contains(table, key) => now
                .contains(TABLES[table], &scope(), &[KEYS[key]])
                .to_string(),
            Self::Scan(table) => {
                let entries = now.scan(TABLES[table], &scope(), Scan::all());
                format!("{:?}", entries.map(Result::unwrap).collect::<Vec<_>>())
            }
            Self::Keys(table) => {
                let keys = now.keys(TABLES[table], &scope(), Scan::all());
                format!("{:?}", keys.map(Result::unwrap).collect::<Vec<_>>())
            }
            Self::Count(table) => now.count(TABLES[table], &scope(), Scan::all()).to_string(),
            Self::Revision => now.revision().to_string(),
        }
    }

    /// Whether a commit to this table and key may change the answer.
    fn is_about(self, table: usize, key: usize) -> bool {
        match self {
            Self::Contains(asked, of) => (asked, of) == (table, key),
            Self::Get(asked, _) | Self::Shared(asked, _) => asked == table,
            Self::Scan(asked) | Self::Keys(asked) | Self::Count(asked) => asked == table,
            Self::Revision => true,
        }
    }
}

/// A commit to one key of one table.
#[derive(Clone, Copy, Debug)]
enum Change {
    Put(usize, usize, u32),
    Delete(usize, usize),
    DeleteAll(usize),
    Reset,
}

impl Change {
    fn make(self, store: &Store) {
        let change = |tx: &mut WriteTx| {
            match self {
                Self::Put(table, key, value) => {
                    tx.put(TABLES[table], &scope(), &[KEYS[key]], &value)?;
                }
                Self::Delete(table, key) => {
                    tx.delete(TABLES[table], &scope(), &[KEYS[key]]);
                }
                Self::DeleteAll(table) => {
                    tx.delete_all(TABLES[table], &scope(), Scan::all());
                }
                Self::Reset => tx.clear(),
            }
            Ok::<_, StoreError>(())
        };
        futures_util::FutureExt::now_or_never(store.write(change))
            .expect("in memory nothing waits")
            .unwrap();
    }

    fn may_touch(self, ask: Ask) -> bool {
        match self {
            Self::Put(table, key, _) | Self::Delete(table, key) => ask.is_about(table, key),
            Self::DeleteAll(table) => (0..KEYS.len()).any(|key| ask.is_about(table, key)),
            Self::Reset => true,
        }
    }
}

fn asks() -> impl Strategy<Value = Ask> {
    prop_oneof![
        (0..3_usize, 0..3_usize).prop_map(|(table, key)| Ask::Get(table, key)),
        (0..3_usize, 0..3_usize).prop_map(|(table, key)| Ask::Shared(table, key)),
        (0..3_usize, 0..3_usize).prop_map(|(table, key)| Ask::Contains(table, key)),
        (0..3_usize).prop_map(Ask::Scan),
        (0..3_usize).prop_map(Ask::Keys),
        (0..3_usize).prop_map(Ask::Count),
        Just(Ask::Revision),
    ]
}

fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![
        8 => (0..3_usize, 0..3_usize, 0..2_u32).prop_map(|(table, key, value)| Change::Put(table, key, value)),
        4 => (0..3_usize, 0..3_usize).prop_map(|(table, key)| Change::Delete(table, key)),
        1 => (0..3_usize).prop_map(Change::DeleteAll),
        1 => Just(Change::Reset),
    ]
}

proptest! {
    /// What stands is what would be read again; what nothing touched stands.
    #[test]
    fn what_stands_would_be_read_again(
        before in prop::collection::vec(changes(), 0..8),
        work in prop::collection::vec(asks(), 0..4),
        after in prop::collection::vec(changes(), 0..4),
    ) {
        let store = Store::in_memory();
        before.iter().for_each(|change| change.make(&store));
        let read = || work.iter().map(|ask| ask.put(&store)).collect::<Vec<_>>();
        let (made, reads) = store.observe(read);
        prop_assert!(reads.stand(&store.snapshot()));
        for (at, change) in after.iter().enumerate() {
            change.make(&store);
            if reads.stand(&store.snapshot()) {
                prop_assert_eq!(&read(), &made);
            } else {
                let touched = |ask: &Ask| after[..=at].iter().any(|change| change.may_touch(*ask));
                prop_assert!(work.iter().any(touched));
            }
        }
    }
}

/// A change that comes between two reads of one work leaves no trace in what was read first.
#[test]
fn what_changes_under_way_does_not_stand() {
    let store = Store::in_memory();
    let put = |table, value| Change::Put(table, 0, value).make(&store);
    put(0, 1);
    put(1, 1);
    let (_, reads) = store.observe(|| {
        let left = store.snapshot().get(LEFT, &scope(), &["a"]).unwrap();
        put(0, 2);
        let right = store.snapshot().get(RIGHT, &scope(), &["a"]).unwrap();
        (left, right)
    });
    assert!(!reads.stand(&store.snapshot()));
    let (_, reads) = store.observe(|| {
        let was = store.snapshot().contains(LEFT, &scope(), &["a"]);
        Change::Delete(0, 0).make(&store);
        let is = store.snapshot().contains(LEFT, &scope(), &["a"]);
        assert!(was && !is);
    });
    assert!(!reads.stand(&store.snapshot()));
    put(0, 1);
    assert!(!reads.stand(&store.snapshot()));
}

#[test]
fn work_within_work_is_a_part_of_it_whatever_becomes_of_it() {
    let store = Store::in_memory();
    let contains = |table: Table<u32>| store.snapshot().contains(table, &scope(), &["a"]);
    let ((_, inner), outer) = store.observe(|| store.observe(|| contains(LEFT)));
    let (_, fallen) = store.observe(|| {
        let panics = AssertUnwindSafe(|| {
            store.observe(|| {
                contains(LEFT);
                panic!("to be caught");
            })
        });
        assert!(std::panic::catch_unwind(panics).is_err());
    });
    let (_, idle) = store.observe(|| ());
    // Outside of work, nothing is noted.
    contains(RIGHT);
    Change::Put(1, 0, 1).make(&store);
    let now = store.snapshot();
    assert!(
        [&inner, &outer, &fallen, &idle]
            .iter()
            .all(|reads| reads.stand(&now))
    );
    Change::Put(0, 0, 1).make(&store);
    let now = store.snapshot();
    assert!(
        [&inner, &outer, &fallen]
            .iter()
            .all(|reads| !reads.stand(&now))
    );
    assert!(idle.stand(&now));
}

/// Four writers change two tables, each by itself, while what was read is held against the newest state.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_stands_is_so_while_others_write() {
    static DONE: AtomicBool = AtomicBool::new(false);
    let store = Store::in_memory();
    let writers: Vec<_> = (0..4_usize)
        .map(|writer| {
            let store = store.clone();
            tokio::spawn(async move {
                for value in 0..500 {
                    match (writer, value % 3) {
                        (3, 0) => Change::Delete(0, 0).make(&store),
                        _ => Change::Put(writer % 2, writer / 2, value).make(&store),
                    }
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    let reader = {
        let store = store.clone();
        tokio::task::spawn_blocking(move || {
            let read = |asks: [Ask; 2]| asks.map(|ask| ask.put(&store));
            while !DONE.load(Ordering::Relaxed) {
                for asks in [
                    [Ask::Get(0, 0), Ask::Get(1, 1)],
                    [Ask::Contains(0, 0), Ask::Scan(1)],
                ] {
                    let (made, reads) = store.observe(|| read(asks));
                    let (now, at) = store.observe(|| read(asks));
                    // Only where nothing came in between is the second reading that of one state.
                    let newest = store.snapshot();
                    if at.stand(&newest) && reads.stand(&newest) {
                        assert_eq!(made, now);
                    }
                }
            }
        })
    };
    for writer in writers {
        writer.await.unwrap();
    }
    DONE.store(true, Ordering::Relaxed);
    reader.await.unwrap();
}
