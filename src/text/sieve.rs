//! A buffer in which everything is written and only what passes is kept. Where nothing tells
//! beforehand which will pass, this takes no branch that would be foreseen wrongly.

/// What passed, in order; a buffer that only grows.
#[derive(Debug)]
pub(crate) struct Sieve<T> {
    items: Vec<T>,
    kept: usize,
}

impl<T> Default for Sieve<T> {
    fn default() -> Self {
        Self { items: Vec::new(), kept: 0 }
    }
}

impl<T: Copy + Default> Sieve<T> {
    /// Forgets all.
    pub(crate) const fn clear(&mut self) {
        self.kept = 0;
    }

    /// Keeps `item` if it passes.
    #[inline]
    pub(crate) fn put(&mut self, item: T, passes: bool) {
        let Some(place) = self.items.get_mut(self.kept) else {
            self.grow(1);
            return self.put(item, passes);
        };
        *place = item;
        self.kept += usize::from(passes);
    }

    /// Keeps those of some items that pass.
    #[inline]
    pub(crate) fn put_all<const N: usize>(&mut self, items: [(T, bool); N]) {
        let room = self.items.get_mut(self.kept..).and_then(<[T]>::first_chunk_mut::<N>);
        let Some(room) = room else {
            self.grow(N);
            return self.put_all(items);
        };
        let mut kept = 0;
        for (item, passes) in items {
            room[kept % N] = item;
            kept += usize::from(passes);
        }
        self.kept += kept;
    }

    #[cold]
    fn grow(&mut self, more: usize) {
        self.items.resize((self.kept + more).next_power_of_two(), T::default());
    }

    /// What passed.
    pub(crate) fn kept(&self) -> &[T] {
        self.items.get(..self.kept).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_is_kept_in_order() {
        let mut sieve = Sieve::default();
        for round in 0..3 {
            sieve.clear();
            (0..10).for_each(|number| sieve.put(number, number % 3 == round));
            sieve.put(99, true);
            sieve.put_all([(100, true), (101, round == 1), (102, true)]);
            let mut passed: Vec<i32> = (0..10).filter(|number| number % 3 == round).collect();
            passed.extend([99, 100]);
            passed.extend((round == 1).then_some(101));
            passed.push(102);
            assert_eq!(sieve.kept(), passed);
        }
    }
}
