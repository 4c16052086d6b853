"""Rows of Parquet, read batch by batch; needs the ``parquet`` extra."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connectors.errors import ConfigError
from connectors.folder import open_binary
from connectors.tabular.events import Bad, Event, Row, Unreadable

_BATCH = 1000


def _in_microseconds(schema: Any) -> Any:
    import pyarrow as arrow

    fields = [
        field.with_type(arrow.timestamp("us", field.type.tz)) if arrow.types.is_timestamp(field.type) else field
        for field in schema
    ]
    return arrow.schema(fields)


def read(path: Path) -> Iterator[Event]:
    """Yield the file's rows; ``place`` is the row's number.

    Raises:
        ConfigError: pyarrow is not installed.
        Unreadable: it is no whole Parquet file (its directory stands at its end).
    """
    try:
        # Parquet readers weigh 100 MB and take half a second to import; most workspaces never meet such a file.
        import pyarrow as arrow
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise ConfigError(f"{path.name} is a Parquet file", hint="pip install 'overheard[parquet]'") from error
    with open_binary(path) as stream:
        # A packed file cannot be read from its end, where Parquet begins.
        source = io.BytesIO(stream.read()) if path.suffix.lower() == ".gz" else stream
        place = 0
        try:
            for batch in parquet.ParquetFile(source).iter_batches(batch_size=_BATCH):
                # Python's times end at the microsecond; pandas writes nanoseconds.
                table = arrow.Table.from_batches([batch]).cast(_in_microseconds(batch.schema), safe=False)
                for fields in table.to_pylist():
                    place += 1
                    yield Row(place, fields)
        except (arrow.ArrowException, OSError) as error:
            if not place:
                raise Unreadable("it is not a whole Parquet file", "fetch it again") from error
            yield Bad(place + 1, "the Parquet file is damaged here; what follows could not be read")
