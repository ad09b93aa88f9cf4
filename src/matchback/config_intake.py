"""What reading one delivered file may take: the limits of the processes that parse strangers' bytes."""

from __future__ import annotations

from pydantic import Field

from matchback.config_values import ConfigModel


class Intake(ConfigModel):
    memory_mb: int = Field(default=2048, ge=1024)
    minutes_per_file: int = Field(default=60, ge=1)
    workers: int = Field(default=2, ge=1, le=16)
