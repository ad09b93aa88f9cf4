"""The reference of `matchback.toml`, made from the models of `config.py` and the words of `config_words.toml`.

Regenerate it with `python -m matchback.config_reference > docs/reference/configuration.md`.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from matchback.config import Config

_HEAD = """# Configuration

Generated from `src/matchback/config.py`; do not edit. Regenerate it with
`python -m matchback.config_reference > docs/reference/configuration.md`.

A workspace is a folder with `matchback.toml`. Unknown keys are refused, with the nearest known one named. Secrets are
references (`env:NAME`, `file:NAME`), never values. Amounts are written as text: `"100.00"`. A whole example is
`sample_data/matchback.toml`.
"""
_WORDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    NoneType: "nothing",
}


def configuration_reference() -> str:
    """Return the text of `docs/reference/configuration.md`."""
    words = config_words()
    parts = [_HEAD]
    for heading, model in sections(Config, ""):
        parts.append(f"## {heading}\n")
        parts.append("| key | type | default | meaning |\n|---|---|---|---|")
        for key, field in keys(model):
            cells = (f"`{key}`", _type(field.annotation), _default(field), words[model.__name__][key])
            parts.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        parts.append("")
    return "\n".join(parts)


def config_words() -> dict[str, dict[str, str]]:
    """Return what each key means, by model."""
    text = Path(__file__).with_name("config_words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def sections(model: type[BaseModel], path: str) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield every table of the file with its heading, outer ones first; a table that holds its own kind stands once."""
    for key, field in keys(model):
        inner = _inner(field.annotation)
        if inner is None or inner is model:
            continue
        place = f"{path}.{key}" if path else key
        many = _holds_list(field.annotation) and not path
        yield (f"`[[{place}]]`" if many else f"`[{place}]`" if not path else f"`{place}`"), inner
        yield from sections(inner, place)


def keys(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """Yield the keys of a model as they are written in the file."""
    for name, field in model.model_fields.items():
        yield field.alias or name, field


def _inner(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _inner(part)) is not None), None)


def _holds_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(_holds_list(part) for part in get_args(annotation))


def _type(annotation: Any) -> str:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(parts[0])
    if origin is Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if origin in (Union, UnionType):
        return " or ".join(_type(part) for part in parts if part is not NoneType)
    if origin is list:
        return f"list of {_type(parts[0])}"
    if origin is dict:
        return f"table of {_type(parts[1])}, by {_type(parts[0])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "table, see below"
    return _WORDS.get(annotation, str(getattr(annotation, "__name__", annotation)).lower())


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    if value is None or isinstance(value, BaseModel):
        return ""
    return f"`{_literal(value)}`"


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_literal(item)}" for key, item in value.items()) + " }"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    sys.stdout.write(configuration_reference())
