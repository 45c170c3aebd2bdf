"""The set-up of a run: a TOML file, a mapping, a Config, or one guessed of bare files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from hotspot._checks import given_path
from hotspot._errors import ConfigError
from hotspot.briefing.config import Config, load_settings, read_config, readable_tables
from hotspot.briefing.config_values import is_url
from hotspot.briefing.guess import guess_set_up, merged
from hotspot.briefing.input_files import data_problems
from hotspot.briefing.operation_settings import ground_problems
from hotspot.dates import AsOf
from hotspot.reading.sources import matches_of


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
    notes : tuple of str
        What was guessed, for people.
    """

    config: Config
    file: Path | None = None
    guessed: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()

    def changed(
        self,
        as_of: AsOf | None = None,
        folder: str | Path | None = None,
        tables: Mapping[str, Any] | None = None,
    ) -> "ChosenSetUp":
        """Return it with another cut-off, folder or other layers, where they are given."""
        return replace(self, config=self.config.changed(as_of, folder, tables))


SetUp: TypeAlias = str | Path | Sequence[str | Path] | Mapping[str, Any] | Config | ChosenSetUp


def choose_set_up(
    config: SetUp | None, settings: Mapping[str, Any], given: Mapping[str, Any] | None = None
) -> ChosenSetUp:
    """Read and check the set-up that was given in one way or another.

    Parameters
    ----------
    config : path, sequence of paths, mapping, Config, ChosenSetUp or None
    settings : mapping
        The tables of a set-up, where there is no `config`.
    given : mapping, optional
        Tables that go before what a TOML file says or bare files suggest; paths in them are
        absolute.

    Returns
    -------
    ChosenSetUp

    Raises
    ------
    ConfigError
        Naming every setting that is wrong, and what is wrong with the files that it names.
    DataError
        If bare files cannot be read.
    """
    if config is not None and settings:
        named = ", ".join(settings)
        raise ConfigError(f"Give a set-up or the settings {named}, not both.")
    if isinstance(config, ChosenSetUp):
        return config
    if isinstance(config, Config):
        return ChosenSetUp(config)
    if config is None or isinstance(config, Mapping):
        return ChosenSetUp(_checked(settings if config is None else config))
    if is_url(config):
        # A database has no folder of its own for a set-up, and its URL may hold a password.
        return ChosenSetUp(_checked(merged({"incidents": config}, given or {})))
    paths = _paths(config)
    tomls = [path for path in paths if path.suffix.lower() == ".toml"]
    if tomls and len(paths) > 1:
        raise ConfigError("Give one set-up (TOML) or files of data, not both.")
    if tomls:
        path = tomls[0]
        told = merged(load_settings(path), given or {})
        return ChosenSetUp(_checked(told, path.parent, path.name), path)
    guess = guess_set_up(paths, given)
    made = (guess.file,) if guess.file is not None and guess.is_new else ()
    return ChosenSetUp(guess.config, guess.file, made, guess.notes)


def _paths(config: object) -> list[Path]:
    """Return one path or several as a list."""
    several = config if isinstance(config, (list, tuple)) and config else [config]
    paths = [path for path in several if isinstance(path, (str, Path))]
    if len(paths) < len(several):
        kind = type(config).__name__
        raise ConfigError(
            f"A set-up is the path of a file, several of them, a mapping or a Config, not {kind}."
        )
    # The shell of Windows hands a pattern over as it was typed.
    return [file for path in paths for file in matches_of(given_path(path))]


def _checked(settings: Mapping[str, Any], base: str | Path = ".", name: str = "") -> Config:
    """Check a set-up; where it is wrong, look into what it names all the same, for all faults."""
    try:
        return read_config(settings, base, name)
    except ConfigError as error:
        problems = data_problems(readable_tables(settings, base))
        if "operations" in settings:
            problems += ground_problems(settings["operations"], base)
        raise ConfigError([*error.problems, *problems]) from None
