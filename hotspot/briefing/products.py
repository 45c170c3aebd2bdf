"""The files of a briefing, written into a folder under construction."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import geopandas as gpd
import pandas as pd
import shapely

from hotspot import maps
from hotspot.briefing.findings import Findings, Lists
from hotspot.briefing.folder import RUN_FILE
from hotspot.briefing.inputs import Inputs
from hotspot.briefing.page import render_page
from hotspot.briefing.result_folders import CAMERAS, write_result_folders
from hotspot.briefing.run_record import outputs_of
from hotspot.briefing.sections.section import Link, ListLinks, Sources
from hotspot.cocooning.walking_order import listed_areas
from hotspot.dates import WEEK_DAYS
from hotspot.maps.map_for_teams import shown_of_doors
from hotspot.near_repeat import label_repeats
from hotspot.output.files import safe_file_name
from hotspot.output.pictures import PictureLayers, map_picture
from hotspot.output.tables import write_rejected, write_table
from hotspot.sheets import target_files

PAGE_FILE = "briefing.html"
MAP_FILE = "map.html"
REJECTED_FILE = "rejected.csv"
LISTS_FOLDER = "targets"
LISTS_FILE = "targets.csv"
# What a team gets beside its sheet: `map.html` shows burglaries, and is not for the street.
_TEAM_MAP = "team map"
EXPIRED_FILE = "expired.csv"
# What the page calls each kind of list, in the order in which it links them.
_LABELS = {
    target_files.SHEET: "sheet to print",
    target_files.SHEET_PDF: "PDF",
    target_files.WORKBOOK: "workbook",
    target_files.SUPERVISOR_WORKBOOK: "supervisor's workbook",
    target_files.SUPERVISOR_PAGE: "supervisor's map",
    target_files.SUPERVISOR_PAGE_PDF: "supervisor's map (PDF)",
    target_files.PHONE: "for a phone",
    _TEAM_MAP: "map",
    target_files.LEAFLETS: "leaflets",
    target_files.LEAFLETS_PDF: "leaflets (PDF)",
    target_files.ROUND: "leaflet round",
    target_files.ROUND_PDF: "leaflet round (PDF)",
    target_files.CSV: "CSV",
    target_files.MESSAGES: "messages",
}
_FIRST_TO_READ = (PAGE_FILE, MAP_FILE, LISTS_FILE)
# Ground shown around what is drawn, as a share of its width.
_MARGIN = 0.03


def write_briefing(
    folder: Path, inputs: Inputs, findings: Findings, record: dict[str, Any]
) -> None:
    """Write every product of a briefing, and last its record, which names them all.

    Parameters
    ----------
    folder : Path
        Under construction.
    inputs : Inputs
    findings : Findings
    record : dict
        Gets ``outputs``.
    """
    _write_map(folder, inputs, findings)
    links: ListLinks = {}
    if findings.lists is not None:
        links = _write_lists(folder, inputs, findings.lists, record)
    write_result_folders(folder, inputs, findings, record)
    picture = _picture(inputs, findings)
    page = render_page(Sources(inputs, findings, links, MAP_FILE, picture, record))
    (folder / PAGE_FILE).write_text(page, encoding="utf-8", newline="\n")
    _write_rest(folder, inputs, record)


def write_lists_only(folder: Path, inputs: Inputs, lists: Lists, record: dict[str, Any]) -> None:
    """Write the lists and the record that names them; as `write_briefing`."""
    _write_lists(folder, inputs, lists, record)
    _write_rest(folder, inputs, record)


def in_reading_order(folder: Path, record: Mapping[str, Any]) -> list[Path]:
    """Return the files that were made, those that people open first first."""
    names = sorted(record["outputs"], key=lambda name: (name not in _FIRST_TO_READ, name))
    return [folder / name for name in [*names, RUN_FILE]]


def _write_map(folder: Path, inputs: Inputs, findings: Findings) -> None:
    settings, layers, density = inputs.config, inputs.layers, findings.density
    backtest, series, footage = findings.proof.backtest, findings.series, findings.footage
    drawn = maps.briefing_map(
        inputs.known.incidents,
        zones=None if findings.raised is None else findings.raised.zones,
        surface=density.surface,
        targets=None if findings.lists is None else _without_attrs(findings.lists.targets),
        basemap=settings.basemap.tiles,
        layers=maps.MapLayers(
            hotspots=density.hotspots,
            areas=layers.areas,
            streets=layers.streets,
            buildings=layers.buildings,
            water=layers.water,
            chains=_chains(inputs),
            forecast=findings.proof.forecast,
            change=findings.trend.on_map(layers.areas),
            series=None if series is None else series.shown.crimes,
            leads=None if series is None else series.leads_on_map,
            cameras=None if footage is None or footage.table.empty else footage.frame,
            opens=None if backtest is None else backtest.best_layer(),
            figure=None if backtest is None else " ".join(backtest.sentences()[::2]),
        ),
        title="Burglary briefing",
        marking=settings.output.marked,
        as_of=inputs.as_of,
    )
    maps.save_map(drawn, folder / MAP_FILE)


def _chains(inputs: Inputs) -> pd.DataFrame | None:
    """Find which burglary followed which: one arrow to each on the map."""
    if inputs.month_only:
        return None
    rule = inputs.config.rule
    return label_repeats(inputs.known.incidents, rule.distance_m, rule.window_days)


def _write_lists(
    folder: Path, inputs: Inputs, lists: Lists, record: Mapping[str, Any]
) -> ListLinks:
    """Write the lists, and return where those of each area are."""
    messages = inputs.config.messages
    written = target_files.write_targets(
        lists.targets,
        folder / LISTS_FOLDER,
        formats=inputs.config.output.formats,
        marking=inputs.config.output.marked,
        layout=inputs.config.output.sheet_layout,
        as_of=inputs.as_of,
        notes=[*([] if inputs.stale is None else [inputs.stale]), *inputs.alarms],
        inputs=_went_into_lists(record),
        messages=lists.messages,
        message=None if messages is None else messages.texts,
        streets=inputs.layers.streets,
        overall=folder,
    )
    team_maps = _write_team_maps(folder, inputs, lists, written)
    expired = pd.DataFrame(lists.targets.attrs["expired"])
    if len(expired):
        about = {"cut_off": lists.targets.attrs["as_of"], "marking": inputs.config.output.marking}
        write_table(expired.assign(**about), folder / EXPIRED_FILE)
    return {
        None: _links(written.overall, folder),
        **{
            area: _links(files | team_maps.get(area, {}), folder)
            for area, files in written.by_area.items()
        },
    }


def _went_into_lists(record: Mapping[str, Any]) -> dict[str, str]:
    """Return the hash of each file that a list of doors is made of: no camera is on one."""
    hashes = {name: file["sha256"] for name, file in record["inputs"].items()}
    return {name: digest for name, digest in hashes.items() if name.split()[0] != CAMERAS}


def _write_team_maps(
    folder: Path, inputs: Inputs, lists: Lists, written: target_files.WrittenTargets
) -> dict[str, dict[str, Path]]:
    """Write a map of the doors of each area that has a sheet, beside it."""
    layers, made = inputs.layers, {}
    taken = [path.stem for path in written]
    doors = shown_of_doors(lists.targets)
    by_area = doors.groupby(listed_areas(doors["area"]))
    for area, targets in by_area:
        if target_files.SHEET not in written.by_area.get(area, {}):
            continue
        taken.append(safe_file_name(f"{area} map", taken))
        drawn = maps.team_map(
            targets,
            layers=maps.MapLayers(
                areas=layers.areas,
                streets=layers.streets,
                buildings=layers.buildings,
                water=layers.water,
            ),
            title=f"Doors to visit: {area}",
            marking=inputs.config.output.marked,
            as_of=inputs.as_of,
            warning=inputs.stale,
            notes=inputs.alarms,
        )
        path = maps.save_map(drawn, folder / LISTS_FOLDER / f"{taken[-1]}.html")
        made[area] = {_TEAM_MAP: path}
    return made


def _without_attrs(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a frame without what travels with it: pandas copies that whole with every part."""
    plain = frame.copy(deep=False)
    plain.attrs = {}
    return plain


