"""Whether the customer says they had to work hard or repeat themselves."""

from mining.taggers.base import Config, Softmax, Tagger

RULES = 1
"""Raised when the same scores give other labels."""


def plugin(**settings: object) -> Tagger:
    """The tagger ``effort``; for settings see ``mining.taggers.base.Config``."""
    return Softmax("effort", RULES, Config.model_validate(settings))
