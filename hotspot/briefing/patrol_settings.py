"""The table ``[patrol]`` of a set-up: fixes and shifts, and how visits are planned."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from hotspot.briefing import config_values as values
from hotspot.patrol.fix_columns import FIELDS as PATROL_FIELDS

PatrolField = Annotated[str, values.field_of(PATROL_FIELDS)]
Seconds = Annotated[float, Field(strict=True, ge=0, le=86_400, allow_inf_nan=False)]


class PatrolSettings(values.Table):
    """The fixes of patrols, what they are held against, and the visits that are planned."""

    path: values.InputPaths | None = None
    columns: dict[PatrolField, values.Names] | None = None
    crs: values.Text | None = None
    timezone: values.Text = "Europe/London"
    places: values.InputPath | None = None
    name: values.Text | None = None
    shifts: values.InputPath | None = None
    visits_per_day: values.Count = 1
    minutes: Annotated[int, Field(strict=True, ge=1, le=120)] = 15
    max_gap_s: Annotated[Seconds, Field(gt=0)] = 300.0
    min_visit_s: Seconds = 60.0
    merge_s: Seconds = 120.0
    max_speed_mps: Annotated[float, Field(strict=True, gt=0, le=60, allow_inf_nan=False)] = 3.0

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file or folder that is named; none of a database."""
        paths = self.path if isinstance(self.path, tuple) else (self.path,)
        named = [*paths, self.places, self.shifts]
        return tuple(path for path in named if isinstance(path, Path))

    @property
    def source(self) -> Path | list[Path] | str | None:
        """What the reader of fixes takes."""
        return list(self.path) if isinstance(self.path, tuple) else self.path
