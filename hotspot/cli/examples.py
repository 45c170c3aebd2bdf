"""What may be typed: an example or two of every command, shown by its ``--help``.

Each is read by the parser in a test.
"""

import argparse
from collections.abc import Iterator

#: By the words of the command.
EXAMPLES: dict[str, tuple[str, ...]] = {
    "check": (
        "check crimes.xlsx",
        "check crimes.csv --rejected rejected.csv --as-of 2026-03-02",
        "check crimes.csv --database sqlite:///crimes.gpkg?table=crimes",
    ),
    "knox": ("knox crimes.csv", "knox crimes.csv --distances 100 200 400 --days 7 14 --seed 1"),
    "density": (
        "density crimes.csv",
        "density crimes.csv --bandwidth select --cell 50",
        "density crimes.csv --database postgresql://gis@localhost/police?table=crime.hotspots",
    ),
    "trends": ("trends crimes.toml", "trends crimes.xlsx --month 2026-02 --areas beats.geojson"),
    "impact": ("impact crimes.toml", 'impact crimes.toml --operation "Op Beacon" --seed 1'),
    "patrol": (
        "patrol fixes.csv --places hotspots.gpkg",
        "patrol crimes.toml --fixes fixes.csv --shifts shifts.csv --minutes 15",
    ),
    "backtest": ("backtest crimes.csv", "backtest crimes.csv --models promap rule --windows 52"),
    "cocoon": ("cocoon crimes.toml", "cocoon crimes.csv --addresses addresses.csv --dry-run"),
    "brief": (
        "brief my-folder",
        "brief crimes.toml --as-of 2026-03-02 --replace",
        "brief north.toml south.toml --jobs 2",
    ),
    "visits record": ("visits record returned.xlsx --config crimes.toml",),
    "visits report": ("visits report --config crimes.toml --folder report",),
    "visits explain": ('visits explain "12 Mill Lane" --config crimes.toml',),
    "visits marks": (
        "visits marks --config crimes.toml",
        'visits marks --lift V-AB12CD34EF --why "asked by phone, 3 March" --config crimes.toml',
    ),
    "visits notes": ("visits notes --config crimes.toml --folder notes",),
    "visits subject": ('visits subject "12 Mill Lane" --config crimes.toml --json',),
    "visits correct": (
        'visits correct V-AB12CD34EF --to-result "no reply" --why "wrong row" --config crimes.toml',
    ),
    "visits log": ("visits log --config crimes.toml",),
    "visits purge": ("visits purge --before 2025-03-02 --config crimes.toml --dry-run",),
    "share write": (
        "share write crimes.toml --crimes 23/100 23/104 --fields crime_ref occurred_from mo "
        '--recipient "Northland Police, series desk" --purpose "one series" --regime "Part 3" '
        '--gateway "agreement 12/2026" --discloser "Eastmark Police, head of analysis" '
        "--marking OFFICIAL-SENSITIVE --expires 2026-09-01 --folder share",
    ),
    "share read": ("share read share --out theirs",),
    "share matching": (
        "share matching crimes.toml --force Humberside --batch-date 2026-03-02 --out batch.csv",
    ),
    "share amend": (
        'share amend share crimes.toml --reason "re-classed" --remove 23/104 --folder correction',
    ),
    "share correct": (
        "share correct share correction --dry-run",
        "share correct share correction",
    ),
    "share merge": ("share merge ours.parquet theirs.parquet --boundary forces.geojson",),
    "series": ("series crimes.toml --series S/14",),
    "score": ("score crimes.toml --rule rule.toml",),
    "cameras": (
        "cameras crimes.toml --cameras register.csv",
        'cameras crimes.toml --crime 23/100 --asked C12 --who "PC 1234"',
    ),
    "lookup": ('lookup "12 Mill Lane" crimes.toml', "lookup 100012345678 crimes.toml --json"),
    "map print": ("map print map.html --paper A3",),
    "map public": (
        "map public crimes.csv --addresses addresses.csv --out public.html",
        "map public crimes.toml --out public.html --dry-run",
    ),
    "demo": ("demo", "demo my-folder --seed 2"),
}


def commands_of(
    parser: argparse.ArgumentParser, words: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Return every command that has none below it, by its words."""
    below = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    if not below:
        yield words, parser
    for name, command in (pair for one in below for pair in one.choices.items()):
        yield from commands_of(command, f"{words} {name}".strip())


def show_examples(parser: argparse.ArgumentParser) -> None:
    """Write the examples of each command below its help."""
    for words, command in commands_of(parser):
        examples = EXAMPLES.get(words, ())
        # Filled by the parser, all would be one line; a person copies them as they stand.
        shown = [f"example: hotspot {one}" for one in examples]
        command.epilog = "\n".join([*shown, *filter(None, [command.epilog])])
        command.formatter_class = ByLine


class ByLine(argparse.HelpFormatter):
    """Fills text to the width of the screen, but keeps what begins with an example on a line."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines = text.split("\n")
        return "\n".join(
            f"{indent}{line}"
            if line.startswith("example: ")
            else super(ByLine, self)._fill_text(line, width, indent)
            for line in lines
        )
