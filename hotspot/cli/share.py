"""``hotspot share``: hand crimes over, and write them as others ask for them."""

from typing import Any

from hotspot.cli import share_matching


def add(commands: Any) -> None:
    """Add the commands."""
    share = commands.add_parser(
        "share",
        help="hand crimes over, and write them as others ask for them",
        description="Hand crimes over, and write them as others ask for them.",
    )
    kinds = share.add_subparsers(title="what to do", metavar="WHAT", required=True)
    share_matching.add(kinds)
