"""`python -m seeds FOLDER`: lay the lake out under a folder."""

from __future__ import annotations

import argparse
from pathlib import Path

from seeds.lake import generate


def main() -> None:
    """Read the command line and write the files."""
    parser = argparse.ArgumentParser(prog="python -m seeds", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="1 is half a million requests")
    parser.add_argument("--seed", type=int, default=0, help="0 is the labs' own students")
    parser.add_argument("--table", action="append", help="only this table; may be repeated")
    parser.add_argument("--threads", type=int, help="how many files to write at once (2)")
    given = parser.parse_args()
    generate(given.folder, given.scale, given.table, given.threads, given.seed)


if __name__ == "__main__":
    main()
