"""Who may import whom. The arrows point one way, so that a helper can be read aloud."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CLOUDS = ("labkit.cloud", "moto", "duckdb", "sqlglot", "pyiceberg", "fastavro")

# folder or file -> the modules that nothing in it may import. The first match counts.
FORBIDDEN = {
    "labkit/cloud/engine": ("labkit", "boto3", "botocore", "moto", "werkzeug", "flask"),
    "labkit/cloud": ("labkit", "awscli", "IPython", "ipywidgets"),
    "labkit/widgets": (*CLOUDS, "labkit.exercises"),
    "labkit/exercises": CLOUDS,
    "labkit/cli.py": CLOUDS,
    "labkit": (*CLOUDS, "labkit.widgets", "labkit.exercises"),
    "seeds": ("labkit", "pandas", "duckdb", "boto3", "botocore", "moto"),
}
# ... unless it is one of these.
ALLOWED = {"labkit/cloud/engine": ("labkit.cloud.engine",), "labkit/cloud": ("labkit.cloud",)}


def imports(path: Path) -> set[str]:
    """Every module that a file names in an import, wherever it stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = absolute(path, node)
            found |= {base, *(f"{base}.{name.name}" for name in node.names)}
    return found


def absolute(path: Path, node: ast.ImportFrom) -> str:
    """The full name behind ``from . import x``."""
    if not node.level:
        return node.module or ""
    package = path.relative_to(ROOT).parts[: -node.level]
    return ".".join([*package, *filter(None, [node.module])])


def within(module: str, roots: tuple[str, ...]) -> bool:
    """Whether a module is one of these or inside of one."""
    return any(module == root or module.startswith(f"{root}.") for root in roots)


def layer_of(path: Path) -> str:
    """The first of the layers that a file is in."""
    name = path.relative_to(ROOT).as_posix()
    return next(layer for layer in FORBIDDEN if name == layer or name.startswith(f"{layer}/"))


def breaches(path: Path) -> list[str]:
    """The imports of a file that its layer does not have."""
    layer = layer_of(path)
    allowed = ALLOWED.get(layer, ())
    return sorted(
        module
        for module in imports(path)
        if within(module, FORBIDDEN[layer])
        and not within(module, allowed)
        and module not in PARENTS
    )


# `from labkit.cloud import engine` names its parents on the way; the version is everybody's.
PARENTS = {"labkit", "labkit.cloud", "labkit.__version__"}
FILES = sorted([*(ROOT / "labkit").rglob("*.py"), *(ROOT / "seeds").rglob("*.py")])


@pytest.mark.parametrize("layer", FORBIDDEN)
def test_a_layer_imports_only_what_it_may(layer):
    files = [path for path in FILES if layer_of(path) == layer]
    assert files
    assert {str(path): found for path in files if (found := breaches(path))} == {}


@pytest.mark.parametrize(
    ("file", "source", "found"),
    [
        ("labkit/query.py", "from labkit.cloud import athena", "labkit.cloud.athena"),
        ("labkit/query.py", "def f():\n    import duckdb", "duckdb"),
        ("labkit/cloud/engine/x.py", "from labkit.cloud.glue import y", "labkit.cloud.glue"),
        ("labkit/cloud/engine/x.py", "from ..state import State", "labkit.cloud.state"),
        ("labkit/cloud/glue.py", "from labkit import storage", "labkit.storage"),
        ("labkit/widgets/x.py", "import moto.s3", "moto.s3"),
        ("seeds/x.py", "import pandas as pd", "pandas"),
    ],
)
def test_a_breach_is_found(monkeypatch, file, source, found):
    monkeypatch.setattr(Path, "read_text", lambda self: source)
    assert found in breaches(ROOT / file)


def test_the_map_names_every_package():
    told = (ROOT / "docs" / "architecture.md").read_text()
    packages = [
        path.parent.relative_to(ROOT / "labkit").as_posix()
        for path in [*(ROOT / "labkit").glob("*/__init__.py"),
                     *(ROOT / "labkit" / "cloud").glob("*/__init__.py")]
    ]  # fmt: skip
    named = {name for name in packages if f"| `{name}` |" in told or f"| `labkit/{name}` |" in told}
    assert set(packages) - named == {"cloud"}
