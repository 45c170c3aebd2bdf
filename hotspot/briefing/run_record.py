"""run.json: what a briefing was made from and with, so that it can be made again."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import hotspot
from hotspot.briefing.config import Config
from hotspot.briefing.folder import PRODUCT, RUN_FILE
from hotspot.briefing.inputs import Inputs
from hotspot.incidents import IncidentCheck
from hotspot.output.files import sha256
from hotspot.output.text import without_folders

if TYPE_CHECKING:
    from hotspot.briefing.findings import Findings, Lists

# Numbers can turn on these.
_DEPENDENCIES = ("geopandas", "numba", "numpy", "pandas", "pyproj", "scipy", "shapely", "folium")


def make_record(
    inputs: Inputs,
    findings: "Findings | None",
    lists: "Lists | None",
    set_up: Path | None,
    warned: Sequence[str],
) -> dict[str, Any]:
    """Return the record of a run: everything but the outputs.

    Parameters
    ----------
    inputs : Inputs
    findings : Findings or None
        None where only lists are made.
    lists : Lists or None
    set_up : Path or None
        The TOML file, where there was one.
    warned : sequence of str
        What the user was warned of.

    Returns
    -------
    dict
        Ready for JSON. Inputs are named, not located: a path tells of the machine and its user.
    """
    config = inputs.config
    files = {"set-up": set_up, **config.input_files()}
    places = [path for path in files.values() if path is not None]
    stop_list = [path] if (path := config.cocooning.exclude) else []
    record = {
        "product": PRODUCT,
        "made_at": pd.Timestamp.now().isoformat(timespec="seconds"),
        "as_of": inputs.last.isoformat(timespec="seconds"),
        "newest_burglary": inputs.newest.isoformat(timespec="seconds"),
        "data_age_days": inputs.age_days,
        "marking": config.output.marking,
        "handling": config.output.handling,
        "author": config.output.author,
        "seed": config.output.seed,
        "parameters": plain(parameters(config)),
        "inputs": {
            name: {"file": path.name, "sha256": sha256(path, without=stop_list)}
            for name, path in files.items()
            # References are few enough to try: by its hash a short stop list could be read, and
            # by that of a folder in which it lies.
            if path is not None and path not in stop_list
        },
        "reading": reading_record(inputs.check),
        "counts": counts(inputs, findings, lists),
        "warnings": [without_folders(text, [*places, config.output.folder]) for text in warned],
        "versions": versions(),
    }
    if lists is not None:
        record["lists"] = plain(lists.targets.attrs["parameters"])
    if findings is not None:
        # Not above: a command that only reads needs nothing that findings are made with.
        from hotspot.briefing.headline import headline

        record["headline"] = headline(inputs, findings)
        trend = findings.trend.table
        record["trends"] = {} if trend is None else trend.content()
        record["proof"] = plain(findings.proof.figures())
    return record


def reading_record(check: IncidentCheck) -> dict[str, Any]:
    """Return how the file of burglaries was read."""
    return {
        "source": check.source,
        "headline": check.headline(),
        "columns": plain(check.columns),
        "offences": offences_record(check),
        "resolution": check.resolution,
        "notes": list(check.notes),
    }


def offences_record(check: IncidentCheck) -> dict[str, Any]:
    """Return which offences were counted, and how many rows of which kind were taken and left."""
    counted = check.offences
    kinds = {} if counted is None else {"taken": counted.taken, "left": counted.left}
    named = {
        name: {kind or "not burglary": int(number) for kind, number in numbers.items()}
        for name, numbers in kinds.items()
    }
    return {"sentence": check.offences_sentence(), **named}


def parameters(config: Config) -> dict[str, Any]:
    """Return every setting that can change a number: operations are in no briefing."""
    settings = config.model_dump(exclude={"output": {"folder"}, "as_of": True, "operations": True})
    sources = ("incidents", "addresses", "cameras", "patrol")
    for table, key in (("cocooning", "ledger"), *((name, "path") for name in sources)):
        place = (settings[table] or {}).get(key)
        if isinstance(place, str):
            # Where it is tells of the machine, and a database's URL may hold a password.
            kind, url, _ = place.partition("://")
            settings[table][key] = kind if url else Path(place).name
    return {name: table for name, table in settings.items() if table is not None}


def plain(value: Any) -> Any:
    """Return a value as JSON holds it; of a path only the name."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value.name if isinstance(value, Path) else value


def counts(inputs: Inputs, findings: "Findings | None", lists: "Lists | None") -> dict[str, int]:
    """Count what went in and what came out."""
    counted = {
        "accepted": len(inputs.check.accepted),
        "rejected": len(inputs.check.rejected),
        "after_cutoff": inputs.after_cutoff,
        "on_stop_list": inputs.burglaries.left_out,
    }
    if inputs.layers.addresses is not None:
        counted["addresses"] = len(inputs.layers.addresses)
    if inputs.cameras is not None:
        counted["cameras"] = len(inputs.cameras.accepted)
    if findings is not None:
        counted |= {
            "in_period": len(findings.density.in_period),
            "in_density": findings.density.surface.attrs["incidents"],
            "hotspots": len(findings.density.hotspots),
        }
    if findings is not None and findings.raised is not None:
        counted["zones"] = len(findings.raised.zones)
    if lists is not None:
        counted |= {"targets": len(lists.targets), "messages": len(lists.messages)}
    return counted


def versions() -> dict[str, str]:
    """Return the versions of the package, of Python and of what the numbers turn on."""
    named = {"hotspot": hotspot.__version__, "python": platform.python_version()}
    return named | {name: version(name) for name in _DEPENDENCIES}


def outputs_of(folder: Path) -> dict[str, str]:
    """Compute the SHA-256 of each file of a folder, by its path in it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): sha256(path)
        for path in paths
        if path.name != RUN_FILE and not path.name.startswith(".")
    }
