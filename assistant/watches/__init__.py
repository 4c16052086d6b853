"""Parts of :mod:`assistant.watch`: what is watched, by which rule, when it is due, and how all that is said."""
