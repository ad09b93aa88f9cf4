"""The archive of configurations: each reads back whole, under the hash by which it was used."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from matchback.config import load_config
from matchback.config_archive import ConfigurationLost, archived_config, canonical_path, keep_config
from matchback.rewards.rules import current_rules
from matchback.workspace import Workspace
from unit.replayed_bank import TOML

ACTOR = """
[[rewards]]
id = "actor-5"
program = "refer"
from = 2026-01-01
to = "actor"
on = "account_opened"
value = { kind = "cash", amount = "5.00" }
"""
PRESET = """
[[feeds]]
id = "web"
preset = "segment"
source = "inbox/web"
values = { event_name = { "Account Opened" = "account_opened" } }

[[feeds]]
id = "own"
kind = "events"
source = "inbox/own"
pattern = "own.csv"
contract = "own.py:Own"
"""
OWN = "import pandera.polars as pa\n\n\nclass Own(pa.DataFrameModel):\n    pass\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "matchback.toml").write_text(TOML + ACTOR + PRESET, encoding="utf-8")
    (tmp_path / "own.py").write_text(OWN, encoding="utf-8")
    made = Workspace.at(tmp_path)
    made.prepare()
    return made


def test_a_configuration_reads_back_whole(workspace: Workspace) -> None:
    """A Parquet feed whose header nobody wrote, an actor's rule, a preset, and a contract whose file changed since."""
    config = load_config(workspace.config_path)
    keep_config(workspace, config)
    workspace.config_path.unlink()
    (workspace.root / "own.py").write_text("something else", encoding="utf-8")
    archived = archived_config(workspace, config.hash)
    assert archived.is_exact
    assert archived.config.hash == config.hash
    assert archived.config.canonical() == config.canonical()
    assert archived.config.contract_sources == {"own.py": OWN}
    assert [rule.version for rule in current_rules(archived.config)] == [
        rule.version for rule in current_rules(config)
    ]
    assert canonical_path(workspace, config.hash).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("given", [True, False])
def test_the_samples_configuration_reads_back_with_what_older_versions_kept(
    repository: Path, tmp_path: Path, given: bool
) -> None:
    """Older versions kept the canonical form alone, in which every default is written out."""
    shutil.copy(repository / "sample_data" / "matchback.toml", tmp_path)
    workspace = Workspace.at(tmp_path)
    workspace.prepare()
    config = load_config(workspace.config_path)
    keep_config(workspace, config)
    path = canonical_path(workspace, config.hash)
    if not given:
        path.with_name(f"{path.stem}.given.json").unlink()
    archived = archived_config(workspace, config.hash)
    assert archived.is_exact
    assert [rule.text for rule in current_rules(archived.config)] == [
        rule.text for rule in current_rules(config)
    ]


def test_a_configuration_of_another_version_keeps_its_hash_and_says_that_it_may_mean_another_thing(
    workspace: Workspace,
) -> None:
    """As an older version wrote it, whose models lacked a key that has a default today."""
    import hashlib

    config = load_config(workspace.config_path)
    content = json.loads(config.canonical())
    del content["publish"]["keep_versions"]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    config_hash = hashlib.sha256(text.encode()).hexdigest()
    folder = workspace.archive / "configurations"
    folder.mkdir()
    (folder / f"{config_hash}.json").write_text(text, encoding="utf-8")
    archived = archived_config(workspace, config_hash)
    assert not archived.is_exact
    assert archived.config.hash == config_hash
    assert archived.config.publish.keep_versions == 7


def test_a_configuration_that_is_gone_or_changed_is_refused(workspace: Workspace) -> None:
    config = load_config(workspace.config_path)
    keep_config(workspace, config)
    path = canonical_path(workspace, config.hash)
    path.write_text(path.read_text().replace('"25.00"', '"95.00"'), encoding="utf-8")
    with pytest.raises(ConfigurationLost, match="was changed in the archive"):
        archived_config(workspace, config.hash)
    path.unlink()
    with pytest.raises(ConfigurationLost, match="is not in the archive"):
        archived_config(workspace, config.hash)
