"""Pictures of every type of visual, to look through: ``python -m tools.gallery``."""
