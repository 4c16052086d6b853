"""The customer's feeling, as worded."""

from mining.taggers.base import Config, Softmax, Tagger

RULES = 1
"""Raised when the same scores give other labels."""


def plugin(**settings: object) -> Tagger:
    """The tagger ``sentiment``; for settings see ``mining.taggers.base.Config``."""
    return Softmax("sentiment", RULES, Config.model_validate({"otherwise": "neutral"} | settings))
