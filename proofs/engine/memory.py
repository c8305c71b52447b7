"""A wasm memory as words: what was written, newest first, over contents of which nothing is known."""

from .terms import choose, number


class Known:
    """Memory of which every word is known: for a comparison with another engine."""

    def __init__(self, words):
        self.words = words

    def read(self, address):
        return number(self.words.get(address.value, 0))

    def written(self, address, value, apart):
        self.words[address.value] = value.value
        return self

    def replaced(self, start, length, word):
        new = {at: word(number(start.value + at), self).value for at in range(0, length.value, 4)}
        for at, value in new.items():
            mask = (1 << 8 * min(4, length.value - at)) - 1
            address = start.value + at
            self.words[address] = (self.words.get(address, 0) & ~mask & 0xFFFFFFFF) | (value & mask)
        return self


class Changing:
    """Memory that keeps what it was."""

    def written(self, address, value, apart):
        return Written(self, address, value, apart)

    def replaced(self, start, length, word):
        return Replaced(self, start, length, word)


class Unknown(Changing):
    """Memory as it was found. `seen` is told of each address that is read of it."""

    def __init__(self, word, seen=lambda address: None):
        self.word, self.seen = word, seen

    def read(self, address):
        self.seen(address)
        return self.word(address)


class Written(Changing):
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


class Replaced(Changing):
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
    return before.replaced(to, length, lambda address, old: old.read(address - to + origin))


def cleared(before, start, length):
    return before.replaced(start, length, lambda address, old: number(0))


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
