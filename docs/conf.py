"""How Sphinx builds these pages: ``sphinx-build -W docs build/docs``, with no network."""

import configparser
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extension"))

from constants import numbers

from hotspot.rule import BANDWIDTH_M, RINGS, RULE

project = "hotspot"
author = "hotspot maintainers"
project_copyright = "2026, hotspot maintainers"
_metadata = configparser.ConfigParser()
_metadata.read(Path(__file__).parents[1] / "setup.cfg", encoding="utf-8")
version = release = _metadata["metadata"]["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc", "live_examples", "rooms"]
extensions += ["mathml", "offline"]
# The page on method is one, and is written by subject.
exclude_patterns = ["_extension", "method/*"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "substitution"]
myst_heading_anchors = 3
# Numbers of the rule are told as the package holds them.
myst_substitutions = {
    "distance_m": f"{RULE.distance_m:g}",
    "window_days": RULE.window_days,
    "weeks": "six weeks" if RULE.window_days == 42 else f"{RULE.window_days} days",
    "bandwidth_m": f"{BANDWIDTH_M:g}",
    "hours_home": RINGS[0].act_within_hours,
    "hours_next_door": RINGS[1].act_within_hours,
    **numbers(),
}

# Names in single quotation marks of a docstring become links where they are on a page.
default_role = "py:obj"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
toc_object_entries_show_parents = "hide"

# All of the theme's files come with it: nothing is fetched, and there is no font of the web.
html_theme = "furo"
html_title = f"hotspot {release}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_show_sourcelink = False
html_copy_source = False
html_last_updated_fmt = None
# Pages that are carried on a stick are opened from disk, where a browser forbids scripts to load
# files; the built-in search needs none but scripts.
html_use_opensearch = ""
