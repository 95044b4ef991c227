"""Settings from the environment and one TOML file; a wrong one is an error that names file, key and expectation."""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from core.errors import ConfigError
from core.values import Platform

ROOT: Final = Path(__file__).resolve().parent.parent
DEFAULT_DATABASE: Final = "sqlite+aiosqlite:///var/community.db"
DEFAULT_CONFIG: Final = ROOT / "sample" / "community.toml"

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
AreaCode = Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,20}$")]
Secret = Annotated[str, Field(repr=False)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Service(_Section):
    name: str = "幸福社区"
    public_url: str = "http://127.0.0.1:8080"
    footer: str = ""
    phone: str = ""
    emergency_numbers: dict[str, str] = {}


class Account(_Section):
    """One WeChat account, mini-program, Alipay app or web page; `name` stands in its URL."""

    name: Name
    platform: Platform
    area: AreaCode | None = None
    app_id: str = ""
    token: Secret = ""
    aes_keys: Annotated[tuple[str, ...], Field(repr=False)] = ()
    secret: Secret = ""
    api_base: str = "https://api.weixin.qq.com"
    customer_service: bool = True
    moderation: Literal["platform", "none"] = "none"
    notices: dict[Literal["issue", "activity", "order", "points", "registration"], str] = {}
    verify_files: dict[str, str] = {}
    menu: tuple[dict[str, Any], ...] = ()
    private_key: Secret = ""
    alipay_public_key: str = ""
    gateway: str = "https://openapi.alipay.com/gateway.do"

    @field_validator("aes_keys")
    @classmethod
    def _forty_three(cls, keys: tuple[str, ...]) -> tuple[str, ...]:
        if any(len(key) != 43 for key in keys):
            raise ValueError("an EncodingAESKey has 43 characters")
        return keys

    @model_validator(mode="after")
    def _complete(self) -> Account:
        needed = {
            Platform.WECHAT: ("app_id", "token"),
            Platform.WECHAT_MINI: ("app_id", "secret"),
            Platform.ALIPAY: ("app_id", "private_key", "alipay_public_key"),
            Platform.ALIPAY_MINI: ("app_id", "private_key", "alipay_public_key"),
            Platform.WEB: (),
        }[self.platform]
        missing = [name for name in needed if not getattr(self, name)]
        if missing:
            raise ValueError(f"a {self.platform} account needs {', '.join(missing)}")
        return self

    def secrets(self) -> tuple[str, ...]:
        """What the log must never show."""
        return tuple(s for s in (self.token, self.secret, self.private_key, *self.aes_keys) if s)


class GridConnector(_Section):
    name: Name
    kind: Literal["signed_json", "desk"] = "desk"
    url: str = ""
    app_id: str = ""
    secret: Secret = ""
    signer: Literal["hmac-sha256", "hmac-sm3"] = "hmac-sha256"
    auto_file: bool = True
    areas: tuple[AreaCode, ...] = ()
    categories: tuple[str, ...] = ("*",)
    status: dict[str, str] = {}

    @model_validator(mode="after")
    def _complete(self) -> GridConnector:
        if self.kind == "signed_json" and not (self.url and self.app_id and self.secret):
            raise ValueError("a signed_json connector needs url, app_id and secret")
        return self

    def takes(self, area_code: str, category_code: str) -> bool:
        in_area = not self.areas or any(area_code.startswith(prefix) for prefix in self.areas)
        return in_area and ("*" in self.categories or category_code in self.categories)


class Duty(_Section):
    kind: Literal["webhook", "wecom_robot"] = "webhook"
    url: str
    secret: Secret = ""
    ack_seconds: Annotated[int, Field(ge=10, le=3600)] = 180


class Notify(_Section):
    kind: Literal["webhook", "wecom_robot"] = "webhook"
    url: str
    secret: Secret = ""
    events: tuple[str, ...] = ("*",)


class Config(_Section):
    """The TOML file."""

    service: Service = Service()
    accounts: tuple[Account, ...] = ()
    grid: tuple[GridConnector, ...] = ()
    duty: tuple[Duty, ...] = ()
    notify: tuple[Notify, ...] = ()

    @model_validator(mode="after")
    def _unique_names(self) -> Config:
        for kind, names in (
            ("accounts", [a.name for a in self.accounts]),
            ("grid", [g.name for g in self.grid]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{kind}: the name {twice[0]!r} is used twice")
        return self

    def secrets(self) -> tuple[str, ...]:
        """What the log must never show; the address of a group robot carries its key."""
        targets: tuple[Duty | Notify, ...] = (*self.duty, *self.notify)
        robots = (target.url for target in targets if target.kind == "wecom_robot")
        kept = (account.secrets() for account in self.accounts)
        grids = (connector.secret for connector in self.grid)
        signing = (target.secret for target in targets)
        return tuple(secret for secret in (*chain.from_iterable(kept), *grids, *signing, *robots) if secret)

    def account(self, name: str) -> Account | None:
        return next((account for account in self.accounts if account.name == name), None)

    def connector_for(self, area_code: str, category_code: str) -> GridConnector:
        """The first matching entry; the built-in desk where none matches."""
        return next((g for g in self.grid if g.takes(area_code, category_code)), DESK)


DESK: Final = GridConnector(name="desk", kind="desk", auto_file=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the environment and the TOML file say. `var` is where embedded mode keeps its files."""

    config: Config
    database_url: str = field(default=DEFAULT_DATABASE, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8080
    sim_port: int = 8081
    trusted_proxies: tuple[str, ...] = ()
    secret_key: str | None = field(default=None, repr=False)
    log_format: Literal["console", "json"] = "console"
    log_level: str = "INFO"
    var: Path = Path("var")

    @property
    def embedded(self) -> bool:
        return self.database_url.startswith("sqlite")


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read environment and file. Raises ConfigError with every fault in it."""
    env = dict(os.environ if environ is None else environ)
    port = _integer(env, "PORT", 8080)
    sim_port = _integer(env, "SIM_PORT", 8081)
    path = Path(env.get("COMMUNITY_CONFIG") or DEFAULT_CONFIG)
    config = load_config(path, {**env, "PORT": str(port), "SIM_PORT": str(sim_port)})
    log_format = env.get("LOG_FORMAT", "console")
    if log_format not in ("console", "json"):
        raise ConfigError(f"environment: LOG_FORMAT: {log_format!r}: expected console or json")
    level = env.get("LOG_LEVEL", "INFO").upper()
    if level not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise ConfigError(f"environment: LOG_LEVEL: {level!r}: expected DEBUG, INFO, WARNING or ERROR")
    return Settings(
        config=config,
        database_url=_database_url(env),
        redis_url=env.get("REDIS_URL") or None,
        host=env.get("HOST", "127.0.0.1"),
        port=port,
        sim_port=sim_port,
        trusted_proxies=_networks(env.get("TRUSTED_PROXIES", "")),
        secret_key=env.get("SECRET_KEY") or None,
        log_format="json" if log_format == "json" else "console",
        log_level=level,
        var=Path(env.get("COMMUNITY_VAR") or "var"),
    )


def _database_url(env: Mapping[str, str]) -> str:
    url = env.get("DATABASE_URL") or DEFAULT_DATABASE
    if not url.startswith(("sqlite+aiosqlite://", "postgresql+asyncpg://")):
        raise ConfigError(
            "environment: DATABASE_URL: expected sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/NAME"
        )
    return url


def _networks(given: str) -> tuple[str, ...]:
    networks = tuple(part.strip() for part in given.split(",") if part.strip())
    for network in networks:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            raise ConfigError(
                f"environment: TRUSTED_PROXIES: {network!r}: expected addresses or networks, separated by commas"
            ) from None
    return networks


def _integer(env: Mapping[str, str], name: str, default: int) -> int:
    given = env.get(name, "")
    if not given:
        return default
    if not (given.isascii() and given.isdigit()) or not 0 < int(given) < 65536:
        raise ConfigError(f"environment: {name}: {given!r}: expected a port number from 1 to 65535")
    return int(given)


def load_config(path: Path, env: Mapping[str, str]) -> Config:
    """Read the TOML file; `env:NAME`, `file:PATH`, `{PORT}` and `{SIM_PORT}` are replaced before values are checked."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file (COMMUNITY_CONFIG names it)") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not readable as TOML: {error}") from None
    resolved = _resolve(raw, path, env, key="")
    try:
        return Config.model_validate(resolved)
    except ValidationError as error:
        faults = [f"{path}: {_key(fault['loc'])}: {_expected(fault)}" for fault in error.errors(include_url=False)]
        raise ConfigError("\n".join(faults)) from None


def _resolve(value: Any, path: Path, env: Mapping[str, str], *, key: str) -> Any:
    if isinstance(value, dict):
        return {k: _resolve(v, path, env, key=f"{key}.{k}".strip(".")) for k, v in value.items()}
    if isinstance(value, list):
        return [_resolve(v, path, env, key=f"{key}[{i}]") for i, v in enumerate(value)]
    if not isinstance(value, str):
        return value
    if value.startswith("env:"):
        name = value.removeprefix("env:")
        if name not in env:
            raise ConfigError(f"{path}: {key}: the environment variable {name} is not set")
        return env[name]
    if value.startswith("file:"):
        return _read_file(path.parent / value.removeprefix("file:"), path, key)
    return value.replace("{SIM_PORT}", env.get("SIM_PORT", "8081")).replace("{PORT}", env.get("PORT", "8080"))


def _read_file(file: Path, path: Path, key: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {key}: {file} cannot be read: {type(error).__name__}") from None


def _key(location: tuple[int | str, ...]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return "".join(parts).lstrip(".") or "file"


def _expected(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "unknown key; see docs/settings.md for those that there are"
    if fault["type"] == "missing":
        return "is missing"
    message = str(fault["msg"])
    return message[:1].lower() + message[1:]
