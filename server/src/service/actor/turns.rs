//! Whose turn it is to have a core for a hash.
//!
//! As many hash at once as there are cores. The others wait in three lanes, of which each gets its share of the turns, PINs
//! the largest: a flood of logins cannot shut a wallet, nor strangers those who are known. Within a lane the callers take
//! turns: who asks a hundred times waits for his own, not the others for him. What a full lane has no room for is refused
//! at once, and for a caller with few places the one with the most gives one up.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

/// Which lane a hash waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// PINs of those who are logged in.
    Pin,
    /// Logins from a device or an address from which that login has succeeded before.
    Known,
    /// All other logins.
    Stranger,
}

/// For whom a place is taken: an HMAC of an account, a login or an address.
pub type CallerKey = [u8; 32];

/// The turns of one server.
#[derive(Debug)]
pub struct Turns {
    state: Mutex<State>,
    /// How many may wait in each lane.
    most: usize,
}

#[derive(Debug)]
struct State {
    free: usize,
    /// Counts turns given to those who waited.
    given: usize,
    pins: Waiting,
    known: Waiting,
    strangers: Waiting,
}

/// A core for one hash; given on when dropped.
#[derive(Debug)]
pub struct Turn(Arc<Turns>);

/// The lane is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl Turns {
    /// `cores` at once; `most` may wait in each lane.
    pub fn new(cores: usize, most: usize) -> Arc<Self> {
        let (pins, known, strangers) = Default::default();
        Arc::new(Self { state: Mutex::new(State { free: cores, given: 0, pins, known, strangers }), most })
    }

    /// Waits for a turn.
    pub async fn wait(self: &Arc<Self>, lane: Lane, caller: CallerKey) -> Result<Turn, Full> {
        let place = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            // Free only while nobody waits.
            if let Some(left) = state.free.checked_sub(1) {
                state.free = left;
                return Ok(Turn(Arc::clone(self)));
            }
            state.lane(lane).take_place(caller, self.most)?
        };
        // It is dropped unused when another caller gets the place.
        place.await.map_err(|_| Full)
    }

    fn pass_on(self: &Arc<Self>) {
        let next = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let next = state.next();
            if next.is_none() {
                state.free = state.free.saturating_add(1);
            }
            next
        };
        if let Some(next) = next {
            // One who gave up meanwhile sends it back, and dropping it passes it on again.
            drop(next.send(Turn(Arc::clone(self))));
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.pass_on();
    }
}

impl State {
    fn lane(&mut self, lane: Lane) -> &mut Waiting {
        match lane {
            Lane::Pin => &mut self.pins,
            Lane::Known => &mut self.known,
            Lane::Stranger => &mut self.strangers,
        }
    }

    /// Who waits next. The lane whose share it is goes first; what it does not need, the others get, PINs first.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        let share = match self.given % 4 {
            0 | 2 => Lane::Pin,
            1 => Lane::Known,
            _ => Lane::Stranger,
        };
        self.given = self.given.wrapping_add(1);
        [share, Lane::Pin, Lane::Known, Lane::Stranger].into_iter().find_map(|lane| self.lane(lane).next())
    }
}

/// Those who wait in one lane.
#[derive(Debug, Default)]
struct Waiting {
    count: usize,
    /// Every caller who waits, once, in the order of their turns.
    callers: VecDeque<CallerKey>,
    /// The places of each of them, oldest first; none is empty.
    places: HashMap<CallerKey, VecDeque<oneshot::Sender<Turn>>>,
}

