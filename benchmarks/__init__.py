"""Speed and quality, each module printing a table; ``python -m benchmarks`` runs those that need no other data."""

import api  # noqa: F401  # it says how numpy is to be loaded, here as in every door
