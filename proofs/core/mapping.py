"""Sizes and lists: every mapping of the core, for every size that a block can have."""

from engine.execute import Machine
from engine.memory import Unknown
from engine.terms import every, number, unknown, unknown_function


def machine(module, path):
    """None of these functions looks at memory."""
    return Machine(module, path, Unknown(unknown_function("memory")), number(1))


def bins(profile):
    def made(module):
        def run(path):
            m = machine(module, path)

            def call(name, *arguments):
                return m.call(f"{name}_{profile}", *arguments)

            largest, count = m.call("largest_block"), call("count")
            a, n = unknown("a block's size"), unknown("a request's size")
            for size in (a, n):
                path.assume(every(size >= 16, size & 15 == 0, size <= largest))
            path.reach()
            list_of_a = call("of", a)
            path.require(list_of_a < count, "every size has a list")
            path.require(call("smallest", list_of_a) <= a, "no block is smaller than its list says")
            path.require(
                (list_of_a + 1 < count) >> (a < call("smallest", list_of_a + 1)), "nor as large as the next list's"
            )
            fitting = call("fitting", n)
            path.require((list_of_a >= fitting) >> (a >= n), "each block of a fitting list is large enough")
            path.require(call("smallest", fitting - 1) < n, "no list before it holds such blocks alone")
            rounded = call("round_up", n)
            path.require(rounded >= n, "rounding makes no request smaller")
            path.require(
                ((rounded > n) & (list_of_a >= call("of", rounded))) >> (a >= rounded),
                "each block of a rounded size's list is large enough",
            )
            certain = call("certain", a)
            path.require(certain <= a, "no more is certain than there is")
            path.require(call("round_up", certain) == certain, "what is certain needs no rounding")

        return run

    return made


def slabs(module):
    """Requests for blocks of slab pages, and for those of quick lists and of ranges: `fast`."""

    def run(path):
        m = machine(module, path)
        bytes = unknown("bytes")
        path.assume(bytes <= m.call("slab_limit"))
        path.reach()
        kind = m.call("kind_for", bytes)
        path.require(every(kind >= 4, kind <= m.call("largest_kind")), "a small request has a class")
        size = m.call("size_of", kind)
        path.require(every(size >= bytes, size & 15 == 0), "its blocks are large enough and aligned")
        path.require((kind > 4) >> (m.call("size_of", kind - 4) < bytes), "those of the class before are not")
        path.require((bytes > 0) >> (m.call("list_for", bytes) == kind), "the quick list is that of the class")
        # A block of a page, wherever it lies in it.
        place, fresh = unknown("the number of a block"), unknown("how many were in a list")
        path.assume(fresh <= 4096)
        more = m.call("has_fresh", fresh, kind)
        path.require((more != 0) >> every(fresh * size + size <= m.call("usable")), "a fresh block ends inside of its page")

    return run


def ranges(module):
    def run(path):
        m = machine(module, path)
        a, n = unknown("a block's size"), unknown("a request's size")
        smallest, largest = m.call("range_smallest"), m.call("range_largest")
        for size in (a, n):
            path.assume(every(size >= smallest, size <= largest, size & 15 == 0))
        path.reach()
        rounded = m.call("range_up", n)
        path.require(every(rounded >= n, rounded <= largest), "rounding makes no request smaller")
        path.require(
            (m.call("range_of", a) >= m.call("range_of", rounded)) >> (a >= rounded), "each block of its list is large enough"
        )
        path.require(m.call("range_of", a) < m.call("range_lists"), "every size has a list")
        down = m.call("range_down", n)
        path.require(every(down <= n, m.call("range_up", down) == down), "what is rounded down needs no rounding up")

    return run
