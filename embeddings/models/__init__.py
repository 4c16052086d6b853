"""One file per embedder, found by its name: ``plugin(**settings)`` returns an ``Embedder``."""
