"""Every proof: what of, how long it may take, and the mistakes that it must find."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from core import lists, mapping, pages
from small import floats, mutations
from small.free import free
from small.malloc import malloc
from small.realloc import calloc, realloc

HERE = Path(__file__).parent


@dataclass
class Proof:
    name: str
    title: str
    module: str  # the file of the bytes, without .wasm
    make: object
    quick: bool = False  # a part of `npm test`
    paths: int | None = None  # how many there must be
    mistakes: dict = field(default_factory=dict)  # how to make each in the module's bytes; or the name of another module


def in_sources(proof):
    """The mistakes that build.mjs compiles into modules of their own."""
    known = json.loads((HERE / "core" / "mutations.json").read_text())
    return {row["name"]: f"core-{row['name']}" for row in known if row["proof"] == proof}


SMALL = "heaplet-small"

PROOFS = [
    Proof(
        "small-mapping",
        "small: the list of a size, and the list that a search begins with",
        SMALL,
        floats.mapping,
        quick=True,
        mistakes={"the request's last byte is forgotten": mutations.mistake("malloc", "i64.const", 3, 0)},
    ),
    *(
        Proof(f"bins-{profile}", f"{profile}: a size and its list", "core", mapping.bins(profile), True, None, in_sources("bins"))
        for profile in ("small", "lean", "fast", "hardened")
    ),
    Proof("slabs", "fast: classes of slab pages", "core", mapping.slabs, True, None, in_sources("slabs")),
    Proof("ranges", "fast: lists of ranges", "core", mapping.ranges, True, None, in_sources("ranges")),
    Proof("page", "fast: blocks lie in their slab page", "core", pages.page, False, None, in_sources("page")),
    *(
        Proof(
            f"{operation}-{profile}",
            f"{profile}: bitmaps and lists, {operation}",
            "core",
            getattr(lists, operation)(profile),
            profile == "small",
            None,
            in_sources(operation),
        )
        for profile in ("small", "fast")
        for operation in ("insert", "take")
    ),
    Proof(
        "free-1",
        "small: free, in a heap of one block",
        SMALL,
        lambda module: free(module, 1),
        quick=True,
        mistakes={name: mutations.FREE[name] for name in ("the flag of the block behind is not set", "the footer lies in the header")},
    ),
    Proof(
        "free-2",
        "small: free, in a heap of two blocks",
        SMALL,
        lambda module: free(module, 2),
        # With two blocks none that leaves its list has another one behind it there.
        mistakes={name: make for name, make in mutations.FREE.items() if name != "the next block is not linked back"},
    ),
    Proof(
        "free",
        "small: free, in a heap of any number of blocks",
        SMALL,
        free,
        mistakes=mutations.FREE,
    ),
    Proof(
        "malloc",
        "small: malloc that finds a block, in a heap of any number of blocks",
        SMALL,
        lambda module: malloc(module, grows=False),
        mistakes=mutations.MALLOC,
    ),
    Proof(
        "malloc-growth",
        "small: malloc that makes memory grow or is refused, in a heap of any number of blocks",
        SMALL,
        lambda module: malloc(module, grows=True),
        mistakes=mutations.GROWTH,
    ),
    Proof(
        "realloc",
        "small: realloc, in a heap of any number of blocks",
        SMALL,
        realloc,
        mistakes=mutations.REALLOC,
    ),
    Proof(
        "calloc",
        "small: calloc, in a heap of any number of blocks",
        SMALL,
        calloc,
        mistakes=mutations.CALLOC,
    ),
]
