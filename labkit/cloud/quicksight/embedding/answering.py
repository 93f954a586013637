"""The pages of a session with a question bar."""

from __future__ import annotations
