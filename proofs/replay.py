"""Does again what V8 did, by the engine that proofs run wasm by: `python replay.py MODULE HISTORY`."""

import json
import sys
from pathlib import Path

from engine.execute import Machine
from engine.memory import Known
from engine.module import decode
from engine.proof import Path as Way
from engine.terms import choose, number


class Instance(Machine):
    """With a memory of 8 pages at most."""

    def grow(self, more):
        before = self.pages
        granted = (more <= 8) & (before + more <= 8)
        self.pages = choose(granted, before + more, before)
        return choose(granted, before, number(-1))


def digest(words):
    total = 0x811C9DC5
    for address in sorted(words):
        if words[address]:
            for value in (address, words[address]):
                total = (total ^ value) * 0x01000193 % (1 << 32)
    return total


def main():
    module, history = sys.argv[1:]
    decoded = decode(Path(module).read_bytes())
    machine = Instance(decoded, Way([], 1), Known({}), number(1))
    if decoded.start is not None:
        machine._call(decoded.start, [])
    recorded = json.loads(Path(history).read_text())
    seed, rows = recorded["seed"], recorded["rows"]
    for place, row in enumerate(rows):
        machine.steps = 0
        result = machine.call(row["name"], *[number(value) for value in row["values"]])
        found = ((result.value if result is not None else 0), machine.pages.value, digest(machine.memory.words))
        if found != (row["result"], row["pages"], row["digest"]):
            sys.exit(f"FAILED: call {place}, {row['name']}({row['values']}): {found} here, and in V8 {row}; HEAPLET_SEED={seed}")
    print(f"the engine of the proofs does what V8 does: {len(rows)} calls, all of memory after each (seed {seed})")


main()
