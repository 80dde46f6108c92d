use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;

/// An output that tells what is written to it, each time when it is asked.
struct Told(Sender<Vec<u8>>);

impl Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(bytes.to_vec()).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn started() -> (Entries, Guard, Receiver<Vec<u8>>) {
    let (told, written) = channel();
    let (entries, guard) = start(Told(told)).unwrap();
    (entries, guard, written)
}

fn log(entries: &Entries, entry: &str) {
    entries.make_writer().write_all(entry.as_bytes()).unwrap();
}

#[test]
fn an_entry_is_written_while_the_log_stays_open() {
    let (entries, _guard, written) = started();
    log(&entries, "first\n");
    assert_eq!(written.recv().unwrap(), b"first\n");
    log(&entries, "second\n");
    assert_eq!(written.recv().unwrap(), b"second\n");
}

#[test]
fn all_of_many_threads_is_there_at_the_end_and_each_in_order() {
    let (entries, guard, written) = started();
    thread::scope(|scope| {
        for name in ["a", "b", "c", "d"] {
            let entries = &entries;
            scope.spawn(move || (0..1_000).for_each(|n| log(entries, &format!("{name} {n}\n"))));
        }
    });
    drop(guard);
    let all = written.try_iter().collect::<Vec<_>>().concat();
    let all = String::from_utf8(all).unwrap();
    for name in ["a ", "b ", "c ", "d "] {
        let numbers = all.lines().filter_map(|line| line.strip_prefix(name));
        let expected: Vec<String> = (0..1_000).map(|n| n.to_string()).collect();
        assert_eq!(numbers.collect::<Vec<_>>(), expected);
    }
}

#[test]
fn what_comes_after_the_end_is_written_too() {
    let (entries, guard, written) = started();
    drop(guard);
    log(&entries, "late\n");
    assert_eq!(written.try_recv().unwrap(), b"late\n");
}

#[test]
fn a_log_that_falls_behind_holds_its_writers_up() {
    /// An output that waits for leave before each write.
    struct Slow(Receiver<()>, Arc<Mutex<Vec<u8>>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.recv().map_err(io::Error::other)?;
            self.1.lock().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let (leave, waits) = channel();
    let written = Arc::new(Mutex::new(Vec::new()));
    let (entries, guard) = start(Slow(waits, Arc::clone(&written))).unwrap();
    let (done, told) = channel();
    let entry = vec![b'x'; MAX_WAITING_BYTES];
    let logging = thread::spawn(move || {
        for number in 0..4 {
            entries.make_writer().write_all(&entry).unwrap();
            done.send(number).unwrap();
        }
    });
    // One being written and one waiting: the third has to wait.
    assert_eq!((told.recv(), told.recv()), (Ok(0), Ok(1)));
    assert!(entries_wait(&guard));
    for _ in 0..4 {
        leave.send(()).unwrap();
    }
    logging.join().unwrap();
    drop(guard);
    assert_eq!(written.lock().len(), 4 * MAX_WAITING_BYTES);
}

fn entries_wait(guard: &Guard) -> bool {
    guard.shared.waiting.lock().is_full()
}
