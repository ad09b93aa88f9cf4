"""What is published, by the configuration: versions kept, identifiers in clear, small groups left out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from matchback.config_values import ConfigModel, refuse_unknown


class Publish(ConfigModel):
    keep_versions: int = Field(default=7, ge=1)
    identifiers: list[Literal["account_id", "partner_event_id", "partner_user_id"]] = []
    smallest_groups: dict[str, Annotated[int, Field(ge=2)]] = {}

    @field_validator("smallest_groups")
    @classmethod
    def _known_reports(cls, groups: dict[str, int]) -> dict[str, int]:
        from matchback.publishing.dictionary import grouped_reports

        refuse_unknown(groups, grouped_reports(), "report with groups of persons")
        return groups
