"""What the model is told: pages beside this file, and the data of a request fenced off from them."""

from __future__ import annotations

import secrets
from functools import cache
from importlib.resources import files
from string import Template


@cache
def page(name: str) -> Template:
    """A page of instructions, ``$names`` to be filled."""
    return Template((files("assistant") / "llm" / name).read_text(encoding="utf-8"))


def fenced(text: str) -> str:
    """A text between two lines that nobody can have written into it."""
    line = f"-----{secrets.token_hex(8)}"
    return f"{line}\n{text}\n{line}"
