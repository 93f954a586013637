"""Lambda: moto keeps the functions, this package runs their Python code in processes of its own."""

from labkit.cloud.lambdas import invoke  # noqa: F401 (registers the operations)
