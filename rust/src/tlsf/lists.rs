//! The segregated free lists, the two levels of bitmaps that find one in constant time, and the mapping from sizes to lists.
use super::block::{Block, GRANULE};

/// A row holds LISTS lists. Sizes, in granules, with R = LISTS:
///
/// ```text
///   row 0    [0) [1) [2) ... [R - 1)                         one list a size; list 0 stays empty
///   row 1    [R) [R + 1) ...               up to 2 R         one list a size
///   row 2    [2 R, +2) [2 R + 2, +2) ...   up to 4 R         two sizes a list
///   row r    R lists of 2^(r - 1) sizes    up to 2^r R
/// ```
///
/// The last list holds every larger block, too.
pub struct Lists<const ROWS: usize, const LISTS: usize> {
    /// A bit a row: some list of it is not empty.
    rows: usize,
    /// A bit a list: it is not empty.
    lists: [u32; ROWS],
    /// Last in, first out.
    heads: [[Block; LISTS]; ROWS],
}

impl<const ROWS: usize, const LISTS: usize> Lists<ROWS, LISTS> {
    const BITS: u32 = LISTS.trailing_zeros();

    /// Asked by whoever makes one, so that it is checked as the program is compiled.
    pub const VALID: () = {
        assert!(LISTS.is_power_of_two() && LISTS >= 2 && LISTS <= 32, "Tlsf: LISTS is a power of two, 2 to 32");
        let all = (usize::BITS - GRANULE.trailing_zeros() - Self::BITS + 1) as usize;
        assert!(ROWS >= 1 && ROWS <= all, "Tlsf: ROWS is at least 1, and no more than the address space has sizes for");
    };

    pub const fn new() -> Self {
        Lists { rows: 0, lists: [0; ROWS], heads: [[Block::NONE; LISTS]; ROWS] }
    }

    /// The bits of a size that say nothing about its list.
    const fn shift_of(size: usize) -> u32 {
        (size | GRANULE << Self::BITS).ilog2() - Self::BITS
    }

    /// The list of a free block of `size` bytes, counted through all rows.
    pub const fn of(size: usize) -> usize {
        let shift = Self::shift_of(size);
        let list = ((shift as usize) << Self::BITS) + (size >> shift) - ((GRANULE.ilog2() as usize) << Self::BITS);
        if list < ROWS * LISTS {
            list
        } else {
            ROWS * LISTS - 1
        }
    }

    /// The smallest size of a list.
    pub const fn smallest(list: usize) -> usize {
        let row = list >> Self::BITS;
        if row == 0 {
            list * GRANULE
        } else {
            (LISTS + (list & (LISTS - 1))) << (row - 1) << GRANULE.ilog2()
        }
    }

    /// The smallest size, not below `size`, that a list begins with: every block of that list has it. Sizes of the last list
    /// stay as they are.
    pub const fn round_up(size: usize) -> usize {
        if size > Self::smallest(ROWS * LISTS - 1) {
            return size;
        }
        let unit = 1 << Self::shift_of(size);
        (size + unit - 1) & !(unit - 1)
    }

    /// Links a free block in.
    pub unsafe fn insert(&mut self, block: Block) {
        unsafe {
            let list = Self::of(block.size());
            let (row, column) = (list / LISTS, list % LISTS);
            let head = &mut self.heads[row][column];
            block.set_previous_free(Block::NONE);
            block.set_next_free(*head);
            if !head.is_none() {
                head.set_previous_free(block);
            }
            *head = block;
            self.lists[row] |= 1 << column;
            self.rows |= 1 << row;
        }
    }

    /// Takes a free block out, wherever it is in its list.
    pub unsafe fn remove(&mut self, block: Block) {
        unsafe {
            let (next, previous) = (block.next_free(), block.previous_free());
            if !next.is_none() {
                next.set_previous_free(previous);
            }
            if previous.is_none() {
                self.set_head(Self::of(block.size()), next);
            } else {
                previous.set_next_free(next);
            }
        }
    }

    fn set_head(&mut self, list: usize, block: Block) {
        let (row, column) = (list / LISTS, list % LISTS);
        self.heads[row][column] = block;
        if block.is_none() {
            self.lists[row] &= !(1 << column);
            if self.lists[row] == 0 {
                self.rows &= !(1 << row);
            }
        }
    }

    /// Takes out a free block of at least `size` bytes, a rounded size: the first one of the closest list.
    pub unsafe fn take(&mut self, size: usize) -> Option<Block> {
        let own = Self::of(size);
        let mut row = own / LISTS;
        let mut lists = self.lists[row] & (u32::MAX << (own % LISTS));
        if lists == 0 {
            let rows = self.rows & (usize::MAX << row << 1);
            if rows == 0 {
                return None;
            }
            row = rows.trailing_zeros() as usize;
            lists = self.lists[row];
        }
        let list = row * LISTS + lists.trailing_zeros() as usize;
        let block = self.head(list);
        unsafe {
            // Only in the last list.
            if block.size() < size {
                return None;
            }
            let next = block.next_free();
            if !next.is_none() {
                next.set_previous_free(Block::NONE);
            }
            self.set_head(list, next);
        }
        Some(block)
    }

    pub fn head(&self, list: usize) -> Block {
        self.heads[list / LISTS][list % LISTS]
    }

    /// Whether the bits say what the list's head says. For the walker.
    pub fn is_marked_right(&self, list: usize) -> bool {
        let (row, column) = (list / LISTS, list % LISTS);
        let (in_row, in_rows) = (self.lists[row] >> column & 1 != 0, self.rows >> row & 1 != 0);
        in_row != self.head(list).is_none() && in_rows == (self.lists[row] != 0)
    }
}
