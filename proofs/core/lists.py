"""The free lists' two levels of bitmaps, from any state in which they agree: the closest list is found, none is missed."""

from engine.execute import Machine
from engine.memory import Unknown
from engine.proof import Unproved
from engine.terms import every, number, some, unknown, unknown_function

BITS = {"small": 1, "fast": 5}


class Lists:
    """A FreeLists at an address: rows, lists[row], heads[list], as free_lists.hpp has them."""

    def __init__(self, profile, constants, at, word):
        self.bits, self.at, self.word = BITS[profile], at, word
        self.rows, self.heads, self.count = constants

    def row_bits(self):
        return self.word(self.at)

    def lists(self, row):
        return self.word(self.at + 4 + (row << 2))

    def head_at(self, list):
        return self.at + self.heads + (list << 2)

    def head(self, list):
        return self.word(self.head_at(list))

    def marked(self, list):
        place = list & ((1 << self.bits) - 1)
        return (self.lists(list >> self.bits) >> place) & 1 == 1

    def row_agrees(self, row):
        """A row's bit says whether one of its lists is marked; no bit is of no list."""
        lists = self.lists(row)
        known = (row < self.rows - 1) >> ((self.row_bits() >> row) & 1 == 1).same(lists != 0)
        return known if self.bits == 5 else known & (lists <= (1 << (1 << self.bits)) - 1)

    def ends(self):
        """Behind the last row is one that is always empty."""
        return every(self.lists(number(self.rows - 1)) == 0, self.row_bits() >> (self.rows - 1) == 0)

    def list_agrees(self, list):
        """A list is marked if it has a block."""
        return (list < self.count) >> self.marked(list).same(self.head(list) != 0)


class Setting:
    """Any state whose bitmaps agree, and blocks that do not lie in it."""

    def __init__(self, profile, module, path):
        raw = unknown_function("memory")
        pure = Machine(module, path, Unknown(raw), number(1))
        constants = (pure.call(f"row_count_{profile}").value, pure.call(f"heads_{profile}").value, pure.call(f"count_{profile}").value)
        self.profile, self.path, self.pure, self.raw, self.constants = profile, path, pure, raw, constants
        self.pages, self.at = unknown("pages"), unknown("lists")
        self.size = constants[1] + 4 * constants[2]
        path.assume(every(self.pages >= 1, self.pages <= 65535, self.at & 3 == 0, self.at >= 1024))
        path.assume(self.at < number(0x7FFF0000))
        path.assume(self.at + self.size <= self.pages << 16)
        self.before = Lists(profile, constants, self.at, raw)
        self.machine = Machine(module, path, Unknown(raw, self.look), self.pages)
        path.assume(self.before.ends())

    def look(self, address):
        """The code reads a row, which agrees; or a head: its list agrees, and its block is one of that list."""
        row = (address - self.at - 4) >> 2
        self.path.assume((row < self.before.rows) >> self.before.row_agrees(row))
        list = (address - self.before.head_at(number(0))) >> 2
        inside = every(address >= self.before.head_at(number(0)), address < self.at + self.size)
        block = self.raw(address)
        self.path.assume(inside >> self.before.list_agrees(list))
        row_of_list = list >> self.before.bits
        self.path.assume(inside >> self.before.row_agrees(row_of_list))
        used = inside & (block != 0)
        self.path.assume(used >> every(self.is_block(block), self.list_of(block) == list))
        following = self.raw(block + 16)
        self.path.assume(
            (used & (following != 0)) >> every(self.is_block(following), following != block, self.list_of(following) == list)
        )

    def is_block(self, block):
        """Aligned, inside of memory, of a size that there is, and apart from the lists."""
        size = self.size_of(block)
        return every(
            block & 15 == 0,
            some(block >= self.at + self.size, block + 32 <= self.at),
            block >= 1024,
            block < number(0xFFFFFF00),
            block + 32 <= self.pages << 16,
            size >= 16,
            size <= self.pure.call("largest_block"),
        )

    def size_of(self, block):
        return self.raw(block + 12) << 2

    def list_of(self, block):
        return self.pure.call(f"of_{self.profile}", self.size_of(block))

    def after(self):
        return Lists(self.profile, self.constants, self.at, self.machine.memory.read)


def take(profile):
    def made(module):
        def run(path):
            setting = Setting(profile, module, path)
            before, machine = setting.before, setting.machine
            size, other = unknown("size"), unknown("any list")
            path.assume(every(size & 15 == 0, size >= 16, size <= setting.pure.call("largest_block")))
            if profile == "fast":  # requests are rounded, and their own list is one that fits
                path.assume(setting.pure.call("round_up_fast", size) == size)
            block = machine.call(f"take_{profile}", setting.at, size)
            path.reach()
            with path.aside():
                setting.look(before.head_at(other))
                path.assume(other < before.count)
                fitting = setting.pure.call(f"fitting_{profile}", size)
                path.require(((other >= fitting) & (before.head(other) != 0)) >> (block != 0), "no list that fits is missed")
                found = setting.list_of(block)
                path.require((block != 0) >> (setting.size_of(block) >= size), "what is taken is large enough")
                own = setting.pure.call(f"of_{profile}", size - 16) if profile == "small" else fitting
                path.require(
                    every(block != 0, other >= fitting, before.head(other) != 0) >> some(found <= other, found == own),
                    "what is taken is of the closest list",
                )
                after = setting.after()
                path.require(after.ends(), "behind the last row is nothing")
                row = unknown("any row")
                setting.look(setting.at + 4 + (row << 2))
                path.require((row < before.rows) >> after.row_agrees(row), "rows and lists agree afterwards")
                path.require(after.list_agrees(other), "lists and heads agree afterwards")
                path.require(
                    some(after.head(other) == before.head(other), (block != 0) & (other == found)), "no other list has changed"
                )

        return run

    return made


def insert(profile):
    def made(module):
        def run(path):
            setting = Setting(profile, module, path)
            before, machine = setting.before, setting.machine
            block, other = unknown("block"), unknown("any list")
            path.assume(setting.is_block(block))
            list = setting.list_of(block)
            setting.look(before.head_at(list))
            path.assume(before.head(list) != block)
            machine.call(f"insert_{profile}", setting.at, block, list)
            path.reach()
            with path.aside():
                path.assume(other < before.count)
                setting.look(before.head_at(other))
                after = setting.after()
                path.require(after.head(list) == block, "it is the first of its list")
                path.require(after.ends(), "behind the last row is nothing")
                row = unknown("any row")
                setting.look(setting.at + 4 + (row << 2))
                path.require((row < before.rows) >> after.row_agrees(row), "rows and lists agree afterwards")
                path.require(after.list_agrees(other), "lists and heads agree afterwards")
                path.require(some(after.head(other) == before.head(other), other == list), "no other list has changed")

        return run

    return made
