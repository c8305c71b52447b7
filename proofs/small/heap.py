"""What is true of a `small` heap of any size between two calls, said of one block and of two.

The module knows bytes. Beside them stand two ghosts, which no code sees:

    kind(a)   what begins at the address a: nothing, a used block, a free block, a sentinel, or 16 bytes of somebody else
    time(a)   when the free block at a came into its list

A statement "for all blocks" is assumed of those that a proof asks about, and proved of one of which nothing is known.
"""

from contextlib import contextmanager

from engine.execute import float_bits
from engine.memory import Unknown
from engine.terms import choose, every, number, some, unknown, unknown_function

NOTHING, USED, FREE, SENTINEL, FOREIGN = range(5)

FIRST_LIST, LAST_LIST = 262, 317
FIRST_BLOCK = 1296
TOP = 1024  # where the module keeps the last sentinel


def list_of(size):
    """The head of the list of blocks of a size, as the block whose `next` it is: as the module computes it."""
    return (float_bits(size.extended(64)) >> 22) << 2


class State:
    """A heap at one moment: memory and ghosts, and statements about them that are to be assumed or proved."""

    def __init__(self, word, kind, time, now, pages):
        self.word, self.kind, self.time, self.now, self.pages = word, kind, time, now, pages

    @property
    def last(self):
        return (self.pages << 16) - 1

    @property
    def top(self):
        return self.word(number(TOP))

    def header(self, block):
        return self.word(block + 12)

    def end(self, block):
        return self.header(block) & ~1

    def flag(self, block):
        return self.header(block) & 1

    def is_block(self, at):
        kind = self.kind(at)
        return (kind == USED) | (kind == FREE)

    def is_ours(self, at):
        return self.is_block(at) | (self.kind(at) == SENTINEL)

    # Each statement has a name, for a proof that fails to say which.

    def about(self, x):
        """Of whatever begins at x."""
        kind, end = self.kind(x), self.end(x)
        block, free, ours = self.is_block(x), kind == FREE, self.is_ours(x)
        before = self.word(x + 8)
        return {
            "a kind is one of five": kind <= FOREIGN,
            "what begins is aligned and inside of memory": (kind != NOTHING) >> every(
                x & 15 == 0, x >= FIRST_BLOCK, x <= self.last
            ),
            "our blocks end with the last sentinel": ours >> (x <= self.top),
            "a block ends behind its beginning, aligned": block >> every(end > x, end & 15 == 0, end <= self.last),
            "a block ends where another one of ours begins": block >> self.is_ours(end),
            "the flag says whether the block before is free": block >> (self.flag(end) == 1).same(free),
            "a flag has a free block before it": (ours & (self.flag(x) == 1)) >> every(
                self.kind(before) == FREE, self.end(before) == x
            ),
            "a free block has a footer": free >> (self.word(end + 8) == x),
            "no two free blocks are neighbours": free >> every(self.kind(end) != FREE, self.flag(x) == 0),
            "a sentinel has nothing but a flag": (kind == SENTINEL) >> (self.header(x) <= 1),
            **{name: free >> truth for name, truth in self.links(x).items()},
        }

    def links(self, x):
        """Of a free block in its list."""
        following, previous = self.word(x + 16), self.word(x + 20)
        own, more = list_of(self.end(x) - x), following != 0
        return {
            "the next block of a list is free": more >> (self.kind(following) == FREE),
            "... links back": more >> (self.word(following + 20) == x),
            "... is of the same list": more >> (list_of(self.end(following) - following) == own),
            "... and is older": more >> (self.time(following) < self.time(x)),
            "the previous one is the list's head or a free block that links here": some(
                (previous == own) & (self.word(previous + 16) == x),
                every(self.kind(previous) == FREE, self.word(previous + 16) == x),
            ),
            "a block came into its list before now": self.time(x) < self.now,
        }

    def about_two(self, x, y):
        """Of whatever begins at x and at y."""
        return {
            "no block begins inside of another one": every(
                self.is_block(x), self.kind(y) != NOTHING, x < y
            ) >> (self.end(x) <= y),
        }

    def about_list(self, head):
        """Of the list with this head: 4 times its number."""
        is_list = every(head & 3 == 0, head >= 4 * FIRST_LIST, head <= 4 * LAST_LIST)
        first = self.word(head + 16)
        leads = is_list & (first != 0)
        return {
            "a head leads to a free block": leads >> (self.kind(first) == FREE),
            "... which leads back": leads >> (self.word(first + 20) == head),
            "... and is of that list": leads >> (list_of(self.end(first) - first) == head),
        }

    def about_all(self):
        """Of the heap as a whole."""
        top = self.top
        return {
            "the last sentinel is one, at the end of a page": (self.kind(top) == SENTINEL) & ((top & 65535) == 65520),
            "what null's header is never says that it is free": self.word(number(12)) == 0,
            "behind the lists there is an empty one": self.word(number(4 * (LAST_LIST + 1) + 16)) == 0,
        }


