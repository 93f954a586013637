"""labkit: the AWS Analytics Immersion Day as four Jupyter labs on a local AWS."""

__version__ = "0.1.0"
