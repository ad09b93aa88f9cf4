"""Dotted paths into JSON objects: which value of a record fills which column, and which keys nothing takes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matchback.intake.card_numbers import CardNumbers

MAX_UNKNOWN = 100
_SEGMENT = re.compile(r"(?:[^.\\]|\\.)+")


@dataclass(frozen=True)
class JsonPath:
    """One path: its name in the configuration, and the keys that lead to the value; a number counts list elements."""

    name: str
    keys: tuple[str, ...]

    @classmethod
    def of(cls, name: str) -> JsonPath:
        r"""Split a dotted name; `\.` is a dot that belongs to a key."""
        return cls(name, tuple(re.sub(r"\\(.)", r"\1", part) for part in _SEGMENT.findall(name)))

    def value(self, found: Any) -> Any:
        """Return what stands at the path, None if nothing does."""
        for key in self.keys:
            if isinstance(found, dict):
                found = found.get(key)
            elif isinstance(found, list) and key.isascii() and key.isdigit() and len(key) < 6:
                found = found[int(key)] if int(key) < len(found) else None
            else:
                return None
        return found

    def expression(self) -> str | None:
        """Return the path in the notation of JSONPath, None where a key has characters that it cannot hold."""
        if any(re.search(r"['\"\\\[\]\x00-\x1f]", key) for key in self.keys):
            return None
        return "$" + "".join(f"[{key}]" if key.isdigit() else f"['{key}']" for key in self.keys)


def paths_by_column(columns: dict[str, str], contract_columns: Sequence[str]) -> dict[str, list[JsonPath]]:
    """Return the paths of each column that can be filled, in declared order, by the name of the first of them.

    `columns` maps declared paths to columns; a contract's column that none is declared for is taken by its name.
    """
    first: dict[str, str] = {}
    found: dict[str, list[JsonPath]] = {}
    for name, target in columns.items():
        found.setdefault(first.setdefault(target, name), []).append(JsonPath.of(name))
    for column in contract_columns:
        if column not in first and column not in found:
            found[column] = [JsonPath(column, (column,))]
    return found


class UnknownKeys:
    """Collects the keys of records that no path leads through; bounded, since a key can be anything."""

    def __init__(self, paths: Sequence[JsonPath]) -> None:
        self._known: dict[str, Any] = {}
        self._found: set[str] = set()
        self._cards = CardNumbers()
        for path in paths:
            node = self._known
            for key in path.keys:
                node = node.setdefault(key, {})

    def note(self, record: dict[str, Any], *, has_long_number: bool = False) -> None:
        """Look at one record; at the values of unknown keys too if a long number stands in it anywhere."""
        if len(self._found) < MAX_UNKNOWN or has_long_number:
            self._note(record, self._known, "", has_long_number)

    def _note(self, record: dict[str, Any], known: dict[str, Any], before: str, values: bool) -> None:
        for key, value in record.items():
            below = known.get(key)
            if below is None:
                if len(self._found) < MAX_UNKNOWN:
                    self._found.add(before + key)
                if values and before + key in self._found:
                    self._cards.add_object({before + key: value})
            elif below and isinstance(value, dict):
                self._note(value, below, f"{before}{key}.", values)

    def names(self) -> list[str]:
        """Return the keys with the path that leads to them, sorted."""
        return sorted(self._found)

    def card_keys(self) -> list[str]:
        """Return the keys whose values are payment card numbers, sorted."""
        return self._cards.columns()
