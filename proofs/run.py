"""Runs proofs on modules in a folder: `python run.py FOLDER [--quick] [NAME...]`."""

import sys
import time
from pathlib import Path

from engine.module import decode
from engine.proof import Unproved, prove
from registry import PROOFS


def main():
    folder, *words = sys.argv[1:]
    names = [word for word in words if not word.startswith("--")]
    if unknown := set(names) - {proof.name for proof in PROOFS}:
        sys.exit(f"{', '.join(sorted(unknown))}: not one of {', '.join(proof.name for proof in PROOFS)}")
    log = print if "--verbose" in words else None
    chosen = [proof for proof in PROOFS if (proof.name in names if names else proof.quick or "--quick" not in words)]
    failures = 0

    def module(name):
        return decode((Path(folder) / f"{name}.wasm").read_bytes())

    for proof in chosen:
        began = time.process_time()
        try:
            goals, paths = prove(proof.make(module(proof.module)), paths=proof.paths, log=log)
            print(f"proved: {proof.title}: {goals} goals on {paths} paths, {time.process_time() - began:.0f} s of a processor", flush=True)
        except Unproved as unproved:
            failures += 1
            print(f"FAILED: {proof.title}: {unproved}", flush=True)
        if not proof.mistakes:
            failures += 1
            print(f"FAILED: {proof.title}: there is no mistake that it would find", flush=True)
        for name, mistake in proof.mistakes.items():
            wrong = module(mistake) if isinstance(mistake, str) else mistake(module(proof.module))
            try:
                prove(proof.make(wrong), log=log)
            except Unproved as unproved:
                if unproved.found:
                    print(f"  found: {name}: {unproved.goal}", flush=True)
                    continue
                name = f"{name}: {unproved}"
            failures += 1
            print(f"FAILED: {proof.title}: a mistake is not found: {name}", flush=True)
    sys.exit(1 if failures else 0)


main()
