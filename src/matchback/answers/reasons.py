"""Why an operator did something: a short code, since what is typed freely could name somebody."""

from __future__ import annotations

import re
from typing import Any

from matchback.errors import ConfigurationError

REASON_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
Outcome = tuple[str, dict[str, Any]]


def check_reason(reason: str) -> None:
    """Raise ConfigurationError unless a reason is a short code."""
    if not REASON_CODE.fullmatch(reason):
        raise ConfigurationError("--reason is a short code of letters, digits, _ and -.")
