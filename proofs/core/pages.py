"""Slab pages of `fast`: what `take_from` hands out and prepares lies in its page, whatever is known of the page."""

from engine.execute import Machine
from engine.memory import Unknown
from engine.terms import choose, every, number, some, unknown, unknown_function

PAGE = 4096


def page(module):
    def run(path):
        raw = unknown_function("memory")
        pure = Machine(module, path, Unknown(raw), number(1))

        def constant(name):
            return pure.call(name).value

        usable, leaf_size = constant("usable"), constant("sizeof_leaf")
        slabs, quick, start, leaf, pages = (unknown(name) for name in ("slabs", "quick", "page", "leaf", "pages"))
        kind = unknown("kind")
        for its in range(4, constant("largest_kind"), 4):  # a class each: a size is a number then
            if path.branch(kind == its):
                kind = number(its)
                break
        else:
            kind = number(constant("largest_kind"))
        size = pure.call("size_of", kind).value

        # The heap's own state lies below its first page.
        path.assume(every(pages >= 2, pages <= 32768, start & (PAGE - 1) == 0, start >= 65536, start < pages << 16))
        path.assume(every(slabs == 1024, quick == 32768))
        path.assume(raw(slabs + constant("partial_at") + kind) == start)
        # The page's leaf.
        path.assume(every(leaf & 3 == 0, leaf >= 65536, leaf + leaf_size <= pages << 16, leaf < pages << 16))
        path.assume(some(leaf + leaf_size <= start, leaf >= start + PAGE))
        number_of_leaf = start >> constant("leaf_bits")
        path.assume(raw(slabs + constant("leaves_at") + (number_of_leaf << 2)) == leaf - (slabs + constant("none_at")))
        # What it says of the page: as many blocks are used as ever were in a list, at most; and there is one to give.
        facts = pure.call("facts_at", leaf, start)
        high, words = facts & 2 != 0, (raw(facts & ~3), raw((facts & ~3) + 4))
        halves = [part for word in words for part in (word & 65535, word >> 16)]
        first, used, fresh = (choose(high, halves[place + 1], halves[place]) for place in range(3))
        most = usable // size
        path.assume(every(used <= fresh, fresh <= most, some(used < fresh, fresh < most)))
        path.assume((used < fresh) >> every(first < fresh * size, first.remainder(number(size)) == 0))
        # Its neighbours in the list of its class are pages too.
        following, previous = raw(start + usable), raw(start + usable + 4)
        for other in (following, previous):
            path.assume(some(other == 0, every(other & (PAGE - 1) == 0, other >= 65536, other + PAGE <= pages << 16, other < pages << 16)))

        machine = Machine(module, path, Unknown(raw), pages)
        block = machine.call("take_from", slabs, start, kind, quick)
        path.reach()
        path.require(every(block >= start, block - start <= usable - size), "a block lies in its page, before its links")
        path.require((block - start).remainder(number(size)) == 0, "it is one of the page's places")
        for address, _ in path.written:
            path.require(
                some(
                    address - start <= usable - size,  # the block that begins there is whole
                    *(every(other != 0, address - other - usable < 8) for other in (following, previous)),
                    address - leaf < leaf_size,
                    address - slabs < constant("sizeof_slabs"),
                    address - quick < constant("sizeof_quick"),
                ),
                "nothing is written but the page, its neighbours' links, its leaf and the lists",
            )

    return run
