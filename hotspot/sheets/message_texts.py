"""What residents are told: the force's own texts, one a language, with blanks that are filled."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from hotspot._checks import raise_problems
from hotspot.english import and_list
from hotspot.geo import NO_AREA
from hotspot.output.text import clean_text
from hotspot.rule import RULE

#: What every text must hold, each in braces.
BLANKS = ("area", "weeks", "link", "contact")
#: A language as pages and screen readers name it: "en", "cy", "pl", "zh-Hant".
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_BLANK = re.compile(r"\{([^{}]*)\}")
# Of homes in no area; only of English do we know how to say it.
_NOWHERE = {"en": "your neighbourhood"}
_EXAMPLE = {"link": "www.police.uk", "contact": "call 101"}


@dataclass(frozen=True)
class MessageTexts:
    """The texts of leaflets and messages, each in a language of its own.

    Parameters
    ----------
    texts : mapping of str to str
        Text by language ("en", "cy", "pl"). Each holds the blanks ``{area}``, ``{weeks}``,
        ``{link}`` and ``{contact}``, and no other. An empty line begins a paragraph, a line that
        begins with a dash is an item of a list. It is text: nothing in it is run.
    link : str
        Where to read more.
    contact : str
        Whom to ask: the local team.

    Raises
    ------
    ConfigError
        Naming everything that is wrong with any of them.

    Examples
    --------
    >>> texts = MessageTexts(
    ...     {"en": "Burglary in {area}: take care for {weeks} weeks. {link}, {contact}."},
    ...     link="www.quay.example", contact="call 101")
    >>> texts.filled("en", "Harbour", weeks=6)
    'Burglary in Harbour: take care for 6 weeks. www.quay.example, call 101.'
    """

    texts: Mapping[str, str]
    link: str
    contact: str

    def __post_init__(self) -> None:
        wrong = [] if self.texts else ["There is no text: give one for each language."]
        for language, text in self.texts.items():
            if not LANGUAGE.fullmatch(language):
                wrong.append(language_problem(language))
            wrong += [f"The text {language} {problem}" for problem in text_problems(text)]
        for name in ("link", "contact"):
            if not str(getattr(self, name)).strip():
                wrong.append(f"{name} must be text that is not empty.")
        raise_problems(arguments=wrong)

    @property
    def is_example(self) -> bool:
        """Whether the wording is ours and not the force's."""
        return dict(self.texts) == _example_texts()

    def filled(self, language: str, area: str, weeks: int) -> str | None:
        """Return the text of an area; None where the area has no name that the language knows.

        Parameters
        ----------
        language : str
        area : str
        weeks : int
            For how long risk is raised by the rule. Never what is left of it: that would tell the
            day of the burglary.

        Returns
        -------
        str or None
        """
        if area == NO_AREA and language not in _NOWHERE:
            return None
        blanks = {
            "area": _NOWHERE[language] if area == NO_AREA else area,
            "weeks": str(weeks),
            "link": self.link,
            "contact": self.contact,
        }
        # In one go: an area that is called "{link}" stays so, and braces are never a format.
        text = _BLANK.sub(lambda blank: blanks[blank[1]], self.texts[language])
        return "\n".join(clean_text(line).rstrip() for line in text.splitlines()).strip()


def read_text(path: Path) -> str:
    """Read the text of one language.

    Raises
    ------
    ValueError
        In words that go on after the name of the setting.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ValueError(f"names {path.name}, which cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise ValueError(
            f"names {path.name}, which is not saved as UTF-8: save it so (in Notepad: Save as, "
            "Encoding, UTF-8)."
        ) from None


def text_problems(text: str) -> list[str]:
    """Return what is wrong with the blanks of a text, in words that go on after its name.

    Examples
    --------
    >>> text_problems("Burglary in {area}.")
    ['lacks {weeks}, {link} and {contact}.']
    """
    named = list(dict.fromkeys(_BLANK.findall(text)))
    missing = [f"{{{name}}}" for name in BLANKS if name not in named]
    unknown = [f"{{{clean_text(name)[:30]}}}" for name in named if name not in BLANKS]
    problems = [f"lacks {and_list(missing)}."] if missing else []
    if unknown:
        known = and_list([f"{{{name}}}" for name in BLANKS])
        problems.append(f"has {and_list(unknown)}: it may hold {known} only.")
    if re.search(r"[{}]", _BLANK.sub("", text)):
        problems.append("has a brace that opens or closes no blank.")
    return problems


def language_problem(name: str) -> str:
    """Return that something is no code of a language."""
    return f"{name!r} is no code of a language, such as en, cy or pl."


def rule_weeks(window_days: float | None) -> int:
    """Return for how many weeks risk is raised by the rule, to the nearest whole one.

    Examples
    --------
    >>> rule_weeks(42), rule_weeks(10), rule_weeks(None)
    (6, 1, 6)
    """
    days = RULE.window_days if window_days is None else window_days
    return max(1, int(days / 7 + 0.5))


def example_texts(link: str | None = None, contact: str | None = None) -> MessageTexts:
    """Return our example, in English, until a force gives its own."""
    return MessageTexts(_example_texts(), link or _EXAMPLE["link"], contact or _EXAMPLE["contact"])


@cache
def _example_text() -> str:
    path = files("hotspot").joinpath("_assets", "message-en.txt")
    return path.read_text(encoding="utf-8")


def _example_texts() -> dict[str, str]:
    return {"en": _example_text()}
