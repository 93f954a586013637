"""The charts, one function a visual type. Importing this fills `registry.CHARTS`."""

from importlib import import_module
from pkgutil import iter_modules

for _each in iter_modules(__path__):
    import_module(f"{__name__}.{_each.name}")
