"""A job's arguments.

Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html
"""

from __future__ import annotations

import argparse
from typing import NoReturn


class GlueArgumentError(Exception):
    """An argument that a script asks for and the job does not have."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise GlueArgumentError(message)


def getResolvedOptions(args: list[str], options: list[str]) -> dict[str, str]:
    """The values of a job's arguments.

    Args:
        args: ``sys.argv``.
        options: the arguments' names, without hyphens before them.

    Raises:
        GlueArgumentError: the job has no argument of that name.
    """
    parser = _Parser(allow_abbrev=False, add_help=False)
    for option in options:
        parser.add_argument(f"--{option}", dest=option, required=True)
    return vars(parser.parse_known_args(args[1:])[0])
