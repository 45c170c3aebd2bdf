"""Judge what became of a hostile input."""

import re
from typing import Any

from tests.hostile.case import Case

#: What moves a cursor, turns the direction of text or is no character: C0 but tab and line feed,
#: DEL, C1, and the marks of direction.
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_COUNTS = re.compile(r"^Used ([\d,]+)\.", re.MULTILINE)
_UNUSED = re.compile(r"^Used .*Could not use ([\d,]+)\.", re.MULTILINE)
_LIBRARY = re.compile(
    r"^(?:.*Warning: |ERROR \d+: |Warning \d+: |thread '|free\(\)).*", re.MULTILINE
)
_GUESSED = re.compile(r"^(The set-up was guessed|What is known of).*\Z", re.MULTILINE | re.DOTALL)
# A refusal is read by a person at a desk; a file that is used is told of more fully.
_MOST_LINES, _MOST_CHARACTERS, _MOST_MEGABYTES = 20, 6000, 700
#: CPU time beyond which a case is ended: ten to a hundred times what any needs.
SECONDS, HEAVY_SECONDS = 25.0, 120.0


def complaints(case: Case, outcome: dict[str, Any]) -> list[str]:
    """Return everything about an outcome that is not as promised."""
    said, status = outcome["said"], outcome["status"]
    found = []
    if outcome["raised"]:
        found.append(f"raised {outcome['raised']}")
    if "Traceback (most recent call last)" in said:
        found.append("a traceback was printed")
    found += _as_wanted(case, status, said)
    found += _on_the_terminal(case, status, said)
    found += _on_the_disk(case, outcome)
    found += [f"asked: {what}" for what in dict.fromkeys(outcome["asked"])]
    heavy = 3 if case.heavy else 1
    if outcome["megabytes"] > heavy * _MOST_MEGABYTES:
        found.append(f"took {outcome['megabytes']} MB")
    return found


def _as_wanted(case: Case, status: int | None, said: str) -> list[str]:
    used, unused = _COUNTS.search(said), _UNUSED.search(said)
    accepted = int(used[1].replace(",", "")) if used else None
    rejected = int(unused[1].replace(",", "")) if unused else None
    lacking = [one.lacks(status, accepted, rejected, said) for one in case.wanted]
    return [] if "" in lacking else ["; or ".join(dict.fromkeys(lacking))]


def _on_the_terminal(case: Case, status: int | None, said: str) -> list[str]:
    found = []
    if not case.command.startswith("read_") and (raw := RAW.search(said)):
        found.append(f"raw {raw[0]!r} on the terminal")
    if library := _LIBRARY.search(said):
        found.append(f"a library speaks: {library[0][:160]}")
    if status and not said.strip():
        found.append("no word of why")
    told = _GUESSED.sub("", said)
    # What was not recorded is a list of doors to call at, as long as the team's own.
    lines = (2 if case.command.startswith("visits record") else 1) * _MOST_LINES
    if status and (told.count("\n") > lines or len(told) > _MOST_CHARACTERS):
        found.append(f"{told.count(chr(10))} lines, {len(told):,} characters of refusal")
    elif len(said) > 5 * _MOST_CHARACTERS:
        found.append(f"{len(said):,} characters on the terminal")
    return found


def _on_the_disk(case: Case, outcome: dict[str, Any]) -> list[str]:
    before, after = outcome["before"], outcome["after"]
    # A bare file's set-up is written beside it: that is promised.
    new = [
        name
        for name in after.keys() - before.keys()
        if name not in case.changes and not name.endswith(".toml")
    ]
    changed = [
        name for name in before if after.get(name) != before[name] and name not in case.changes
    ]
    found = [f"new beside the input: {sorted(new)[:5]}"] if new else []
    found += [f"changed: {sorted(changed)[:5]}"] if changed else []
    return found + ([f"left in the temp folder: {outcome['left'][:5]}"] if outcome["left"] else [])
