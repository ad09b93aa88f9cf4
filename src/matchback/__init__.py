"""Matchback: an open, self-hosted batch processor for referral programs.

The way of a file: pickup, validate, load, resolve, recognize, reward, report, publish.
"""

from __future__ import annotations

from matchback.answers.reading import read

__all__ = ["__version__", "read"]
__version__ = "0.1.0"
