"""A wrong or unknown setting is an error that names file, key and what is expected; indirections are followed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core import settings
from core.errors import ConfigError
from core.settings import Config, Settings, load, load_config
from core.values import Platform

WECHAT = '[[accounts]]\nname = "a"\nplatform = "wechat"\napp_id = "wx1"\ntoken = "t"\n'
GRID = '[[grid]]\nname = "g"\nkind = "signed_json"\nurl = "https://grid.example"\napp_id = "c"\nsecret = "s"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "community.toml"
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str, **env: str) -> Config:
    return load_config(write(folder, text), env)


def complaint(folder: Path, text: str, **env: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(folder, text, **env)
    said = str(caught.value)
    assert str(folder / "community.toml") in said
    return said


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("[servce]\nname = 'x'", "servce", "unknown key"),
        ("[service]\nnmae = 'x'", "service.nmae", "unknown key"),
        ("[service]\nname = 3", "service.name", "string"),
        (WECHAT + "tokn = 'x'\n", "accounts[0].tokn", "unknown key"),
        ("[[accounts]]\nname = 'a'\nplatform = 'weixin'\n", "accounts[0].platform", "wechat"),
        ("[[accounts]]\nname = 'A B'\nplatform = 'web'\n", "accounts[0].name", "pattern"),
        ("[[accounts]]\nplatform = 'web'\n", "accounts[0].name", "is missing"),
        (WECHAT + "area = '11 01'\n", "accounts[0].area", "pattern"),
        (WECHAT + "aes_keys = ['short']\n", "accounts[0].aes_keys", "43"),
        (WECHAT + "customer_service = 'perhaps'\n", "accounts[0].customer_service", "boolean"),
        (WECHAT + "moderation = 'strict'\n", "accounts[0].moderation", "platform"),
        (WECHAT + "[accounts.notices]\nisue = 'T'\n", "accounts[0].notices", "issue"),
        ("[[accounts]]\nname = 'a'\nplatform = 'wechat'\n", "accounts[0]", "app_id, token"),
        ("[[accounts]]\nname = 'a'\nplatform = 'wechat_mini'\n", "accounts[0]", "app_id, secret"),
        ("[[accounts]]\nname = 'a'\nplatform = 'alipay'\n", "accounts[0]", "private_key, alipay_public_key"),
        (WECHAT + WECHAT, "", "'a' is used twice"),
        (GRID + GRID, "", "'g' is used twice"),
        (GRID.replace('secret = "s"\n', ""), "grid[0]", "secret"),
        (GRID + "signer = 'md5'\n", "grid[0].signer", "hmac-sha256"),
        (GRID + "kind2 = 'x'\n", "grid[0].kind2", "unknown key"),
        ("[[duty]]\nurl = 'https://x.example'\nack_seconds = 1\n", "duty[0].ack_seconds", "10"),
        ("[[duty]]\nkind = 'webhook'\n", "duty[0].url", "is missing"),
        ("[[notify]]\nurl = 'https://x.example'\nkind = 'pigeon'\n", "notify[0].kind", "wecom_robot"),
    ],
)
def test_a_fault_names_file_key_and_expectation(tmp_path: Path, text: str, key: str, expected: str) -> None:
    said = complaint(tmp_path, text)
    assert key in said
    assert expected in said


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    said = complaint(tmp_path, "[service]\nnmae = 'x'\nfoter = 'y'\n")
    assert "service.nmae" in said
    assert "service.foter" in said


@pytest.mark.parametrize("text", ["[service", "name = ", "\x00"])
def test_what_is_no_toml_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    assert "TOML" in complaint(tmp_path, text)


def test_a_file_that_is_not_utf_8_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "community.toml"
    path.write_bytes("[service]\nname = '社区'".encode("gbk"))
    with pytest.raises(ConfigError, match="TOML"):
        load_config(path, {})


def test_a_missing_file_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="COMMUNITY_CONFIG"):
        load_config(tmp_path / "none.toml", {})


def test_env_and_file_are_followed_everywhere(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "pem").write_text("-----KEY-----\n", encoding="utf-8")
    text = WECHAT.replace('"t"', '"env:TOKEN"') + 'aes_keys = ["env:AES"]\nsecret = "file:keys/pem"\n'
    account = read(tmp_path, text, TOKEN="from-env", AES="k" * 43).accounts[0]
    assert account.token == "from-env"
    assert account.aes_keys == ("k" * 43,)
    assert account.secret == "-----KEY-----"


def test_an_indirection_that_leads_nowhere_names_both_ends(tmp_path: Path) -> None:
    said = complaint(tmp_path, WECHAT.replace('"t"', '"env:NOT_THERE"'))
    assert "accounts[0].token" in said
    assert "NOT_THERE" in said
    said = complaint(tmp_path, WECHAT.replace('"t"', '"file:gone.pem"'))
    assert "accounts[0].token" in said
    assert "gone.pem" in said


def test_a_value_is_never_shown_in_a_complaint(tmp_path: Path) -> None:
    """The error may end in a terminal's scroll-back or a journal."""
    said = complaint(tmp_path, WECHAT + "aes_keys = ['env:AES']\n", AES="too-short-but-secret")
    assert "too-short-but-secret" not in said


