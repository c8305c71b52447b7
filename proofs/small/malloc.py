"""`malloc` of the shipped `small`, on a heap of any number of blocks: what is found, what growth gives, and a refusal."""

from engine.execute import Branch, Machine
from engine.terms import Truth, choose, every, number, unknown

from .floats import first_list, later_lists_serve
from .free import frame, holds
from .heap import FIRST_BLOCK, FOREIGN, FREE, LAST_LIST, NOTHING, SENTINEL, USED, Found, State


class Again(Exception):
    """The loop goes on: from a state like the one that it was entered with."""


def search(path, found, bytes):
    """The loop over lists, cut: it is run once, from any list at which it can be. `a list` stands for all of them."""
    state = found.state

    def cut(frame, loop):
        first, head, other = frame.variables[1], unknown("the list in turn"), unknown("a list")

        def so_far(at):
            """What is true whenever the loop begins: no list between the first one and this one has a block."""
            return {
                "the search stays among the lists": every(
                    at & 3 == 0, at >= first, at <= 4 * (LAST_LIST + 1), (at == first) | (at <= 4 * LAST_LIST)
                ),
                "no list that fits is passed over": every(other & 3 == 0, other > first, other < at)
                >> (state.word(other + 16) == 0),
            }

        path.assume(later_lists_serve(bytes, number(16)))
        for goal, truth in so_far(first).items():
            path.require(truth, f"{goal}, at first")
        for truth in so_far(head).values():
            path.assume(truth)
        # Sizes of no block, up to 12 bytes, begin with lists before the first: those are empty.
        path.assume((head < 4 * 262) >> (state.word(head + 16) == 0))
        frame.variables[1] = head
        block = found.look_at(state.word(head + 16))
        found.look_at_list(head)
        path.place(head, "lists", None)
        path.assume(later_lists_serve(bytes, state.end(block) - block))
        try:
            frame.run(loop.body)
        except Branch as branch:
            if branch.depth:
                raise Branch(branch.depth - 1) from None
            for goal, truth in so_far(frame.variables[1]).items():
                path.require(truth, goal)
            raise Again from None

    return cut


def given(before, after, payload, bytes):
    """What `malloc` gives."""
    block = payload - 16
    return {
        "nobody has the block yet": before.kind(block) != USED,
        "... and nobody else": before.kind(block) != FOREIGN,
        "the block is used": after.kind(block) == USED,
        "it is aligned": every(payload & 15 == 0, payload >= FIRST_BLOCK + 16),
        "it is as large as was asked for": every(after.end(block) > block, after.end(block) - block - 4 >= bytes),
    }


def malloc(module, grows):
    """Of one that finds a free block; or of one that makes memory grow, or is refused."""

    def run(path):
        found = Found(path)
        before, bytes = found.state, unknown("bytes")
        search_ = search(path, found, bytes)
        left = {}

        def cut(frame, loop):
            """Only the ways that the proof is about."""
            try:
                search_(frame, loop)
                left["grows"] = True
            except Branch:
                left["grows"] = False
                if grows:
                    raise Again from None
                raise
            if not grows:
                raise Again

        machine = Machine(
            module, path, found.memory, before.pages, found.look, {"malloc": cut}, converted=found.converted
        )
        for place in (before.top, before.word(before.top + 8), before.pages << 16):
            if grows:
                found.look_at(place)
        try:
            payload = machine.call("malloc", bytes)
        except Again:
            return
        path.reach()
        word = unknown("any word")
        if path.branch(payload == 0):
            path.require(machine.memory.read(word) == before.word(word), "a refusal changes nothing")
            path.require(machine.pages == before.pages, "nor the length of memory")
            path.require(Truth(value=grows), "what is found is no null")
            return

        block = payload - 16
        end = (machine.pages << 16) - 16 if grows else before.end(block)
        top = before.top
        remainder = payload + ((bytes + 3) & -16)
        cut_off = remainder != end
        joined = every(block != top, block < top)  # the free tail before the last sentinel has gained memory

        def kind(at):
            result = choose((at == remainder) & cut_off, number(FREE, 3), before.kind(at))
            if grows:
                result = choose(joined & (at == top) & (top != remainder), number(NOTHING, 3), result)
                result = choose((at == end), number(SENTINEL, 3), result)
            return choose(at == block, number(USED, 3), result)

        def time(at):
            return choose((at == remainder) & cut_off, before.now, before.time(at))

        after = State(machine.memory.read, kind, time, before.now + 1, machine.pages)
        touched = [block, end, top]
        for place in touched:
            found.look_at(place)
        for name, truth in given(before, after, payload, bytes).items():
            path.require(truth, name)
        head = found.look_at_list(after.word(remainder + 20))
        # Those beside the block in its list, and the first one of the remainder's, do not lie in the block.
        beside = [found.look_at(before.word(place)) for place in (block + 16, block + 20, head + 16)]
        found.all_apart(beside, touched)
        holds(path, found, machine, after, touched)
        frame(path, found, after, number(0))

    return run
