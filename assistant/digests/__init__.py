"""What a digest is made of, and how it is shown: see :mod:`assistant.digest`."""
