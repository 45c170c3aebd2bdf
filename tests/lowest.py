"""Print the oldest versions that setup.cfg promises, as pip takes them: ``pip install -c FILE``.

The lower bounds of what the package itself needs, each as the one version that is to be tried.
"""

import configparser
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def lowest(setup: str) -> list[str]:
    """Return a pin for each requirement; one without a lower bound is an error."""
    parser = configparser.ConfigParser()
    parser.read_string(setup)
    pins = []
    for line in parser["options"]["install_requires"].split("\n"):
        if not line.strip():
            continue
        found = re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])? *>= *([\w.]+)(?:, *< *[\w.]+)?", line)
        if found is None:
            raise SystemExit(f"setup.cfg promises no lowest version: {line}")
        pins.append(f"{found[1]}=={found[2]}")
    return pins


if __name__ == "__main__":
    sys.stdout.write("\n".join([*lowest((ROOT / "setup.cfg").read_text(encoding="utf-8")), ""]))
