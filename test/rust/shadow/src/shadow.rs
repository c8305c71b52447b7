//! What is known of the heap's blocks without the heap: where each lies, and what its bytes are.
use core::alloc::Layout;

#[link(wasm_import_module = "env")]
extern "C" {
    fn wrong(text: *const u8, length: usize, step: u32, first: usize, second: usize) -> !;
}
extern "C" {
    fn malloc_usable_size(block: *mut u8) -> usize;
}

/// What every block is aligned to.
const UNIT: usize = 16;
/// Of the memory that is watched.
const UNITS: usize = (16 << 20) / UNIT;
pub const MOST: usize = 4096;

#[derive(Clone, Copy)]
pub struct Block {
    pub at: *mut u8,
    pub layout: Layout,
    /// The largest request that it serves for sure, once it is freed: the last size for which it was made.
    pub sure: usize,
    /// What is the block's, as the heap says.
    usable: usize,
    /// What its bytes come from.
    mark: u32,
}

pub struct Shadow {
    pub step: u32,
    pub count: usize,
    pub bytes: usize,
    blocks: [Block; MOST],
    /// A bit a unit: it is some block's.
    owned: [u32; UNITS / 32],
    lowest: usize,
}

const NONE: Block = Block { at: core::ptr::null_mut(), layout: Layout::new::<u8>(), sure: 0, usable: 0, mark: 0 };

impl Shadow {
    pub const fn new() -> Self {
        Shadow { step: 0, count: 0, bytes: 0, blocks: [NONE; MOST], owned: [0; UNITS / 32], lowest: usize::MAX }
    }

    pub fn fail(&self, text: &str, first: usize, second: usize) -> ! {
        unsafe { wrong(text.as_ptr(), text.len(), self.step, first, second) }
    }

    /// A block was handed out, or has another size. With `mark` it is written.
    pub unsafe fn enter(&mut self, at: *mut u8, layout: Layout, mark: u32) {
        let size = layout.size();
        if at as usize % layout.align().max(if size == 0 { 1 } else { UNIT }) != 0 {
            self.fail("a block's alignment", at as usize, layout.align());
        }
        let usable = if size == 0 { 0 } else { malloc_usable_size(at) };
        if usable < size {
            self.fail("a block is too short", usable, size);
        }
        self.own(at as usize, usable, true);
        for i in 0..size {
            *at.add(i) = byte(mark, i);
        }
        if size != 0 {
            self.lowest = self.lowest.min(at as usize);
        }
        self.blocks[self.count] = Block { at, layout, sure: size, usable, mark };
        self.count += 1;
        self.bytes += size;
    }

    /// What is about to be freed or resized is whole.
    pub unsafe fn leave(&mut self, i: usize) -> Block {
        let block = self.blocks[i];
        self.count -= 1;
        self.blocks[i] = self.blocks[self.count];
        let size = block.layout.size();
        self.bytes -= size;
        self.verify(&block, block.at, size);
        if size != 0 && malloc_usable_size(block.at) != block.usable {
            self.fail("a block has another size", block.at as usize, block.usable);
        }
        self.own(block.at as usize, block.usable, false);
        block
    }

    /// A block was refused another size.
    pub unsafe fn enter_again(&mut self, block: &Block) {
        self.enter(block.at, block.layout, block.mark);
        self.blocks[self.count - 1].sure = block.sure;
    }

    /// Of one that became longer within what was its own the size before counts.
    pub fn was_resized(&mut self, from: &Block) {
        let block = &mut self.blocks[self.count - 1];
        if block.at == from.at && from.usable >= block.layout.size() {
            block.sure = from.sure.min(block.layout.size());
        }
    }

    /// The first bytes of a block are what they were, wherever it is now.
    pub unsafe fn verify(&self, block: &Block, at: *const u8, bytes: usize) {
        for i in 0..bytes {
            if *at.add(i) != byte(block.mark, i) {
                self.fail("a byte is another one", at as usize, i);
            }
        }
    }

    pub unsafe fn is_zero(&self, at: *const u8, bytes: usize) {
        for i in 0..bytes {
            if *at.add(i) != 0 {
                self.fail("a byte is not zero", at as usize, i);
            }
        }
    }

    /// What all blocks take, each with a header of a word.
    pub fn taken(&self) -> usize {
        self.blocks[..self.count].iter().filter(|block| block.usable != 0).map(|block| block.usable + 4).sum()
    }

    /// The most bytes side by side that are no block's, from the first block to where the memory ends.
    pub fn longest_gap(&self, end: usize) -> usize {
        let (mut longest, mut length) = (0, 0);
        for unit in self.lowest / UNIT..end / UNIT {
            length = if self.is_owned(unit) { 0 } else { length + UNIT };
            longest = longest.max(length);
        }
        longest
    }

    fn is_owned(&self, unit: usize) -> bool {
        self.owned[unit / 32] >> (unit % 32) & 1 != 0
    }

    fn own(&mut self, at: usize, bytes: usize, own: bool) {
        if bytes == 0 {
            return;
        }
        for unit in at / UNIT..(at + bytes).div_ceil(UNIT) {
            if self.is_owned(unit) == own {
                self.fail("two blocks overlap", at, unit * UNIT);
            }
            self.owned[unit / 32] ^= 1 << (unit % 32);
        }
    }
}

fn byte(mark: u32, i: usize) -> u8 {
    ((mark ^ i as u32).wrapping_mul(0x9e37_79b1) >> 24) as u8
}
