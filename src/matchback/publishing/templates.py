"""Templates: the empty databases that new versions begin as, kept from one night to the next.

A template holds no row, only tables with their comments; it is a cache that may be deleted at any time.
"""

from __future__ import annotations

import hashlib
from pathlib import Path


def template_path(folder: Path, name: str, basis: str) -> Path:
    """Return where the template of this name and basis stands, or is to be made; those of another basis go."""
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{name}-{hashlib.sha256(basis.encode()).hexdigest()[:16]}.duckdb"
    for former in folder.glob(f"{name}-*"):
        if former != path:
            former.unlink()
    return path
