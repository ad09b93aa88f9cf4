"""One Spark session for all cases, on this machine alone, that leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import pytest

from matchback.engines.spark_dialect import SESSION
from spark.twins import Spark, Twins
from sql.cases import empty_warehouse

# The rows of a case are a handful, in one partition: nothing is worth compiling for them, sharing out, planning again.
SMALL = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.lightweightPlanChangeValidation": "false",
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.maxPlanStringLength": "100",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.leafNodeDefaultParallelism": "1",
    "spark.default.parallelism": "1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.ui.retainedJobs": "1",  # thousands of kept plans would fill the memory, and half the time go into
    "spark.ui.retainedStages": "1",  # looking for what may be thrown away
    "spark.ui.retainedTasks": "1",
    "spark.sql.ui.retainedExecutions": "1",
    "spark.log.level": "ERROR",
    "spark.driver.memory": "2g",
    "spark.buffer.pageSize": "64k",
}
LOOPBACK = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
# Java's second compiler takes longer than all queries together; without it, Java keeps so little room for compiled code
# that it throws away what it needs next. The machine's zone may not matter: it is an odd one.
JAVA = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC -Duser.timezone=Asia/Kolkata"


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Spark]:
    """A local Spark; at the end it says where the time went."""
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    places = {
        "spark.local.dir": str(folder / "local"),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.driver.extraJavaOptions": f"{JAVA} -Djava.io.tmpdir={folder}",
    }
    start = perf_counter()
    builder = SparkSession.builder.master("local[2]").appName("matchback-cases")
    for name, value in {**SESSION, **SMALL, **LOOPBACK, **places}.items():
        builder = builder.config(name, value)
    made = Spark(builder.getOrCreate())
    made.seconds["start"] = perf_counter() - start
    yield made
    made.session.stop()
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\n{made.figures()}")


@pytest.fixture(scope="session")
def twins_until(spark: Spark) -> Callable[[str], Any]:
    """Give the warehouse on both engines that has every table up to a step, empty."""
    made: dict[str, Twins] = {}

    def until(step: str) -> Any:
        if step not in made:
            made[step] = Twins(empty_warehouse(step), spark)
        return made[step]

    return until
