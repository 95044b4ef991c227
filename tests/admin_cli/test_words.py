"""Codes are read as words: every state that the API knows has one."""

from __future__ import annotations

from enum import StrEnum

import pytest

from admin_cli import words
from bot.chats import ChatState
from community.teaching import CandidateState, RunState, VersionState
from core.outbox import OutboxState
from core.values import ActivityState, IssueState, OrderState, RedemptionState, RegistrationState, SignupState
from points.fairness_models import AdjustmentState, AppealState, FlagState
from points.flags import FlagKind
from points.models import TransferKind
from tests.admin_cli.running import hc
from tests.bot.api.town import STREET, Town

STATES: tuple[type[StrEnum], ...] = (
    ActivityState, AdjustmentState, AppealState, CandidateState, ChatState, FlagState, IssueState, OrderState,
    OutboxState, RedemptionState, RegistrationState, RunState, SignupState, VersionState,
)  # fmt: skip


@pytest.mark.parametrize("states", STATES)
def test_every_state_has_a_word(states: type[StrEnum]) -> None:
    assert {state.value for state in states} <= words.STATES.keys()


def test_the_code_stands_beside_its_word() -> None:
    assert words.state("verified") == "已核实 verified"
    assert words.state("something_new") == "something_new"
    assert words.redemption_state("verified") == "已核销 verified"
    assert words.redemption_state("void") == "已作废 void"


def test_a_flag_reads_with_its_reason() -> None:
    assert set(words.FLAGS) == {kind.value for kind in FlagKind}
    assert words.kind("burst") == "短时间很多 burst"
    assert words.kind("something_new") == "something_new"
    assert words.facts({"in_a_day": 3, "issues": ["R1", "R2"]}) == "一天 3；都是 R1 R2"


def test_every_transfer_reads_as_what_it_is() -> None:
    assert words.TRANSFERS.keys() == {kind.value for kind in TransferKind}
    assert words.kind("grant") == "发放 grant"


def test_a_role_reads_as_it_is_typed() -> None:
    assert words.roles([{"role": "desk", "area_code": "110101"}, {"role": "admin", "area_code": ""}]) == (
        "desk:110101 admin"
    )


async def test_tables_have_the_words_and_json_has_the_codes(town: Town) -> None:
    number = await town.report()
    assert "已提交 submitted" in (await hc(town, "issues", "list")).out
    assert (await hc(town, "issues", "show", number, "--json")).json["state"] == "submitted"
    assert f"admin:{STREET}" in (await hc(town, "whoami")).out
