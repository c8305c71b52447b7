"""Calls a component's functions on wasmtime, over and over: what it answered last, and how its memory grew, as JSON."""

import json
import sys

import wasmtime
from wasmtime import component

file, calls = sys.argv[1], int(sys.argv[2])
engine = wasmtime.Engine()
store = wasmtime.Store(engine)
store.set_wasi(wasmtime.WasiConfig())
linker = component.Linker(engine)
linker.add_wasip2()
instance = linker.instantiate(store, component.Component.from_file(engine, file))


def call(name, *args):
    function = instance.get_func(store, name)
    result = function(store, *args)
    function.post_return(store)
    return result


memory = []
joined = doubled = None
for i in range(calls):
    words = [f"word {i}"] * (i % 50)
    joined = call("join", words, ", ")
    assert joined == ", ".join(words)
    numbers = list(range(i % 300))
    doubled = call("double", numbers)
    assert doubled == [2 * number for number in numbers]
    if i in (calls // 10, calls - 1):
        memory.append(call("memory-bytes"))
print(json.dumps({"joined": joined, "doubled": len(doubled), "memory": memory}))
