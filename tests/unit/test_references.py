"""The generated references are what the code says now, and every key of the configuration is described."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from matchback.cli.reference import cli_reference
from matchback.config import Config
from matchback.config_reference import config_words, configuration_reference, keys, sections


def test_the_configuration_reference_is_current(repository: Path) -> None:
    assert (repository / "docs/reference/configuration.md").read_text() == configuration_reference()


def test_the_command_line_reference_is_current(repository: Path) -> None:
    assert (repository / "docs/reference/cli.md").read_text() == cli_reference()


def test_every_key_is_described_and_no_other() -> None:
    models: dict[str, type[BaseModel]] = {"Config": Config}
    models.update({model.__name__: model for _, model in sections(Config, "")})
    declared = {name: sorted(key for key, _ in keys(model)) for name, model in models.items()}
    assert {name: sorted(words) for name, words in config_words().items()} == declared
