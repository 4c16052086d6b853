"""One file per task, found by its name: ``plugin(**settings)`` returns a ``Tagger``."""
