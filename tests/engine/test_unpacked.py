"""gzip files that DuckDB reads through our own file system."""

import gzip
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from labkit.cloud.engine.formats import unpacked
from labkit.cloud.engine.formats.unpacked import FILES_A_THREAD, MET, OTHERWISE, address

LONG = b"".join(b"%d,%s\n" % (at, b"x" * (at % 90)) for at in range(100_000))


def pack(text: bytes) -> bytes:
    """A gzip file, packed fast."""
    return gzip.compress(text, compresslevel=1)


@pytest.mark.parametrize(
    ("make", "outcome"),
    [
        (lambda: pack(LONG), 100_000),
        (lambda: pack(LONG + b"last,"), 100_001),
        (lambda: pack(b""), 0),
        (lambda: pack(LONG) + pack(b"a,b\n"), OTHERWISE),
        (lambda: pack(b"a,b\n") + pack(LONG), OTHERWISE),
        (lambda: pack(LONG + b'a,"b"\n'), MET),
        (lambda: pack(LONG + b"\n" + LONG), MET),
        (lambda: pack(LONG + b"\r\n" + LONG), MET),
        (lambda: pack(LONG + b"a,b\0\n"), MET),
        (lambda: pack(LONG + b"a," + b"x" * 33_000_000), MET),
        (lambda: pack(LONG)[:-9], "Compressed file ended"),
        (lambda: pack(LONG)[:-8] + bytes(4) + pack(LONG)[-4:], "CRC"),
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, str | int) else "",
)
def test_texts_are_whole_or_refused(
    tmp_path: Path, make: Callable[[], bytes], outcome: int | str
) -> None:
    file = tmp_path / "a#b.csv"
    file.write_bytes(make())
    with duckdb.connect(config={"threads": 2}) as duck:
        duck.register_filesystem(unpacked.Unpacked())
        sources = [address(str(file), ["\0", '"'], blank_lines=False)] * (FILES_A_THREAD * 2 + 1)
        query = (
            f"SELECT count(*), count(DISTINCT f0) FROM read_csv({sources}, auto_detect = false, "
            "header = false, columns = {'f0': 'VARCHAR', 'f1': 'VARCHAR'}, "
            "max_line_size = 100000, buffer_size = 400000)"
        )
        if isinstance(outcome, int):
            assert duck.execute(query).fetchall() == [(5 * outcome, outcome)]
        else:
            with pytest.raises(duckdb.Error, match=outcome):
                duck.execute(query).fetchall()
