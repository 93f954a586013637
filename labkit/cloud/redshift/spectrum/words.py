"""What Spectrum says when the lake cannot be read.

Source: https://docs.aws.amazon.com/redshift/latest/dg/c-spectrum-troubleshooting.html
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from labkit.cloud.engine import QueryFailed, formats
from labkit.cloud.engine.redshift.errors import RedshiftError
from labkit.cloud.operations import AwsError
from labkit.cloud.redshift.copying.access import failure, s3_failure

if TYPE_CHECKING:
    from labkit.cloud.redshift.spectrum.schemas import External
    from labkit.cloud.redshift.warehouse.connection import Connection

_SCAN = 15001


@contextlib.contextmanager
def spectrum_words(connection: Connection, schema: External) -> Iterator[None]:
    """Say in Spectrum's words what fails inside."""
    try:
        yield
    except AwsError as error:
        raise s3_failure(connection, error, f"External schema {schema.name}") from error
    except QueryFailed as error:
        raise _of_query(connection, error) from error
    except formats.FormatError as error:
        raise scan_error(connection, error.message) from error


def scan_error(connection: Connection, context: str) -> RedshiftError:
    """A file that does not read as its table is declared."""
    return failure(connection, "Spectrum Scan Error", context, "dory_util.cpp:1509", _SCAN)


def _of_query(connection: Connection, error: QueryFailed) -> RedshiftError:
    cause = error.__cause__
    if isinstance(cause, AwsError):
        return s3_failure(connection, cause, error.message)
    return scan_error(connection, error.message)
