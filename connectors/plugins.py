"""The file's name is the plug-in's name: sources, transcript formats, models, taggers and renderers load alike.

``load("connectors.sources", "files")`` imports ``connectors/sources/files.py`` and returns its ``plugin`` function.
A package of somebody else's may offer the same through an entry point whose group is our package's name; ours win.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import Any

from connectors.errors import ConfigError

# A name may come from a config file, so it must never be able to become a path.
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
# Files that share a folder with plug-ins and are none.
_NOT_PLUGINS = frozenset({"base"})


def names(package: str) -> list[str]:
    """Names of all plug-ins of a package, our own and those of outsiders, sorted."""
    theirs = {point.name for point in entry_points(group=package)}
    return sorted(name for name in _ours(package) | theirs if _NAME.match(name))


def _ours(package: str) -> set[str]:
    paths = importlib.import_module(package).__path__
    return {module.name for module in pkgutil.iter_modules(paths) if not module.ispkg} - _NOT_PLUGINS


def load(package: str, name: str) -> Callable[..., Any]:
    """The ``plugin`` function of one plug-in.

    Raises:
        ConfigError: no plug-in has that name; the hint lists those there are.
    """
    known = names(package)
    if name not in known:
        kind = package.rsplit(".", 1)[-1].removesuffix("s")
        raise ConfigError(f"there is no {kind} called {name!r}", hint=f"known: {', '.join(known)}")
    if name in _ours(package):
        plugin: Callable[..., Any] = importlib.import_module(f"{package}.{name}").plugin
        return plugin
    point = next(point for point in entry_points(group=package) if point.name == name)
    loaded: Callable[..., Any] = point.load()
    return loaded
