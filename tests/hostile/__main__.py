"""Run hostile cases by hand, and print each that is not answered as wanted."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.hostile.awaited import AWAITED
from tests.hostile.case import all_cases
from tests.hostile.changed_bytes import FORMATS, changed_case
from tests.hostile.runner import run_cases


def _progress(result: dict[str, Any]) -> None:
    """Print a sign for each case as it ends, the names of those that fall short."""
    print(
        f"\n{result['name']}: {result['complaints'][0][:150]}" if result["complaints"] else ".",
        end="",
        file=sys.stderr,
        flush=True,
    )


def seeds_of(told: str | None) -> range:
    """Return the seeds from one to another."""
    first, _, last = (told or "1-0").partition("-")
    return range(int(first), int(last or first) + 1)


def main() -> int:
    """Run the cases whose name holds a pattern; return how many fell short unexpectedly."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("patterns", nargs="*", help="parts of names; all cases without one")
    parser.add_argument("--list", action="store_true", help="only name them")
    parser.add_argument("--said", action="store_true", help="show what was said, of every case")
    parser.add_argument("--light", action="store_true", help="leave out heavy ones")
    parser.add_argument("--processes", type=int, default=2)
    told = "instead of the corpus, good files with changed bytes: a seed, or two with a dash"
    parser.add_argument("--changed", metavar="SEEDS", help=told)
    parser.add_argument("--results", metavar="FILE", help="write what became of each, as JSON")
    options = parser.parse_args()
    changes = [
        changed_case(f"changed/{name}/{seed}")
        for seed in seeds_of(options.changed)
        for name in FORMATS
        if not options.patterns or name in options.patterns
    ]
    cases = changes or [
        case
        for case in all_cases().values()
        if not options.patterns or any(pattern in case.name for pattern in options.patterns)
        if not (options.light and case.heavy)
    ]
    if options.list:
        print(*(case.name for case in cases), f"{len(cases)} cases", sep="\n")
        return 0
    started = time.monotonic()
    results = run_cases(cases, processes=options.processes, told=_progress)
    if options.results:
        Path(options.results).write_text(json.dumps(results, indent=1), encoding="utf-8")
    short = 0
    for case in cases:
        told = results[case.name]
        awaited = AWAITED.get(case.name)
        if not told["complaints"] and awaited is None and not options.said:
            continue
        short += bool(told["complaints"]) != (awaited is not None)
        mark = "FAILS" if told["complaints"] else "passes"
        print(
            f"{mark} {case.name} [{awaited or ''}] {told.get('seconds')} s {told.get('megabytes')} MB"
        )
        print(*(f"    {one}" for one in told["complaints"]), sep="\n")
        if options.said or told["complaints"]:
            print(
                *(f"    | {line[:220]}" for line in told.get("said", "").splitlines()[:12]),
                sep="\n",
            )
    failing = sum(bool(results[case.name]["complaints"]) for case in cases)
    print(
        f"{len(cases)} cases, {failing} not as wanted, {short} not as marked, {time.monotonic() - started:.0f} s"
    )
    return short


if __name__ == "__main__":
    sys.exit(main())
