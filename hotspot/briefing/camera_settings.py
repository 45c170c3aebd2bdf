"""The table ``[cameras]`` of a set-up: the register, and how long footage is kept at least."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from hotspot.briefing import config_values as values
from hotspot.cameras.register_columns import FIELDS as CAMERA_FIELDS

CameraField = Annotated[str, values.field_of(CAMERA_FIELDS)]


class CameraSettings(values.Table):
    """The register of cameras, and what is assumed where it does not tell for how long."""

    path: values.InputPaths | None = None
    columns: dict[CameraField, values.Names] | None = None
    crs: values.Text | None = None
    retention_days: Annotated[
        float | None, Field(strict=True, gt=0, le=3650, allow_inf_nan=False)
    ] = None
    distance_m: values.Length = 100.0

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file or folder that is named; none of a database."""
        paths = self.path if isinstance(self.path, tuple) else (self.path,)
        return tuple(path for path in paths if isinstance(path, Path))

    @property
    def named_files(self) -> dict[str, Path]:
        """Every file by what a record calls it."""
        numbered = enumerate(self.files, 1)
        return {f"cameras {n}" if n > 1 else "cameras": path for n, path in numbered}

    @property
    def source(self) -> Path | list[Path] | str | None:
        """What the reader of registers takes."""
        return list(self.path) if isinstance(self.path, tuple) else self.path
