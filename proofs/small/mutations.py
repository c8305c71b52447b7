"""Mistakes that are made in the shipped bytes: each must be found by the proof that it is for."""

from dataclasses import replace

from engine.module import changed, each_instruction


def function_of(module, name):
    """An exported function; or `unlink`, the only one that is not exported, takes a block and gives its end."""
    if name in module.exports:
        return module.exports[name]
    found = [
        index
        for index, function in enumerate(module.functions)
        if module.name_of(index) is None and (len(function.parameters), len(function.results)) == (1, 1)
    ]
    if name != "unlink" or len(found) != 1:
        raise ValueError(f"no function is {name}")
    return found[0]


def mistake(function, name, immediate, new, place=0):
    """Of the instructions of a function with this name and immediate, the one at a place has another immediate; or, where
    that is a name, is another instruction."""

    def make(module):
        index = function_of(module, function)
        body = module.functions[index].body
        found = [
            (path, instruction)
            for path, instruction in each_instruction(body)
            if instruction.name == name and (immediate is None or instruction.immediate == immediate % (1 << 32))
        ]
        if place >= len(found):
            raise ValueError(f"{function} has no such {name}")
        path, instruction = found[place]
        other = replace(instruction, name=new) if isinstance(new, str) else replace(instruction, immediate=new % (1 << 32))
        return module.with_body(index, changed(body, path, (other,)))

    return make


FREE = {
    "the flag of the block behind is not set": mistake("free", "i32.const", 1, 0, place=-1),
    "the footer lies in the header": mistake("free", "i32.store", 8, 12),
    "a block that leaves its list keeps its flag": mistake("unlink", "i32.const", -2, -1),
    "the list is that of twice the size": mistake("free", "i32.const", 22, 21),
    "the next block is not linked back": mistake("unlink", "i32.store", 20, 24),
}

MALLOC = {
    "a block is found that is 8 bytes too short": mistake("malloc", "i32.const", 4, -4),
    "the remainder begins a granule too early": mistake("malloc", "i32.const", 3, -13),
}

GROWTH = {
    "there is no place for the sentinel": mistake("malloc", "i64.const", 65556, 65536),
    "the sentinel lies at the very end": mistake("malloc", "i32.const", 16, 0, place=3),
}

REALLOC = {
    "what is freed is the new block": mistake("realloc", "local.get", 0, 3, place=-2),
    "as much is copied as is asked for": mistake("realloc", "local.get", 2, 1, place=1),
    "the flag counts as a byte that can be used": mistake("realloc", "i32.const", -2, -1),
}

CALLOC = {
    "a product of 33 bits is taken for one of 32": mistake("calloc", "i64.const", 32, 33),
    "what is cleared is as long as its address": mistake("calloc", "local.get", 1, 0, place=-1),
}