def test_ports_stand_in_for_themselves(tmp_path: Path) -> None:
    text = "[service]\npublic_url = 'http://127.0.0.1:{PORT}/{SIM_PORT}'\n"
    assert read(tmp_path, text, PORT="9", SIM_PORT="10").service.public_url == "http://127.0.0.1:9/10"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PORT", "http", "1 to 65535"),
        ("PORT", "0", "1 to 65535"),
        ("PORT", "65536", "1 to 65535"),
        ("PORT", "８０８０", "1 to 65535"),
        ("SIM_PORT", "-1", "1 to 65535"),
        ("LOG_FORMAT", "xml", "console or json"),
        ("LOG_LEVEL", "LOUD", "DEBUG"),
        ("DATABASE_URL", "mysql://x", "sqlite"),
        ("DATABASE_URL", "postgresql://x", "asyncpg"),
        ("TRUSTED_PROXIES", "not-an-address", "address"),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load({name: value})
    assert name in str(caught.value)
    assert expected in str(caught.value)


def test_the_password_of_the_database_is_never_shown() -> None:
    with pytest.raises(ConfigError) as caught:
        load({"DATABASE_URL": "postgresql://user:hunter2hunter2@host/db"})
    assert "hunter2" not in str(caught.value)


def test_nothing_given_is_the_sample_on_sqlite() -> None:
    loaded = load({})
    assert loaded.embedded
    assert (loaded.port, loaded.sim_port, loaded.redis_url, loaded.secret_key) == (8080, 8081, None, None)
    assert [account.name for account in loaded.config.accounts] == [
        "heping",
        "heping-alipay",
        "heping-mini",
        "heping-alipay-mini",
        "web",
    ]


def test_all_variables_are_taken() -> None:
    given: dict[str, Any] = {
        "DATABASE_URL": "postgresql+asyncpg://u:p@h/n",
        "REDIS_URL": "redis://h",
        "HOST": "0.0.0.0",
        "PORT": "80",
        "TRUSTED_PROXIES": "10.0.0.0/8, 127.0.0.1",
        "SECRET_KEY": "k:v",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "debug",
    }
    loaded = load(given)
    assert not loaded.embedded
    assert loaded.trusted_proxies == ("10.0.0.0/8", "127.0.0.1")
    assert (loaded.redis_url, loaded.host, loaded.port) == ("redis://h", "0.0.0.0", 80)
    assert (loaded.log_format, loaded.log_level) == ("json", "DEBUG")


def test_secrets_are_not_in_the_text_of_the_settings() -> None:
    """A settings object that lands in a log or a traceback shows no key."""
    loaded = load({"DATABASE_URL": "postgresql+asyncpg://u:hunter2@h/n", "SECRET_KEY": "k:hunter2"})
    assert loaded.config.accounts[0].platform is Platform.WECHAT
    assert len(loaded.config.secrets()) > 5
    for secret in (*loaded.config.secrets(), "hunter2"):
        assert secret not in repr(loaded)


def test_what_the_log_must_not_show_is_all_of_it(tmp_path: Path) -> None:
    robot = "https://qyapi.example/send?key=robot-key"
    text = WECHAT + GRID + f"[[duty]]\nkind = 'wecom_robot'\nurl = '{robot}'\n[[notify]]\nurl = 'x'\nsecret = 'n'\n"
    assert set(read(tmp_path, text).secrets()) == {"t", "s", "n", robot}


def test_the_first_matching_connector_takes_a_report(tmp_path: Path) -> None:
    lamps = GRID + "areas = ['1101']\ncategories = ['0101']\n"
    rest = GRID.replace('"g"', '"rest"') + "areas = ['11']\n"
    config = read(tmp_path, lamps + rest)
    assert config.connector_for("110101001", "0101").name == "g"
    assert config.connector_for("110101001", "0102").name == "rest"
    assert config.connector_for("120101001", "0101") is settings.DESK


def test_without_a_var_folder_it_is_beside_the_process() -> None:
    assert Settings(config=Config()).var == Path("var")
