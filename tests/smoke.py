"""Run every command of an installed package on what its demo makes, with warnings as errors.

For Pythons that the whole suite does not run on: ``python tests/smoke.py`` needs nothing but the
package itself and the standard library, and exits with the number of commands that failed. With
``--old`` warnings are none: old versions of libraries warn of one another.
"""

import csv
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

# A browser prints maps to PDF; where there is none, that command is left out.
BROWSERS = ("chromium", "google-chrome", "microsoft-edge")


def commands(folder: Path) -> Iterator[list[str]]:
    """Yield what is run, in order: later commands use what earlier ones made."""
    sample = folder / "doggerby"
    yield ["--version"]
    yield ["demo", str(sample)]
    crimes, addresses = str(sample / "burglaries.csv"), str(sample / "addresses.csv")
    set_up = sample / "briefing.toml"
    text = set_up.read_text(encoding="utf-8")
    set_up.write_text(text.replace("# ledger = ", "ledger = "), encoding="utf-8")
    config = ["--config", str(set_up)]
    yield ["check", crimes]
    yield ["check", str(set_up), "--json"]
    yield ["check", crimes, "--database", f"sqlite:///{folder / 'made.gpkg'}?table=crimes"]
    yield ["knox", crimes, "--permutations", "99"]
    yield ["density", crimes]
    yield ["trends", str(set_up)]
    yield ["impact", str(sample / "operation.toml"), "--permutations", "99"]
    yield ["backtest", crimes]
    yield ["brief", str(set_up), "--replace"]
    yield ["brief", str(_bare(sample, folder))]
    yield ["brief", *_two_set_ups(set_up), "--jobs", "2", "--quiet"]
    yield ["cocoon", str(set_up), "--folder", str(folder / "lists")]
    visit, returned = _returned(folder)
    yield ["visits", "record", returned, *config]
    yield ["visits", "report", *config]
    yield ["visits", "explain", visit, *config]
    right = ["--to-result", "face to face", "--why", "the wrong box was ticked"]
    yield ["visits", "correct", visit, *right, *config]
    yield ["visits", "log", *config]
    yield ["visits", "marks", *config]
    yield ["visits", "notes", *config, "--acknowledge-all", "--yes"]
    yield ["visits", "subject", visit, *config, "--json"]
    fixes = _fixes(sample, folder)
    yield ["patrol", fixes, "--places", str(sample / "beats.geojson"), "--folder", "beats"]
    yield ["patrol", str(set_up), "--fixes", fixes]
    share = str(folder / "share")
    terms = ["--recipient", "B", "--purpose", "Op", "--marking", "OFFICIAL", "--gateway", "ISA 12"]
    terms += ["--discloser", "A", "--regime", "Part 3", "--expires", "2099-12-31"]
    wanted = ["--fields", "crime_ref", "occurred_from", "occurred_to", "force"]
    yield ["share", "write", crimes, *terms, *wanted, "--folder", share]
    yield ["share", "read", share, "--out", str(folder / "shared")]
    theirs, ground = (
        str(sample / "neighbour" / name) for name in ("burglaries.csv", "forces.geojson")
    )
    merged = ["--folder", str(folder / "merged")]
    yield ["share", "merge", share, theirs, "--boundary", ground, *merged]
    gone = _first_of(share)
    words = ["--reason", "Cancelled", "--remove", gone, "--folder", str(folder / "correction")]
    yield ["share", "amend", share, crimes, *words]
    yield ["share", "correct", share, str(folder / "correction"), "--dry-run"]
    yield ["share", "correct", share, str(folder / "correction")]
    yield ["series", str(set_up), "--series", "S/14"]
    yield ["lookup", "1 Mill Street", crimes]
    rule = folder / "rule.toml"
    rule.write_text("threshold = 50\n[offence]\nhomes = 40\n[repeat]\npoints = 20\n")
    yield ["score", crimes, "--rule", str(rule)]
    batch = ["--batch-date", "2026-03-02", "--out", str(folder / "batch.csv")]
    yield ["share", "matching", crimes, "--force", "Humberside", *batch]
    yield ["cameras", str(set_up), "--cameras", str(sample / "cameras.csv")]
    yield ["visits", "purge", "--before", "2020-01-31", *config]
    yield ["map", "public", crimes, "--addresses", addresses, "--dry-run"]
    yield ["map", "public", crimes, "--addresses", addresses]
    if any(map(shutil.which, BROWSERS)):
        yield ["map", "print", str(sample / "briefing" / "map.html")]


def _first_of(share: str) -> str:
    """Return the reference of one crime of a share."""
    from hotspot.sharing import read_share

    return str(read_share(share)["crime_ref"].iloc[0])


def _two_set_ups(set_up: Path) -> Iterator[str]:
    """Write the set-up twice, without what takes time, each with a folder of its own."""
    text = set_up.read_text(encoding="utf-8").replace("ledger = ", "# ledger = ")
    for name in ("first", "second"):
        own = text.replace('folder = "briefing"', f'folder = "{name}"')
        path = set_up.with_name(f"{name}.toml")
        path.write_text(f"backtest = false\nworth = false\n{own}", encoding="utf-8")
        yield str(path)


def _bare(sample: Path, folder: Path) -> Path:
    """Copy the data without a set-up into a folder as people name them."""
    bare = folder / "Fresh from the force, März"
    shutil.copytree(
        sample, bare, ignore=shutil.ignore_patterns("*.toml", "truth*", "*.db", "briefing")
    )
    return bare


def _fixes(sample: Path, folder: Path) -> str:
    """Write the fixes of a unit that goes from door to door."""
    with (sample / "addresses.csv").open(encoding="utf-8-sig", newline="") as file:
        doors = [row for row, _ in zip(csv.DictReader(file), range(30), strict=False)]
    path = folder / "fixes.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["unit", "time", "E", "N"])
        for minute, door in enumerate(doors):
            time = f"2026-03-01T18:{minute:02d}:00Z"
            writer.writerow(["U1", time, door["easting"], door["northing"]])
    return str(path)


def _returned(folder: Path) -> tuple[str, str]:
    """Fill in a list as a team would; return the id of its first door, and the file."""
    with (folder / "lists" / "targets.csv").open(encoding="utf-8-sig", newline="") as file:
        ids = [row["visit_id"] for row in csv.DictReader(file)]
    path = folder / "returned.csv"
    rows = [("visit_id", "Result", "Visited at"), *((one, "no reply", "2026-03-03") for one in ids)]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return ids[0], str(path)


def main() -> int:
    """Run the commands in a folder of their own and print which failed."""
    failed = 0
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for arguments in commands(folder):
            # numpy's notice of binary compatibility says nothing about our code.
            strict = (
                [] if "--old" in sys.argv else ["-W", "error", "-W", "ignore:numpy:RuntimeWarning"]
            )
            run = [sys.executable, *strict, "-m", "hotspot", *arguments]
            done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False)
            words = " ".join(one for one in arguments[:2] if "/" not in one and "\\" not in one)
            print(f"{'ok' if done.returncode == 0 else 'FAILED':6} hotspot {words}", flush=True)
            if done.returncode:
                failed += 1
                print(done.stdout[-2000:], done.stderr[-4000:], sep="\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