def _links(files: Mapping[str, Path], folder: Path) -> list[Link]:
    """Return the links to files, relative to the page."""
    # A message is called by its language, whatever languages there are.
    labels = _LABELS | {kind: kind for kind in files if kind not in _LABELS}
    return [
        Link(label, quote(files[kind].relative_to(folder).as_posix()))
        for kind, label in labels.items()
        if kind in files
    ]


def _write_rest(folder: Path, inputs: Inputs, record: dict[str, Any]) -> None:
    rejected = inputs.check.rejected.assign(marking=inputs.config.output.marked)
    write_rejected(rejected, folder / REJECTED_FILE)
    record["outputs"] = outputs_of(folder)
    text = json.dumps(record, indent=2, ensure_ascii=False)
    (folder / RUN_FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def _picture(inputs: Inputs, findings: Findings) -> bytes:
    """Draw the still map: zones and the newest burglaries, or density where there are no days."""
    points = None
    if not inputs.month_only:
        points = inputs.known.where(inputs.known.found_within(WEEK_DAYS)).incidents
    density = findings.density
    west, south, east, north = shapely.bounds(density.study_area)
    margin = _MARGIN * max(east - west, north - south)
    return map_picture(
        PictureLayers(
            extent=(west - margin, south - margin, east + margin, north + margin),
            surface=density.surface,
            streets=inputs.layers.streets,
            areas=inputs.layers.areas,
            zones=None if findings.raised is None else findings.raised.zones,
            hotspots=density.hotspots,
            points=points,
            points_label="Burglary found in the last 7 days",
        )
    )
