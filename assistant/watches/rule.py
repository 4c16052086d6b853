"""The rule of an alert: what is measured of each day, and when that is worth a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from connectors.errors import ConfigError

MEASURES = ("count", "share", "net_sentiment")
KINDS = ("threshold", "anomaly")
PERIODS = ("day", "week")
SENSITIVITIES = ("low", "normal", "high")
DIRECTIONS = ("above", "below", "either")
# Of a share or a balance of less nothing can be said.
_SUPPORT = {"count": 5, "share": 20, "net_sentiment": 20}


@dataclass(frozen=True, slots=True)
class Rule:
    """When an alert speaks.

    ``measure``: ``count`` (feedback), ``share`` (0 to 1 of the feedback in the same scope) or ``net_sentiment`` (-1 to
    1). ``kind``: ``threshold``, a ``period`` whose measure is above or below ``value``; or ``anomaly``, a day that is
    unusual for its weekday, judged as ``sensitivity`` says. ``direction``: above, below, or either (anomalies only).

    ``minimum_support``: a count below it is never told (nor one that would be usual below it, where too little is what
    is unusual); a share or balance needs so many items or remarks on that day. ``cool_down_days``: after a day that was
    told, so many days before and after it are not.

    Raises:
        ConfigError: a rule that contradicts itself.
    """

    measure: str = "count"
    kind: str = "anomaly"
    direction: str = "above"
    value: float | None = None
    period: str = "day"
    sensitivity: str = "normal"
    minimum_support: int = 5
    cool_down_days: int = 3

    def __post_init__(self) -> None:
        known = {
            "measure": MEASURES, "kind": KINDS, "direction": DIRECTIONS, "period": PERIODS,
            "sensitivity": SENSITIVITIES,
        }  # fmt: skip
        for name, values in known.items():
            if getattr(self, name) not in values:
                raise ConfigError(
                    f"an alert's {name} cannot be {getattr(self, name)!r}", hint=f"of: {', '.join(values)}"
                )
        if self.kind == "threshold" and (self.value is None or self.direction == "either"):
            raise ConfigError("a threshold needs a value to be above or below", hint="such as --above 20")
        if self.kind == "anomaly" and (self.value is not None or self.period != "day"):
            raise ConfigError("what is unusual is judged by day, without a value", hint="--unusual, or --above 20")
        if self.minimum_support < 0 or not 0 <= self.cool_down_days <= 365:
            raise ConfigError("support and cool-down are whole numbers from 0 on", hint="such as 5 items and 3 days")

    @classmethod
    def of(cls, measure: str = "count", **given: Any) -> Rule:
        """A rule; what is not given is as its measure needs it: more support for shares, balances both ways."""
        either = measure == "net_sentiment" and given.get("kind", "anomaly") == "anomaly"
        # Whoever names a number of items has said how many are enough.
        limited = given.get("kind") == "threshold" and measure == "count"
        support = 0 if limited else _SUPPORT.get(measure, 5)
        usual = {"minimum_support": support, "direction": "either" if either else "above"}
        return cls(measure, **{**usual, **{name: value for name, value in given.items() if value is not None}})

    def as_json(self) -> dict[str, Any]:
        """Every field by its name."""
        return asdict(self)

    @classmethod
    def from_json(cls, spec: Mapping[str, Any]) -> Rule:
        """Read back what :meth:`as_json` gave.

        Raises:
            ConfigError: a field that this version does not know, or a rule that contradicts itself.
        """
        unknown = sorted(set(spec) - {item.name for item in fields(cls)})
        if unknown:
            raise ConfigError(f"an alert has no {unknown[0]!r}", hint="it was saved by another version")
        return cls(**spec)
