"""The archive of configurations: every one that was ever used, by its hash, so that each night can be run again.

Beside the canonical form, which the hash is taken of and in which every default is written out, stands what the
operators gave: a default that is written out is not the same as one that is left out (a Parquet file may have no
`header`, an actor's `once_per` is another when nothing is said), so the canonical form alone does not read back whole.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticUndefined

from matchback.config import Config, restored_config
from matchback.errors import MatchbackError
from matchback.intake.private_files import fsync_folder

if TYPE_CHECKING:
    from matchback.workspace import Workspace


class ConfigurationLost(MatchbackError):
    """An archived configuration is gone, damaged, or of a version that this one cannot read."""


@dataclass(frozen=True)
class ArchivedConfig:
    """A configuration that was in force; `is_exact` tells whether it means to this version what it meant then."""

    config: Config
    is_exact: bool


def canonical_path(workspace: Workspace, config_hash: str) -> Path:
    """Return where the canonical form of a configuration stands; its SHA-256 is its name."""
    return workspace.archive / "configurations" / f"{config_hash}.json"


def is_archived(workspace: Workspace, config: Config) -> bool:
    """Tell whether a configuration was used before."""
    return canonical_path(workspace, config.hash).exists()


def keep_config(workspace: Workspace, config: Config) -> None:
    """Write both forms of a configuration, each whole; safe to repeat."""
    path = canonical_path(workspace, config.hash)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    given = config.model_dump(mode="json", by_alias=True, exclude_unset=True)
    if config.contract_sources:
        given["contract_sources"] = config.contract_sources
    texts = {_given_path(path): json.dumps(given, sort_keys=True), path: config.canonical()}
    for target, text in texts.items():
        if not target.exists():
            aside = target.with_name(f"{target.name}.{os.getpid()}.part")
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
                stream.write(text.encode())
                stream.flush()
                os.fsync(stream.fileno())
            aside.replace(target)
            fsync_folder(path.parent)


def archived_config(workspace: Workspace, config_hash: str) -> ArchivedConfig:
    """Return a configuration as it was in force. Raises ConfigurationLost."""
    path = canonical_path(workspace, config_hash)
    if not path.is_file():
        raise _lost(config_hash, "is not in the archive")
    text = path.read_bytes()
    if hashlib.sha256(text).hexdigest() != config_hash:
        raise _lost(config_hash, "was changed in the archive: its bytes are not those of its name")
    canonical = json.loads(text)
    given = _given_path(path)
    contents = [_without_defaults(Config, canonical)]
    if given.is_file():
        contents.insert(0, _read(given, config_hash))
    found: Config | None = None
    for content in contents:
        try:
            config = restored_config(content, config_hash)
        except ValidationError:
            continue
        if config.canonical().encode() == text:
            return ArchivedConfig(config, is_exact=True)
        found = found or config
    if found is None:
        raise _lost(config_hash, "cannot be read by this version of Matchback")
    return ArchivedConfig(found, is_exact=False)


def _given_path(path: Path) -> Path:
    return path.with_name(path.stem + ".given.json")


def _read(path: Path, config_hash: str) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except ValueError:
        raise _lost(config_hash, "was changed in the archive: what was given cannot be read") from None
    assert isinstance(content, dict)
    return content


def _without_defaults(model: type[BaseModel], content: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what equals its default: all that is known of configurations that older versions archived."""
    kept = {}
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    for key, value in content.items():
        field = fields.get(key)
        if field is None:
            kept[key] = value
            continue
        default = field.get_default(call_default_factory=True, validated_data={})
        if default is not PydanticUndefined and value == _plain(default):
            continue
        inner = _model_of(field.annotation)
        if inner is None:
            kept[key] = value
        elif isinstance(value, list):
            kept[key] = [_without_defaults(inner, item) if isinstance(item, dict) else item for item in value]
        elif isinstance(value, dict):
            kept[key] = _inner(inner, field.annotation, value)
        else:
            kept[key] = value
    return kept


def _inner(model: type[BaseModel], annotation: Any, value: dict[str, Any]) -> dict[str, Any]:
    """Return a table without its defaults; of a table of tables, each of them."""
    if getattr(annotation, "__origin__", None) is dict:
        return {name: _without_defaults(model, item) for name, item in value.items()}
    return _without_defaults(model, value)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    return json.loads(json.dumps(value, default=str))


def _model_of(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = [_model_of(inner) for inner in getattr(annotation, "__args__", ())]
    return next((model for model in found if model is not None), None)


def _lost(config_hash: str, why: str) -> ConfigurationLost:
    return ConfigurationLost(
        f"The configuration {config_hash[:12]} {why}.",
        state="Nothing was changed.",
        next_step="Restore var/archive/configurations from a backup.",
    )
