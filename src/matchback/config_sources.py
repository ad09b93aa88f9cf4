"""What `matchback.toml` says of sources: when a file there is whole, and how long a server is waited for."""

from __future__ import annotations

import re

from pydantic import Field, field_validator, model_validator

from matchback.config_values import ConfigModel

_PLACES = re.compile(r"\{(name|stem|date:[^}]*)\}")


class Ready(ConfigModel):
    """What, besides standing still, tells that a file is whole."""

    marker: str | None = None
    manifest: str | None = None

    @field_validator("marker", "manifest")
    @classmethod
    def _file_name(cls, value: str | None) -> str | None:
        if value is not None and (not value or "/" in value or set(_PLACES.sub("", value)) & set("{}*?")):
            raise ValueError("is a file name; it may hold {name}, {stem} and {date:...}, and no wildcard")
        return value

    @model_validator(mode="after")
    def _one_of_both(self) -> Ready:
        if self.manifest and re.search(r"\{(name|stem)\}", self.manifest):
            raise ValueError("a manifest names its files; its own name holds at most {date:...}")
        if self.marker and self.manifest:
            raise ValueError("names a marker and a manifest; it is one of both")
        return self

    @property
    def pattern(self) -> str | None:
        """The names that markers or manifests can have, as a feed's pattern is written."""
        return re.sub(r"\{(name|stem)\}", "*", self.marker or self.manifest or "") or None


class Transport(ConfigModel):
    """How patient we are with servers. Times are in seconds."""

    connect_seconds: float = Field(default=20, gt=0, le=600)
    stall_seconds: float = Field(default=60, gt=0, le=3600)
    listing_seconds: float = Field(default=900, gt=0, le=86400)
    attempts: int = Field(default=4, ge=1, le=20)
    back_off_seconds: float = Field(default=1, ge=0, le=60)
