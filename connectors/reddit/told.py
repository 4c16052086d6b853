"""What is said of a sweep that could not read everything."""

from __future__ import annotations

from connectors.reddit.listings import PLACES, Listing
from connectors.reddit.standing import Standing, shown


def missing_from(listing: Listing, standing: Standing, wanted: float | None, slices: int) -> str:
    """Something may be missing: of which time, what was tried, and what would help."""
    reached = "" if standing.reached is None else f" before {shown(standing.reached)}"
    since = "" if wanted is None else f" and since {shown(wanted)}"
    tried = f"; {slices} other listings of that time were read as well" if slices else ""
    if standing.blank:
        return f"{listing.what}: it ended with an empty page, so some of those{reached}{since} may be missing{tried}"
    advice = (
        "pull more often" if wanted is not None else "for more of the past, backfill with --since or read an export"
    )
    return (
        f"{listing.what}: Reddit lists about {PLACES:,} and no more, so not all of those{reached}{since}"
        f" could be read{tried}; {advice}"
    )


def not_again(listing: Listing, standing: Standing) -> list[str]:
    """Nothing is missing, but what was read before could not all be read again."""
    if standing.reached is None or standing.floor is None or standing.reached <= standing.floor:
        return []
    return [
        f"{listing.what}: more than Reddit lists at once; edits and deletions before {shown(standing.reached)} are left"
        " to the recheck of known items"
    ]
