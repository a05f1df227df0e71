//! Many workers between one reader and one writer, results in the order of the input.

use std::{
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use crate::error::{Exit, Failure};

/// Items under way for each worker. With fewer a worker may wait for the reader; with more only memory is taken.
const DEPTH: usize = 4;

type Answer<O> = Result<O, Failure>;

/// Calls `work` on all `workers` threads for what `next` gives, and `take` with the results, in order.
///
/// `next` runs on the calling thread, `take` on one of its own. At most [`DEPTH`] items a worker are under way,
/// so memory does not depend on how many there are.
///
/// # Errors
/// The first failure in the order of the items; what came before it has been taken.
pub(super) fn in_order<I: Send, O: Send>(
    workers: usize,
    mut next: impl FnMut() -> Result<Option<I>, Failure>,
    work: impl Fn(I) -> Answer<O> + Sync,
    mut take: impl FnMut(O) -> Result<(), Failure> + Send,
) -> Result<(), Failure> {
    let depth = workers.max(1) * DEPTH;
    // A worker gets an item with the sender of its answer; the writer gets the receivers, in the items' order.
    let (jobs, queue) = sync_channel::<(I, SyncSender<Answer<O>>)>(depth);
    let (tickets, pending) = sync_channel::<Receiver<Answer<O>>>(depth);
    let queue = Mutex::new(queue);
    thread::scope(|scope| {
        let (queue, work) = (&queue, &work);
        for _ in 0..workers.max(1) {
            scope.spawn(move || {
                loop {
                    let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((item, answer)) = job else { return };
                    // The writer may have given up; then nobody waits for the answer.
                    let _ = answer.send(work(item));
                }
            });
        }
        let writer = scope.spawn(move || {
            for ticket in pending {
                take(ticket.recv().map_err(|_| worker_failed())??)?;
            }
            Ok(())
        });
        let read = loop {
            match next() {
                Ok(Some(item)) => {
                    let (answer, ticket) = sync_channel(1);
                    // Refused only once the writer has failed; it says why.
                    if tickets.send(ticket).is_err() || jobs.send((item, answer)).is_err() {
                        break Ok(());
                    }
                }
                Ok(None) => break Ok(()),
                Err(failure) => break Err(failure),
            }
        };
        drop((jobs, tickets));
        writer.join().map_err(|_| worker_failed())?.and(read)
    })
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
                // Both queues, what the workers hold, and what the reader and the writer have in hand.
                assert!(ahead <= 2 * DEPTH + 4, "{ahead}");
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
