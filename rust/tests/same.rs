//! The same calls as the C++ core's `Tlsf` makes, and the same places: `HEAPLET_PLACES` names a file with those that it found.
//! (Without it there is nothing to compare with.)
use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr::NonNull;
use heaplet_alloc::Tlsf;

#[test]
fn the_same_places_as_the_core() {
    let Ok(file) = std::env::var("HEAPLET_PLACES") else {
        return;
    };
    let expected = std::fs::read_to_string(file).unwrap();
    const BYTES: usize = 1 << 20;
    let mut memory = vec![MaybeUninit::<u8>::uninit(); BYTES + 4096];
    let padding = memory.as_ptr().align_offset(4096);
    let memory = &mut memory[padding..padding + BYTES];
    let start = memory.as_ptr() as usize;
    let mut tlsf: Tlsf<'_, 24, 32> = Tlsf::new();
    tlsf.insert_free_block(memory);
    let place = |block: Option<NonNull<u8>>| block.map_or(0, |block| block.as_ptr() as usize - start);

    let mut random = 1u32;
    let mut below = |count: u32| {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        ((u64::from(random) * u64::from(count)) >> 32) as u32
    };
    let mut slots = [(None, 0usize); 256];
    let mut lines = expected.lines();
    let mut compared = 0;
    for step in 0..20_000 {
        let slot = &mut slots[below(256) as usize];
        let (kind, large, size, align) = (below(3), below(8), below(500), 1usize << below(9));
        let size = if large == 0 { size * 40 } else { size } as usize;
        match slot.0 {
            None => *slot = (tlsf.allocate(Layout::from_size_align(size, align).unwrap()), align),
            Some(block) if kind == 0 => {
                let layout = Layout::from_size_align(size, slot.1).unwrap();
                slot.0 = unsafe { tlsf.reallocate(block, layout) }.or(slot.0);
            }
            Some(block) => {
                unsafe { tlsf.deallocate(block, slot.1) }
                slot.0 = None;
            }
        }
        let line = lines.next().expect("a line a step");
        assert_eq!(line, place(slot.0).to_string(), "step {step}");
        compared += usize::from(slot.0.is_some());
    }
    assert!(compared > 5000 && lines.next().is_none());
}
