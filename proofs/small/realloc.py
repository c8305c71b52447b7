"""`realloc` and `calloc` of the shipped `small`, on a heap of any number of blocks.

They call `malloc` and `free`. In the place of these stands what is proved of them elsewhere: that they find a heap is a goal
here, and what they leave is any heap of which that is true.
"""

from engine.execute import Machine
from engine.terms import Truth, choose, every, number, unknown

from .free import holds, kept
from .heap import USED, Found, State
from .malloc import given


class Calls:
    """A call of `malloc` at first, and of `free` at the end."""

    def __init__(self, path):
        self.path = path
        self.found = Found(path)
        self.before = self.found.state
        self.granted = self.freed = None  # the heaps that are left
        self.last = None  # and what was handed to free, as a heap
        self.block = self.gone = None  # the block that malloc has given, and the one that was freed

    def machine(self, module):
        return Machine(
            module,
            self.path,
            self.found.memory,
            self.before.pages,
            stand_ins={"malloc": self.malloc, "free": self.free},
        )

    def malloc(self, machine, bytes):
        if self.path.branch(unknown("malloc is refused", 1) == 1):
            return number(0)
        self.granted = Found(self.path, when=" after malloc")
        after, payload = self.granted.state, unknown("what malloc gives")
        for truth in given(self.before, after, payload, bytes).values():
            self.path.assume(truth)
        self.block = self.granted.look_at(payload - 16)
        self.granted.look_at(after.end(self.block))
        machine.memory, machine.pages = self.granted.memory, after.pages
        return payload

    def written(self, machine):
        """The heap that malloc left, with what has been written since: is it one?"""
        was = self.granted.state
        after = State(machine.memory.read, was.kind, was.time, was.now, machine.pages)
        holds(self.path, self.granted, machine, after, [self.block, was.end(self.block)])
        return after

    def free(self, machine, payload):
        self.gone = payload - 16
        self.path.require(self.granted.state.kind(self.gone) == USED, "what is freed is a used block")
        self.last = self.written(machine)
        self.freed = Found(self.path, when=" after free")
        self.path.assume(self.freed.state.kind(self.gone) != USED)
        machine.memory, machine.pages = self.freed.memory, self.freed.state.pages

    def changes_nothing(self, machine):
        self.path.require(Truth(value=machine.memory is self.found.memory), "a refusal changes nothing")

    def known(self, place, word):
        """Assumes what `malloc` and `free` leave of a place."""
        self.found.look_at(place)
        self.granted.look_at(place)
        self.granted.apart(place, self.block)
        steps = [(self.before, self.granted.state, number(0))]
        if self.freed:
            steps.append((self.last, self.freed.state, self.gone))
        for before, after, gone in steps:
            for truth in kept(before, after, place, word, gone).values():
                self.path.assume(truth)

    def frame(self, after, freed):
        with self.found.aside():
            place, word = unknown("a block"), unknown("a word in it")
            self.path.assume(word & 3 == 0)
            self.known(place, word)
            for name, truth in kept(self.before, after, place, word, freed).items():
                self.path.require(truth, name)


def bytes_agree(one, other, count):
    """The first bytes of two words, so many of them."""
    return every(*((count > byte) >> (one.part(8 * byte + 7, 8 * byte) == other.part(8 * byte + 7, 8 * byte)) for byte in range(4)))


def realloc(module):
    def run(path):
        calls = Calls(path)
        before, payload, bytes = calls.before, unknown("payload"), unknown("bytes")
        block = payload - 16
        resizes = not path.branch(payload == 0)
        if resizes:
            path.assume(before.kind(block) == USED)
            calls.found.look_at(block)
            calls.found.look_at(before.end(block))
        usable = before.end(block) - block - 4
        at = unknown("a distance in the block")
        path.assume(at & 3 == 0)

        machine = calls.machine(module)
        knowing = calls.malloc

        def malloc(machine, bytes):
            result = knowing(machine, bytes)
            if calls.granted and resizes:
                calls.known(block, payload + at)
            return result

        machine.stand_ins["malloc"] = malloc
        result = machine.call("realloc", payload, bytes)
        path.reach()
        if not calls.granted:
            calls.changes_nothing(machine)
            path.require(
                result == (payload if resizes and path.branch(usable >= bytes) else number(0)),
                "what is refused stays where it is, if it is large enough",
            )
            return
        given_ = calls.block + 16
        path.require(result == given_, "what malloc gives is the result")
        if not resizes:
            path.require(Truth(value=machine.memory is calls.granted.memory), "of null it is malloc")
            return
        path.require(Truth(value=calls.freed is not None), "something is freed")
        after = calls.freed.state
        path.require(after.kind(block) != USED, "the old block is freed")
        with calls.found.aside():
            calls.known(calls.block, given_ + at)
            shared = choose(usable < bytes, usable, bytes)
            path.require(
                (at < shared) >> bytes_agree(after.word(given_ + at), before.word(payload + at), shared - at),
                "the contents have come along",
            )
        calls.frame(after, block)

    return run


def calloc(module):
    def run(path):
        calls = Calls(path)
        count, size = unknown("count"), unknown("size")
        machine = calls.machine(module)
        result = machine.call("calloc", count, size)
        path.reach()
        product = count.extended(64) * size.extended(64)
        if not calls.granted:
            calls.changes_nothing(machine)
            path.require(result == 0, "a refusal is null")
            return
        path.require(product < number(1 << 32, 64), "so many bytes can be")
        payload = calls.block + 16
        path.require(result == payload, "what malloc gives is the result")
        path.require(
            (calls.granted.state.end(calls.block) - calls.block - 4).extended(64) >= product, "it is large enough"
        )
        after = calls.written(machine)
        at = unknown("a distance in the block")
        path.assume(at & 3 == 0)
        path.require(
            (at.extended(64) < product)
            >> bytes_agree(after.word(payload + at), number(0), product.lowest(32) - at),
            "it is cleared",
        )
        calls.frame(after, number(0))

    return run