impl Waiting {
    fn take_place(&mut self, caller: CallerKey, most: usize) -> Result<oneshot::Receiver<Turn>, Full> {
        if self.count >= most {
            self.forget_gone();
        }
        if self.count >= most {
            self.make_room_for(&caller)?;
        }
        let (turn, place) = oneshot::channel();
        let own = self.places.entry(caller).or_default();
        if own.is_empty() {
            self.callers.push_back(caller);
        }
        own.push_back(turn);
        self.count = self.count.saturating_add(1);
        Ok(place)
    }

    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        let caller = self.callers.pop_front()?;
        let mut own = self.places.remove(&caller)?;
        let next = own.pop_front();
        self.count = self.count.saturating_sub(1);
        if !own.is_empty() {
            self.callers.push_back(caller);
            self.places.insert(caller, own);
        }
        next
    }

    /// Frees the places of those who hung up.
    fn forget_gone(&mut self) {
        self.places.retain(|_, own| {
            own.retain(|turn| !turn.is_closed());
            !own.is_empty()
        });
        self.callers.retain(|caller| self.places.contains_key(caller));
        self.count = self.places.values().map(VecDeque::len).sum();
    }

    /// Takes the last place of the caller with the most, if that is at least two more than `caller` has.
    fn make_room_for(&mut self, caller: &CallerKey) -> Result<(), Full> {
        let own = self.places.get(caller).map_or(0, VecDeque::len);
        let longest = self.places.values_mut().max_by_key(|places| places.len()).ok_or(Full)?;
        if longest.len() < own.saturating_add(2) {
            return Err(Full);
        }
        longest.pop_back();
        self.count = self.count.saturating_sub(1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    /// One core, taken; whoever gets a turn writes his name and gives it on.
    struct Bench {
        turns: Arc<Turns>,
        order: mpsc::UnboundedSender<String>,
        seen: mpsc::UnboundedReceiver<String>,
    }

    impl Bench {
        fn new(most: usize) -> Self {
            let (order, seen) = mpsc::unbounded_channel();
            Self { turns: Turns::new(1, most), order, seen }
        }

        async fn ask(&self, lane: Lane, caller: u8, name: &str) {
            let (turns, order, name) = (self.turns.clone(), self.order.clone(), name.to_owned());
            tokio::spawn(async move {
                let turn = turns.wait(lane, [caller; 32]).await;
                order.send(if turn.is_ok() { name } else { format!("{name} refused") }).unwrap();
            });
            // One thread: what was spawned now stands in its lane.
            tokio::task::yield_now().await;
        }

        async fn order(mut self) -> Vec<String> {
            drop(self.order);
            let mut all = Vec::new();
            while let Some(name) = self.seen.recv().await {
                all.push(name);
            }
            all
        }
    }

    #[tokio::test]
    async fn each_lane_has_its_share_and_pins_have_the_largest() {
        let bench = Bench::new(16);
        let first = bench.turns.wait(Lane::Stranger, [0; 32]).await.unwrap();
        for n in 0..3 {
            bench.ask(Lane::Stranger, 1, &format!("stranger {n}")).await;
        }
        for n in 0..2 {
            bench.ask(Lane::Known, 2, &format!("known {n}")).await;
            bench.ask(Lane::Pin, 3, &format!("pin {n}")).await;
        }
        drop(first);
        let want = ["pin 0", "known 0", "pin 1", "stranger 0", "known 1", "stranger 1", "stranger 2"];
        assert_eq!(bench.order().await, want);
    }

    #[tokio::test]
    async fn callers_take_turns_and_a_full_lane_has_room_for_a_new_one() {
        let bench = Bench::new(4);
        let first = bench.turns.wait(Lane::Stranger, [0; 32]).await.unwrap();
        for n in 0..5 {
            bench.ask(Lane::Stranger, 1, &format!("many {n}")).await;
        }
        bench.ask(Lane::Stranger, 2, "one").await;
        bench.ask(Lane::Pin, 3, "pin").await;
        drop(first);
        let want = ["many 4 refused", "many 3 refused", "pin", "many 0", "one", "many 1", "many 2"];
        assert_eq!(bench.order().await, want);
    }

    #[tokio::test]
    async fn who_hangs_up_leaves_the_lane_and_the_turn_goes_on() {
        let turns = Turns::new(1, 1);
        let first = turns.wait(Lane::Pin, [0; 32]).await.unwrap();
        let gone = tokio::spawn({
            let turns = turns.clone();
            async move { turns.wait(Lane::Pin, [1; 32]).await.map(drop) }
        });
        tokio::task::yield_now().await;
        assert_eq!(turns.wait(Lane::Pin, [2; 32]).await.unwrap_err(), Full);
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        let next = tokio::spawn({
            let turns = turns.clone();
            async move { turns.wait(Lane::Pin, [2; 32]).await.map(drop) }
        });
        tokio::task::yield_now().await;
        drop(first);
        assert_eq!(next.await.unwrap(), Ok(()));
        turns.wait(Lane::Stranger, [3; 32]).await.unwrap();
    }
}
