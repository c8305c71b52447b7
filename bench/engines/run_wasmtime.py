"""`measure.mjs` on wasmtime: a folder with job.json; the results as JSON."""

import json
import sys
import time

import wasmtime

folder = sys.argv[1]
with open(f"{folder}/job.json") as file:
    job = json.load(file)
engine = wasmtime.Engine()
modules = {
    name: wasmtime.Module.from_file(engine, f"{folder}/{file}")
    for name, file in job["programs"].items()
}


def once(module, row):
    store = wasmtime.Store(engine)
    run = wasmtime.Instance(store, module, []).exports(store)[row["run"]]
    run(store, row["operations"] // 8, *row["parameters"])
    start = time.perf_counter()
    run(store, row["operations"], *row["parameters"])
    return (time.perf_counter() - start) * 1e9 / row["calls"]


results = {}
for row in job["rows"]:
    rounds = {name: [] for name in modules}
    for _ in range(job["rounds"]):
        for name, module in modules.items():
            rounds[name].append(once(module, row))
    results[row["name"]] = {
        name: sorted(figures)[len(figures) // 2] for name, figures in rounds.items()
    }
print(json.dumps(results))
