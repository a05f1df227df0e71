//! One input and one output, shared by many workers; results in the order of the input.
//!
//! A worker reads its own item and writes what is due: nothing is handed to another thread, and nobody is woken for it.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use crate::error::{Exit, Failure};

/// Results that may wait for an earlier one, for each worker. With fewer a worker may stand idle behind a slow item;
/// with more only memory is taken.
const DEPTH: u64 = 4;

/// The input, and how many items came of it.
struct Source<N> {
    next: N,
    count: u64,
    is_over: bool,
}

/// The output, and the results that came before their turn.
struct Sink<T, O> {
    take: T,
    /// The place of the result to be taken next.
    due: u64,
    early: BTreeMap<u64, Result<O, Failure>>,
    failure: Option<Failure>,
}

/// Calls `work` on `workers` threads for what `next` gives, and `take` with the results, in order.
///
/// At most [`DEPTH`] results a worker wait for their turn, so memory does not depend on how many items there are.
///
/// # Errors
/// The first failure in the order of the items; what came before it has been taken.
pub(super) fn in_order<I, O: Send>(
    workers: usize,
    next: impl FnMut() -> Result<Option<I>, Failure> + Send,
    work: impl Fn(I) -> Result<O, Failure> + Sync,
    take: impl FnMut(O) -> Result<(), Failure> + Send,
) -> Result<(), Failure> {
    let source = Mutex::new(Source { next, count: 0, is_over: false });
    let sink = Mutex::new(Sink { take, due: 0, early: BTreeMap::new(), failure: None });
    let moved = Condvar::new();
    let depth = DEPTH * workers.max(1) as u64;
    let worker = || {
        loop {
            // Not in a `while let`, which would keep the source locked while the item is worked on.
            let Some((place, item)) = lock(&source).item() else { return };
            // A panic is told in its turn too: without a result in its place nothing after it would ever be due.
            let result = item.and_then(|item| {
                catch_unwind(AssertUnwindSafe(|| work(item))).unwrap_or_else(|_| Err(worker_failed()))
            });
            let mut sink = lock(&sink);
            while place >= sink.due + depth && sink.failure.is_none() {
                sink = moved.wait(sink).unwrap_or_else(PoisonError::into_inner);
            }
            sink.put(place, result);
            moved.notify_all();
            if sink.failure.is_some() {
                lock(&source).is_over = true;
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..workers {
            scope.spawn(worker);
        }
        worker();
    });
    sink.into_inner().unwrap_or_else(PoisonError::into_inner).failure.map_or(Ok(()), Err)
}

impl<I, N: FnMut() -> Result<Option<I>, Failure>> Source<N> {
    /// The next item, or why there is none, with its place; `None` when no more come.
    fn item(&mut self) -> Option<(u64, Result<I, Failure>)> {
        if self.is_over {
            return None;
        }
        let item = (self.next)();
        self.is_over = !matches!(item, Ok(Some(_)));
        let place = self.count;
        self.count += 1;
        Some((place, item.transpose()?))
    }
}

impl<O, T: FnMut(O) -> Result<(), Failure>> Sink<T, O> {
    /// Takes a result and all that waited for it; nothing after a failure.
    fn put(&mut self, place: u64, result: Result<O, Failure>) {
        self.early.insert(place, result);
        while let Some(result) = self.early.remove(&self.due)
            && self.failure.is_none()
        {
            self.due += 1;
            self.failure = result.and_then(&mut self.take).err();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn worker_failed() -> Failure {
    Failure::new(Exit::Internal, "核验线程出错", "a worker thread failed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    fn failure(text: &'static str) -> Failure {
        Failure::new(Exit::Io, text, text)
    }

    #[test]
    fn results_come_in_order_though_work_does_not() {
        let mut numbers = 0..500_u64;
        let mut taken = vec![];
        in_order(
            4,
            || Ok(numbers.next()),
            |n| {
                // Every seventh takes longest, so that those behind it are done first.
                thread::sleep(Duration::from_micros(if n % 7 == 0 { 400 } else { 10 }));
                Ok(n * n)
            },
            |square| {
                taken.push(square);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(taken, (0..500).map(|n| n * n).collect::<Vec<_>>());
    }

    #[test]
    fn no_more_is_read_than_is_under_way() {
        let (read, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        in_order(
            2,
            || {
                let ahead = read.fetch_add(1, Ordering::SeqCst) - taken.load(Ordering::SeqCst);
                // What waits for its turn, what the workers hold, and what is being read and taken.
                assert!(ahead <= 2 * DEPTH as usize + 4, "{ahead}");
                Ok((read.load(Ordering::SeqCst) <= 300).then_some(()))
            },
            Ok,
            |()| {
                thread::sleep(Duration::from_micros(100));
                taken.fetch_add(1, Ordering::SeqCst);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(taken.load(Ordering::SeqCst), 300);
    }

    #[test]
    fn a_worker_that_panics_is_told_in_its_turn() {
        let mut numbers = 0..1_000;
        let mut taken = vec![];
        let outcome = in_order(
            2,
            || Ok(numbers.next()),
            |n| {
                assert_ne!(n, 70, "meant to panic");
                Ok(n)
            },
            |n| {
                taken.push(n);
                Ok(())
            },
        );
        assert_eq!(outcome.unwrap_err().exit, Exit::Internal);
        assert_eq!(taken, (0..70).collect::<Vec<_>>());
    }

    #[test]
    fn what_came_before_a_failure_is_taken_and_the_failure_told() {
        for (name, bad_read, bad_work, bad_take) in
            [("read", 40, 999, 999), ("work", 999, 40, 999), ("take", 999, 999, 40)]
        {
            let mut numbers = 0..100;
            let mut taken = vec![];
            let outcome = in_order(
                3,
                || match numbers.next() {
                    Some(n) if n == bad_read => Err(failure("read")),
                    next => Ok(next),
                },
                |n| if n == bad_work { Err(failure("work")) } else { Ok(n) },
                |n| {
                    if n == bad_take {
                        return Err(failure("take"));
                    }
                    taken.push(n);
                    Ok(())
                },
            );
            assert_eq!(outcome.unwrap_err().message.en, name);
            assert_eq!(taken, (0..40).collect::<Vec<_>>(), "{name}");
        }
    }
}
