"""What a source may not tell anybody: keys and passwords, which come from the environment alone.

A source that needs some lists them in its module::

    SECRETS = (Needed("client_secret", "OVERHEARD_REDDIT_CLIENT_SECRET", "the secret of your Reddit app"),)

and takes ``secrets: Mapping[str, Secret]`` in its constructor, by those names. They are no settings: settings are kept
in the store beside the cursor, secrets are kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.errors import AuthFailed


class Secret:
    """A value that does not print itself, wherever it is logged, shown or formatted."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "********"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


@dataclass(frozen=True, slots=True)
class Needed:
    """A secret of a source: its name there, the variable that holds it unless another is named, what it is."""

    name: str
    variable: str
    what: str
    optional: bool = False


def found(needed: tuple[Needed, ...], environ: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, Secret]:
    """The secrets that the environment holds, by name; ``variables`` names others than the usual variables."""
    told = {one.name: environ.get(variables.get(one.name, one.variable), "").strip() for one in needed}
    return {name: Secret(value) for name, value in told.items() if value}


def required(needed: tuple[Needed, ...], secrets: Mapping[str, Secret], source: str) -> None:
    """See that all are there that are not optional.

    Raises:
        AuthFailed: one is missing; the hint names the variable.
    """
    if missing := [one for one in needed if not one.optional and one.name not in secrets]:
        names = " and ".join(one.variable for one in missing)
        raise AuthFailed(
            f"{source} needs {' and '.join(one.what for one in missing)}", hint=f"set {names} in the environment"
        )
