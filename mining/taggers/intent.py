"""What the speaker is doing: complaining, praising, asking."""

from mining.taggers.base import Config, Softmax, Tagger

RULES = 1
"""Raised when the same scores give other labels."""


def plugin(**settings: object) -> Tagger:
    """The tagger ``intent``; for settings see ``mining.taggers.base.Config``."""
    return Softmax("intent", RULES, Config.model_validate({"otherwise": "statement"} | settings))
