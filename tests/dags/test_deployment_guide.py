"""What docs/guides/deployment.md shows is read by Airflow as it stands there, and pins tasks to their machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from dags.worlds import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("dags")]

GUIDE = REPOSITORY / "docs" / "guides" / "deployment.md"
READ = """
import json, os, sys
from pathlib import Path
from airflow.dag_processing.dagbag import BundleDagBag
answer = {}
for folder, listed in json.loads(sys.argv[1]):
    os.environ["MATCHBACK_WORKSPACES"] = listed
    for module in [name for name in sys.modules if name.startswith("matchback_")]:
        del sys.modules[module]
    bag = BundleDagBag(folder, bundle_path=Path(folder), bundle_name="dags")
    said = {dag.dag_id: {task.task_id: [task.queue, task.executor_config] for task in dag.tasks}
            for dag in bag.dags.values()}
    errors = sorted({error.strip().splitlines()[-1] for error in bag.import_errors.values()})
    answer[listed or folder] = [said, errors]
print(json.dumps(answer))
"""
WRONG = '{"bank": {"folder": "/srv/bank", "executor_config": "bank.yaml"}}'
BEYOND_AIRFLOW = {"bank.copy_published": ["copy"], "bank.night": ["run"]}


def blocks(language: str) -> list[str]:
    """Return what the guide shows in this language; a block within a list without its indentation."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indentation}", "", text, flags=re.MULTILINE) for indentation, text in found]


@pytest.fixture(scope="module")
def as_read(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Airflow makes of the guide's lists of workspaces, and of its DAGs."""
    home = tmp_path_factory.mktemp("deployment")
    own = home / "own"
    own.mkdir()
    for number, code in enumerate(blocks("python")):
        (own / f"shown_{number}.py").write_text(code)
    asked = [(str(REPOSITORY / "dags"), listed) for listed in (*blocks("json"), WRONG)]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    result = subprocess.run(
        [REPOSITORY / ".venv-airflow" / "bin" / "python", "-c", READ, json.dumps([*asked, (str(own), "")])],
        env={
            **inherited,
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        },
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    answer["own"] = answer.pop(str(own))
    return answer


def test_a_queue_holds_every_task_of_its_workspace(as_read: dict[str, Any]) -> None:
    celery, _ = blocks("json")
    dags, errors = as_read[celery]
    assert errors == []
    assert len(dags) == 4
    assert {queue for tasks in dags.values() for queue, _ in tasks.values()} == {"disk-of-bank"}


def test_a_pod_template_holds_every_task_of_its_workspace(as_read: dict[str, Any]) -> None:
    _, kubernetes = blocks("json")
    dags, errors = as_read[kubernetes]
    assert errors == []
    assert len(dags) == 4
    configurations = [configuration for tasks in dags.values() for _, configuration in tasks.values()]
    assert configurations == [{"pod_template_file": "/opt/airflow/pods/bank.yaml"}] * len(configurations)
    assert {queue for tasks in dags.values() for queue, _ in tasks.values()} == {"default"}


def test_the_pod_mounts_the_workspace_that_its_list_names() -> None:
    (template,) = (yaml.safe_load(text) for text in blocks("yaml"))
    (container,) = template["spec"]["containers"]
    variables = {variable["name"]: variable["value"] for variable in container["env"]}
    assert json.loads(variables["MATCHBACK_WORKSPACES"]) == json.loads(blocks("json")[1])
    (mount,), (volume,) = container["volumeMounts"], template["spec"]["volumes"]
    assert mount["name"] == volume["name"]
    assert mount["mountPath"] == json.loads(variables["MATCHBACK_WORKSPACES"])["bank"]["folder"]
    assert container["name"] == "base"
    assert (template["kind"], template["spec"]["restartPolicy"]) == ("Pod", "Never")


def test_a_configuration_of_the_executor_that_is_no_object_is_refused(as_read: dict[str, Any]) -> None:
    assert as_read[WRONG] == [
        {},
        [
            "matchback_workspaces.WrongList: MATCHBACK_WORKSPACES: executor_config of bank is not a JSON object."
        ],
    ]


def test_the_dags_that_the_guide_shows_are_read(as_read: dict[str, Any]) -> None:
    dags, errors = as_read["own"]
    assert errors == []
    assert {name: sorted(tasks) for name, tasks in dags.items()} == BEYOND_AIRFLOW


def test_the_command_that_a_managed_airflow_sends_is_one(tmp_path: Path) -> None:
    """3 (a file was refused or waits) is no failure of the task; every other code is."""
    (line,) = re.findall(r'bash_command=f"(ssh .*)",', "\n".join(blocks("python")))
    fake = tmp_path / "ssh"
    for code, expected in ((0, 0), (3, 0), (1, 1), (2, 1)):
        fake.write_text(f"#!/bin/sh\nexit {code}\n")
        fake.chmod(0o755)
        ended = subprocess.run(["bash", "-c", line], env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
        assert ended.returncode == expected
