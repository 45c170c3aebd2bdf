"""The set-up of a run: a TOML file, a mapping, a Config, or one guessed of a bare file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from hotspot._errors import ConfigError
from hotspot.briefing.config import Config, load_settings, read_config, readable_tables
from hotspot.briefing.guess import guess_set_up
from hotspot.briefing.input_files import data_problems
from hotspot.dates import AsOf

SetUp: TypeAlias = str | Path | Mapping[str, Any] | Config


@dataclass(frozen=True)
class ChosenSetUp:
    """A set-up that was checked, and where it is from.

    Attributes
    ----------
    config : Config
    file : Path or None
        Its TOML file, where it has one.
    guessed : tuple of Path
        That file again where it was just made.
    """

    config: Config
    file: Path | None = None
    guessed: tuple[Path, ...] = ()

    def changed(self, as_of: AsOf | None, folder: str | Path | None) -> "ChosenSetUp":
        """Return it with another cut-off or folder, where they are given."""
        return replace(self, config=self.config.changed(as_of, folder))


def choose_set_up(config: SetUp | None, settings: Mapping[str, Any]) -> ChosenSetUp:
    """Read and check the set-up that was given in one way or another.

    Parameters
    ----------
    config : path, mapping, Config or None
    settings : mapping
        The tables of a set-up, where there is no `config`.

    Returns
    -------
    ChosenSetUp

    Raises
    ------
    ConfigError
        Naming every setting that is wrong, and what is wrong with the files that it names.
    DataError
        If a bare file cannot be read.
    """
    if config is not None and settings:
        named = ", ".join(settings)
        raise ConfigError(f"Give a set-up or the settings {named}, not both.")
    if isinstance(config, Config):
        return ChosenSetUp(config)
    if config is None or isinstance(config, Mapping):
        return ChosenSetUp(_checked(settings if config is None else config))
    if not isinstance(config, (str, Path)):
        kind = type(config).__name__
        raise ConfigError(f"A set-up is the path of a file, a mapping or a Config, not {kind}.")
    path = Path(config).expanduser()
    if path.suffix.lower() == ".toml":
        return ChosenSetUp(_checked(load_settings(path), path.parent, path.name), path)
    guessed, file, is_new = guess_set_up(path)
    return ChosenSetUp(guessed, file, (file,) if file is not None and is_new else ())


def _checked(settings: Mapping[str, Any], base: str | Path = ".", name: str = "") -> Config:
    """Check a set-up; where it is wrong, look into what it names all the same, for all faults."""
    try:
        return read_config(settings, base, name)
    except ConfigError as error:
        problems = data_problems(readable_tables(settings, base))
        raise ConfigError([*error.problems, *problems]) from None
