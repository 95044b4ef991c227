"""What every measurement has in common: the sample's accounts, one desk, nobody outside to be told."""

from __future__ import annotations

import json
from typing import Final

from core.settings import DEFAULT_CONFIG, Account, load_config

ACCOUNT: Final = "heping"
ACCOUNTS: Final = load_config(DEFAULT_CONFIG, {}).accounts
WECHAT: Final = next(account for account in ACCOUNTS if account.name == ACCOUNT)
ROOT_KEY: Final = "bench:YmVuY2gtcm9vdC1rZXktMzItYnl0ZXMtbm8tZ29vZCE="


def _entry(account: Account) -> str:
    given = account.model_dump(mode="json", exclude_defaults=True, exclude={"notices", "verify_files", "menu"})
    return "\n".join(["[[accounts]]", *(f"{name} = {json.dumps(value)}" for name, value in given.items())])


TOML: Final = "\n\n".join(_entry(account) for account in ACCOUNTS) + "\n"
