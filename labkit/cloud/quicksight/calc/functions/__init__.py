"""The functions by category; each module fills the registry when it is imported."""
