"""`free` of the shipped `small`, on a heap of any number of blocks."""

from engine.execute import Machine
from engine.memory import hits
from engine.terms import choose, every, number, some, unknown

from .heap import FREE, FOREIGN, NOTHING, USED, Found, State, sizes_have_lists


def kept(before, after, place, word, freed):
    """What a call leaves of what begins at a place, and of a word in it."""
    used, foreign = before.kind(place) == USED, before.kind(place) == FOREIGN
    stays = every(used, place != freed)
    unchanged = after.word(word) == before.word(word)
    return {
        "a used block stays one": stays >> (after.kind(place) == USED),
        "it ends where it did": stays >> (after.end(place) == before.end(place)),
        "no byte of a used block changes": every(stays, word >= place + 16, word < before.end(place) + 12) >> unchanged,
        "what is somebody else's stays so": foreign >> (after.kind(place) == FOREIGN),
        "no byte of somebody else's memory changes": every(foreign, word >= place, word < place + 16) >> unchanged,
    }


def frame(path, found, after, freed):
    """No byte of a used block, nor of somebody else's memory, has changed."""
    before = found.state
    with found.aside():
        known = list(found.blocks)
        place = found.look_at(unknown("a block"))
        found.look_at(before.end(place))
        for other in known:
            found.apart(place, other)
        word = unknown("a word in it")
        path.assume(word & 3 == 0)
        for name, truth in kept(before, after, place, word, freed).items():
            path.require(truth, name)


def holds(path, found, machine, after, touched):
    """The heap that is left is one again: everything is true of any block, any two and any list."""
    for name, truth in after.about_all().items():
        path.require(truth, name)
    with found.aside():
        x = found.look_around(unknown("any block"))
        found.apart(x, *touched)
        found.all_apart((found.state.word(x + offset) for offset in (8, 16, 20)), touched)
        about = after.about(x)
        for name in ("a kind is one of five", "what begins is aligned and inside of memory"):
            path.require(about.pop(name), name)
        # The rest says nothing of where nothing begins.
        path.assume(after.kind(x) != NOTHING)
        path.place(x, "blocks", 0)
        cases = hits(machine.memory, x + 12) + hits(machine.memory, x + 16) + hits(machine.memory, x + 20)
        for name, truth in after.about(x).items():
            path.require(truth, name, cases)
    with found.aside():
        head = found.look_at_list(unknown("any list"))
        found.all_apart([found.look_at(found.state.word(head + 16))], touched)
        for name, truth in after.about_list(head).items():
            path.require(truth, name, hits(machine.memory, head + 16))
    with found.aside():
        x, y = found.look_at(unknown("any block")), found.look_at(unknown("another block"))
        found.apart(x, y, *touched)
        for name, truth in after.about_two(x, y).items():
            path.require(truth, name)


def free(module, blocks=None):
    """Of a heap of any number of blocks, or of one pool of so many."""

    def run(path):
        found = Found(path, blocks)
        before = found.state
        payload = unknown("payload")
        block = payload - 16
        machine = Machine(module, path, found.memory, before.pages, found.look)
        if path.branch(payload == 0):
            machine.call("free", payload)
            assert machine.memory is found.memory
            return
        path.assume(before.kind(block) == USED)
        found.look_at(block)
        # What it should have become: with the free neighbours, one free block.
        previous, end = before.word(block + 8), before.end(block)
        joins_before = before.flag(block) == 1
        joins_after = before.kind(end) == FREE
        first = choose(joins_before, previous, block)
        touched = [block, end]
        if not path.certain(~joins_before):
            touched.append(previous)
        for place in touched:
            found.look_at(place)
        path.assume(sizes_have_lists(choose(joins_after, before.end(end), end) - first))

        machine.call("free", payload)
        path.reach()

        def kind(at):
            gone = some((at == block) & joins_before, (at == end) & joins_after)
            return choose(at == first, number(FREE, 3), choose(gone, number(NOTHING, 3), before.kind(at)))

        def time(at):
            return choose(at == first, before.now, before.time(at))

        after = State(machine.memory.read, kind, time, before.now + 1, before.pages)
        path.require(after.kind(block) != USED, "the block is no longer used")
        head = found.look_at_list(after.word(first + 20))
        found.look_at(before.word(head + 16))
        holds(path, found, machine, after, touched)
        frame(path, found, after, block)

    return run