def sizes_have_lists(size):
    """What is assumed of the instruction that makes a float, and proved in floats.py: a block has one of the lists."""
    possible = every(size >= 16, size <= number(-FIRST_BLOCK))
    own = list_of(size)
    return possible >> every(own >= 4 * FIRST_LIST, own <= 4 * LAST_LIST, own & 3 == 0)


class Found:
    """The heap that a call finds, of any number of blocks: statements are assumed of the places that are looked at.

    count   of one pool, the number of its blocks
    when    another moment than that of the call
    """

    def __init__(self, path, count=None, when=""):
        self.path, self.blocks, self.starts = path, [], []
        raw = unknown_function(f"memory{when}", 32, 32)
        pages = unknown(f"pages{when}")
        path.assume(every(pages >= 1, pages <= 65536))
        kind = unknown_function(f"kind{when}", 32, 3) if count is None else self._one_pool(count)
        self.state = State(raw, kind, unknown_function(f"time{when}", 32, 64), unknown(f"now{when}", 64), pages)
        # Whoever frees as often as this counts for 500 years.
        path.assume(self.state.now < number((1 << 64) - 16, 64))
        for truth in self.state.about_all().values():
            path.assume(truth)
        for start in self.starts:
            self.look_at(start)
        self.memory = Unknown(raw, self.zero_behind)

    def _one_pool(self, count):
        """Blocks of any sizes, used or free, side by side from the first place on; then the sentinel."""
        self.starts = [number(FIRST_BLOCK), *(unknown(f"block {place}") for place in range(1, count + 1))]
        kinds = [unknown(f"kind of block {place}", 3) for place in range(count)]
        for place, kind in enumerate(kinds):
            self.path.assume((kind == USED) | (kind == FREE))
            self.path.assume(unknown_function("memory")(self.starts[place] + 12) & ~1 == self.starts[place + 1])

        def kind_of(at):
            kind = number(NOTHING, 3)
            for start, its in zip(self.starts, [*kinds, number(SENTINEL, 3)], strict=True):
                kind = choose(at == start, its, kind)
            return kind

        return kind_of

    def look(self, base):
        """The code accesses a word of what begins here: wasm's offsets are the distances from a block or a head."""
        if base.base is not None:
            self.look_at(base)
            self.look_at_list(base)
            self.place(base)

    def place(self, base):
        """Finds out what an address is: that of a block, of a list's head, or of either and null. Which of the first two is
        asked for by going two paths."""
        path = self.path
        if base.base is None or base.base.id() in path.places:
            return
        if path.certain(base & 15 == 0):
            path.place(base, "blocks" if path.certain(base >= FIRST_BLOCK) else None, 0)
        elif path.branch(base <= 4 * (LAST_LIST + 1)):
            path.place(base, "lists", None)
        elif path.certain((base & 15 == 0) & (base >= FIRST_BLOCK)):
            path.place(base, "blocks", 0)

    def converted(self, size):
        """The code asks for the list of a size."""
        self.path.assume(sizes_have_lists(size))

    def zero_behind(self, address):
        """Pages that memory will gain hold zeros."""
        self.path.assume((address > self.state.last) >> (self.state.word(address) == 0))

    def look_at(self, block):
        """Assumes what is known of what begins there."""
        if not any(block.key == other.key for other in self.blocks):
            for truth in self.state.about(block).values():
                self.path.assume(truth)
            self.path.assume(self.state.is_block(block) >> sizes_have_lists(self.state.end(block) - block))
            self.blocks.append(block)
        return block

    def look_at_list(self, head):
        for truth in self.state.about_list(head).values():
            self.path.assume(truth)
        return head

    def look_around(self, block):
        """The same of it and of its neighbours in memory and in its list."""
        self.look_at(block)
        for place in (self.state.end(block), *(self.state.word(block + offset) for offset in (8, 16, 20))):
            self.look_at(place)
        return block

    def apart(self, *blocks):
        """Assumes that none of them begins inside of another one."""
        for one in blocks:
            for other in blocks:
                if one is not other:
                    for truth in self.state.about_two(one, other).values():
                        self.path.assume(truth)

    def all_apart(self, blocks, others):
        """The same of each of the ones with each of the others."""
        for one in blocks:
            for other in others:
                self.apart(one, other)

    @contextmanager
    def aside(self):
        blocks = list(self.blocks)
        with self.path.aside():
            yield
        self.blocks = blocks
