"""Figures in columns, as plain text: the same at a terminal, in a pipe and in the documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Cell = str | int | float | None


def columns(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Lines of equal columns: words to the left, numbers to the right with three decimals, None as ``-``."""
    body = [list(row) for row in rows]
    right = [any(isinstance(row[place], int | float) for row in body) for place in range(len(header))]
    lines = [list(header), *([_written(cell) for cell in row] for row in body)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )


def _written(cell: Cell) -> str:
    if cell is None:
        return "-"
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)
