"""One file per reader, found by its name: ``plugin(**settings)`` returns a ``Reader``."""
