"""A wasm memory as words: what was written, newest first, over contents of which nothing is known."""

from .terms import choose, number


class Unknown:
    """Memory as it was found. `seen` is told of each address that is read of it."""

    def __init__(self, word, seen=lambda address: None):
        self.word, self.seen = word, seen

    def read(self, address):
        self.seen(address)
        return self.word(address)


class Written:
    """One word more. `apart` knows of two addresses that they surely differ, where that is cheap to know."""

    def __init__(self, before, address, value, apart):
        self.before, self.address, self.value, self.apart = before, address, value, apart

    def read(self, address):
        same = address == self.address
        if same.value is not None:
            return self.value if same.value else self.before.read(address)
        if self.apart(address, self.address):
            return self.before.read(address)
        return choose(same, self.value, self.before.read(address))


class Replaced:
    """`length` bytes from `start` on are others: `word(address, before)` says which. It begins at a word's first byte."""

    def __init__(self, before, start, length, word):
        self.before, self.start, self.length, self.word = before, start, length, word

    def read(self, address):
        old, new = self.before.read(address), self.word(address, self.before)
        result = None
        for byte in (3, 2, 1, 0):
            inside = address - self.start + byte < self.length
            part = choose(inside, new.part(8 * byte + 7, 8 * byte), old.part(8 * byte + 7, 8 * byte))
            result = part if result is None else result.followed_by(part)
        return result


def copied(before, to, origin, length):
    return Replaced(before, to, length, lambda address, old: old.read(address - to + origin))


def cleared(before, start, length):
    return Replaced(before, start, length, lambda address, old: number(0))


def hits(memory, address):
    """When a read would find what was written: each case in which it does."""
    cases = []
    while isinstance(memory, (Written, Replaced)):
        if isinstance(memory, Written) and not memory.apart(address, memory.address):
            same = address == memory.address
            if same.value is None:
                cases.append(same)
        memory = memory.before
    return cases
