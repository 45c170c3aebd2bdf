"""Run the benchmarks: ``python -m tests.benchmarks [CASE ...]``, all of them by default."""

import argparse
import sys

from tests.benchmarks import (
    cocooning,
    density,
    force,
    forecast,
    growth,
    knox,
    pairs,
    placebo,
    reading,
)

CASES = {
    "pairs": pairs.contenders,
    "knox": knox.contenders,
    "density": density.contenders,
    "forecast": forecast.contenders,
    "cocooning": cocooning.contenders,
    "force": force.contenders,
    "placebo": placebo.contenders,
    "growth": growth.contenders,
    "reading": reading.contenders,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="case", help=", ".join(CASES))
    chosen = parser.parse_args().cases or list(CASES)
    unknown = [case for case in chosen if case not in CASES]
    if unknown:
        parser.error(f"no benchmark {unknown[0]!r}; there are {', '.join(CASES)}")
    for case in chosen:
        CASES[case]().run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
