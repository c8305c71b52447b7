//! A block: the header word, its flags, and the neighbours in memory.
use core::mem::size_of;

/// The alignment of every block, and the smallest block, in bytes.
///
/// It is four words: a header, two links and a footer.
pub const GRANULE: usize = 4 * WORD;

pub const WORD: usize = size_of::<usize>();

/// The size of the largest block: what is larger is refused before anything is looked at, and no arithmetic with sizes wraps.
pub const LARGEST_BLOCK: usize = (isize::MAX as usize & !(GRANULE - 1)) - 64 * GRANULE;

const FREE: usize = 1;
const PREVIOUS_FREE: usize = 2;

/// The address of a block's header; null where there is none.
///
/// ```text
///   word     -1       0          1           2                      last
///        |        |        |  payload, at a multiple of GRANULE ........  |
///        +--------+--------+-----------+-----------+--------+-------------+
///  used  |        | header | the user's bytes ..........................  |  <- its last word too
///  free  |        | header | next_free | prev_free |  ....  |  footer     |
///        +--------+--------+-----------+-----------+--------+-------------+
///        ^ footer of the block before, if that one is free                ^ the next header
/// ```
///
/// The header is the size, a multiple of GRANULE that counts from this header to the next one, and two flags in its lowest bits.
/// A footer is the address of its own block. A sentinel, of size 0, ends each pool.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Block(pub *mut usize);

// All of them are unsafe for one reason: the block must be one, of a pool that is the heap's.
impl Block {
    pub const NONE: Block = Block(core::ptr::null_mut());

    pub fn is_none(self) -> bool {
        self.0.is_null()
    }

    pub unsafe fn of_payload(payload: *mut u8) -> Block {
        unsafe { Block(payload.cast::<usize>().sub(1)) }
    }
    pub unsafe fn payload(self) -> *mut u8 {
        unsafe { self.0.add(1).cast() }
    }

    unsafe fn header(self) -> usize {
        unsafe { *self.0 }
    }
    pub unsafe fn size(self) -> usize {
        unsafe { self.header() & !(FREE | PREVIOUS_FREE) }
    }
    pub unsafe fn is_free(self) -> bool {
        unsafe { self.header() & FREE != 0 }
    }
    pub unsafe fn previous_is_free(self) -> bool {
        unsafe { self.header() & PREVIOUS_FREE != 0 }
    }

    /// A used block of that size, with or without a free one before it.
    pub unsafe fn set_used(self, size: usize, previous_is_free: bool) {
        unsafe { *self.0 = size | if previous_is_free { PREVIOUS_FREE } else { 0 } }
    }
    /// A free block, of which the next one hears. The block before a free one is used.
    pub unsafe fn set_free(self, size: usize) {
        unsafe {
            *self.0 = size | FREE;
            let next = self.after(size);
            *next.0.sub(1).cast::<Block>() = self;
            *next.0 |= PREVIOUS_FREE;
        }
    }
    /// The block before this one is used.
    pub unsafe fn set_previous_used(self) {
        unsafe { *self.0 &= !PREVIOUS_FREE }
    }

    /// The block so many bytes behind this one.
    pub unsafe fn after(self, bytes: usize) -> Block {
        unsafe { Block(self.0.cast::<u8>().add(bytes).cast()) }
    }
    pub unsafe fn next(self) -> Block {
        unsafe { self.after(self.size()) }
    }
    /// The block before this one, if `previous_is_free`.
    pub unsafe fn before(self) -> Block {
        unsafe { *self.0.sub(1).cast::<Block>() }
    }

    // The links of a free block in its list.
    pub unsafe fn next_free(self) -> Block {
        unsafe { *self.0.add(1).cast::<Block>() }
    }
    pub unsafe fn set_next_free(self, block: Block) {
        unsafe { *self.0.add(1).cast::<Block>() = block }
    }
    pub unsafe fn previous_free(self) -> Block {
        unsafe { *self.0.add(2).cast::<Block>() }
    }
    pub unsafe fn set_previous_free(self, block: Block) {
        unsafe { *self.0.add(2).cast::<Block>() = block }
    }
}

/// The bytes of a user in a block of `size` bytes.
pub const fn usable(size: usize) -> usize {
    size - WORD
}

/// The size of the block for `bytes` bytes, before it is rounded to a list's.
pub const fn block_for(bytes: usize) -> Option<usize> {
    if bytes > usable(LARGEST_BLOCK) {
        return None;
    }
    Some((bytes + WORD + GRANULE - 1) & !(GRANULE - 1))
}

const _: () = assert!(size_of::<Block>() == WORD, "a footer and a link are a word");
