"""Where the customer met the company."""

from mining.taggers.base import Config, Softmax, Tagger

RULES = 1
"""Raised when the same scores give other labels."""


def plugin(**settings: object) -> Tagger:
    """The tagger ``touchpoint``; for settings see ``mining.taggers.base.Config``."""
    return Softmax("touchpoint", RULES, Config.model_validate(settings))
