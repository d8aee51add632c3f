//! Ranges of numbers: what a sequence gives at a tenant's own place, no other sequence gives.
//!
//! While a tenant is elsewhere, the sequences of both places go on. Where a key has not the tenant in it, they would give one number twice, and the tenant
//! could not come back. So each move sets the destination's sequences to the beginning of a range that is the move's.

/// Large enough for most, below what a JavaScript number holds exactly: two million ranges of four thousand million.
const OF_BIGINT: Ranges = Ranges { first: 1 << 32, size: 1 << 32, count: (1 << 21) - 1 };

/// The upper half of an `integer`: a thousand ranges of a million.
const OF_INTEGER: Ranges = Ranges { first: 1 << 30, size: 1 << 20, count: 1 << 10 };

/// What a place's sequences are to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbers {
    /// The shared tables': from one on, as ever.
    Shared,
    /// Those of the move of this number.
    OfMove(i32),
}

/// How the numbers of a column are divided. Below the first range are those of the shared tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ranges {
    first: i128,
    size: i128,
    count: i128,
}

/// What a sequence has to be set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// It may stay.
    Stays,
    /// To this number, at least.
    At(i128),
    /// It may stay if the tenant's rows have no number between what it gave and this one, where the ranges begin.
    StaysBelow(i128),
}

impl Ranges {
    fn up_to(largest: i128) -> Option<Self> {
        [OF_BIGINT, OF_INTEGER]
            .into_iter()
            .find(|ranges| ranges.first + ranges.size * ranges.count - 1 <= largest)
    }

    /// Where the range of a move begins.
    fn of_move(self, number: i32) -> i128 {
        self.first + (i128::from(number) - 1).rem_euclid(self.count) * self.size
    }
}

/// What to do with a sequence that has given `there` at the destination, and `given` at the source. `largest` is the greatest number that it can give, or
/// `None` where no two tenants can meet in a key with its numbers. `ahead` numbers may be given at the source until the stop.
pub(super) fn next(numbers: Numbers, largest: Option<i128>, given: i128, there: i128, ahead: i128) -> Next {
    let behind = if there < given { Next::At(given + ahead) } else { Next::Stays };
    let Some(ranges) = largest.and_then(Ranges::up_to) else { return behind };
    match numbers {
        Numbers::OfMove(number) if there < ranges.first || there < given => {
            Next::At(ranges.of_move(number).max(given + ahead))
        }
        Numbers::OfMove(_) => Next::Stays,
        // It would have to give a whole range of numbers before it came to the first of them.
        Numbers::Shared if ranges.first <= given && there + ranges.size <= ranges.first => {
            Next::StaysBelow(ranges.first)
        }
        Numbers::Shared => behind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTEGER: Option<i128> = Some(i32::MAX as i128);
    const BIGINT: Option<i128> = Some(i64::MAX as i128);

    #[test]
    fn no_two_moves_have_one_range() {
        for (largest, last) in [(i32::MAX.into(), 1024), (i64::MAX.into(), 2_097_151)] {
            let ranges = Ranges::up_to(largest).expect("ranges");
            let begins: Vec<_> =
                [1, 2, 3, last - 1, last].iter().map(|move_| ranges.of_move(*move_)).collect();
            assert!(begins.windows(2).all(|two| two[1] - two[0] >= ranges.size), "{begins:?}");
            assert!(begins[0] >= ranges.first && begins[4] + ranges.size - 1 <= largest, "{begins:?}");
            assert!(begins[4] + ranges.size <= 1 << 53, "{begins:?}");
            assert_eq!(ranges.of_move(last + 1), begins[0]);
        }
        assert_eq!(Ranges::up_to(i16::MAX.into()), None);
    }

    #[test]
    fn a_sequence_goes_to_its_range_once_and_never_back() {
        let first = Next::At((1 << 32) * 5);
        assert_eq!(next(Numbers::OfMove(5), BIGINT, 100, 0, 1_000), first);
        assert_eq!(next(Numbers::OfMove(5), BIGINT, 100, (1 << 32) * 5, 1_000), Next::Stays);
        // It was there before, in the range of an earlier move, which nobody else has.
        assert_eq!(next(Numbers::OfMove(9), BIGINT, 100, (1 << 32) * 5 + 70, 1_000), Next::Stays);
        // From one own place to another.
        let given = (1 << 32) * 5 + 70;
        assert_eq!(next(Numbers::OfMove(6), BIGINT, given, 3, 1_000), Next::At((1 << 32) * 6));
        // Without room, or where no tenants meet, it is only ahead.
        assert_eq!(next(Numbers::OfMove(5), Some(32_767), 100, 0, 1_000), Next::At(1_100));
        assert_eq!(next(Numbers::OfMove(5), None, 100, 0, 1_000), Next::At(1_100));
        assert_eq!(next(Numbers::OfMove(5), None, 100, 100, 1_000), Next::Stays);
    }

    #[test]
    fn the_shared_tables_keep_their_own_numbers() {
        let range = (1 << 30) + (1 << 20);
        assert_eq!(next(Numbers::Shared, INTEGER, range + 50, 4_000, 1_000), Next::StaysBelow(1 << 30));
        assert_eq!(next(Numbers::Shared, INTEGER, 5_000, 4_000, 1_000), Next::At(6_000));
        // They have come near.
        assert_eq!(next(Numbers::Shared, INTEGER, range + 50, range - 50, 1_000), Next::At(range + 1_050));
        assert_eq!(next(Numbers::Shared, INTEGER, range + 50, range + 60, 1_000), Next::Stays);
    }
}
