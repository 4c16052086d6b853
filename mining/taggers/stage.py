"""Where on the customer journey the thing spoken of lies."""

from mining.taggers.base import Config, Softmax, Tagger

RULES = 1
"""Raised when the same scores give other labels."""


def plugin(**settings: object) -> Tagger:
    """The tagger ``stage``; for settings see ``mining.taggers.base.Config``."""
    return Softmax("stage", RULES, Config.model_validate(settings))
