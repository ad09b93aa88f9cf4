"""How the support page is served: where it listens, behind which proxy, and when it refuses to listen at all."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from matchback.errors import ConfigurationError

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
PORT = 8321
IDLE_MINUTES = 15
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Serving:
    """The options of `matchback support`. `public_url` is the address that browsers see, if a proxy stands before."""

    host: str = "127.0.0.1"
    port: int = PORT
    proxy_header: str = ""
    trusted_proxies: tuple[str, ...] = ()
    public_url: str = ""
    idle_minutes: int = IDLE_MINUTES

    @property
    def is_loopback(self) -> bool:
        """Tell whether nothing but this machine reaches it."""
        return self.host == "localhost" or _address(self.host).is_loopback

    @property
    def is_https(self) -> bool:
        return self.public_origin.startswith("https://")

    @property
    def allowed_hosts(self) -> list[str]:
        """The names under which it answers: this machine's own, and those that were given."""
        own = [self.host] if self.host not in (*LOOPBACK, "0.0.0.0", "::") else []  # noqa: S104 listens on none
        public = [urlsplit(self.public_url).hostname or ""] if self.public_url else []
        return [*LOOPBACK, *(f"[{name}]" if ":" in name else name for name in [*own, *public])]

    @property
    def public_origin(self) -> str:
        """The public address as browsers send it with a form; empty if there is none, or it is no such address."""
        with suppress(ValueError):
            url = urlsplit(self.public_url)
            port = "" if url.port in (None, _PORTS.get(url.scheme)) else f":{url.port}"
            host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
            is_whole = url.path in ("", "/") and not url.query and not url.fragment and "@" not in url.netloc
            if url.scheme in _PORTS and host and is_whole:
                return f"{url.scheme}://{host}{port}"
        return ""

    @property
    def address(self) -> str:
        """The address to open in a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}/"

    def named_by_proxy(self, environ: Mapping[str, Any]) -> str:
        """Return whom the reverse proxy names, if the request comes from one that is trusted; else nothing."""
        if not self.proxy_header or environ.get("REMOTE_ADDR") not in self.trusted_proxies:
            return ""
        name = "HTTP_" + self.proxy_header.upper().replace("-", "_")
        return str(environ.get(name, "")).strip(" \t")

    def client(self, environ: Mapping[str, Any]) -> str:
        """Return who asks, to count wrong tokens by: the address that a trusted proxy names, else the peer's."""
        peer = str(environ.get("REMOTE_ADDR", ""))
        forwarded = str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")[-1].strip()
        return forwarded if peer in self.trusted_proxies and forwarded else peer


def check_serving(serving: Serving, *, tokens: int) -> list[str]:
    """Return what to say before it starts; raise ConfigurationError if it would stand open, or nobody could log in."""
    if bool(serving.proxy_header) != bool(serving.trusted_proxies):
        raise ConfigurationError(
            "--proxy-header and --trusted-proxy belong together: a name is taken from that address only.",
            next_step="matchback support --proxy-header X-Remote-User --trusted-proxy 127.0.0.1",
        )
    for address in serving.trusted_proxies:
        _address(address)
    if serving.public_url and not serving.public_origin:
        raise ConfigurationError(
            "--public-url is an address such as https://support.bank.example, without a path: the page has a name of "
            "its own."
        )
    if not serving.is_loopback and not serving.proxy_header and not tokens:
        raise ConfigurationError(
            f"{serving.host} can be reached from other machines, and there is neither a proxy that says who asks nor "
            "a token.",
            state="Nothing was started.",
            next_step="Make one:  matchback support token add --name NAME --role ROLE\n"
            "or name the proxy:  matchback support --proxy-header X-Remote-User --trusted-proxy ADDRESS",
        )
    said = []
    if not serving.proxy_header and not tokens:
        said.append(
            "Nobody may log in yet. Make a token:  matchback support token add --name NAME --role ROLE"
        )
    if not serving.is_loopback and not serving.is_https:
        said.append(
            "It can be reached from other machines without encryption: put a proxy with TLS before it, and name it "
            "by --public-url https://..."
        )
    if (serving.proxy_header or not serving.is_loopback) and not serving.public_url:
        said.append(
            "Browsers that know it by another name than its own get no answer: name that by --public-url."
        )
    return said


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise ConfigurationError(f"{text!r} is not an address such as 127.0.0.1.") from None
