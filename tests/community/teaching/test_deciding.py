"""Workers take, dismiss, write and import examples; nothing personal gets in, and a broken table changes nothing."""

from __future__ import annotations

import pytest

from community import teaching
from community.residents import Who
from community.teaching import CandidateState, Label, LabelWrong, Line, candidates, deciding
from community.teaching.cleaning import PersonalData, TextUnusable
from community.teaching.deciding import CandidateDecided, ExampleKnown, TableBroken, WordsGone
from core.crypto import Vault
from core.db import Database
from tests.community.people import AREA, resident
from tests.community.teaching.examples import REPORT, WORKER, add, count, queued, row, take, words

POINTS = Label("points_query")


@pytest.fixture
async def who(database: Database, vault: Vault) -> Who:
    return await resident(database, vault)


async def test_a_taken_example_is_plain_labelled_and_nobodys(database: Database, vault: Vault, who: Who) -> None:
    found = await queued(database, vault, who, "杆子上那个不亮")
    await take(database, vault, found)
    kept = await row(database, found)
    assert (kept.state, kept.text, kept.owner_id, kept.sealed) == ("taken", "杆子上那个不亮", None, None)
    assert (kept.intent, kept.category, kept.decided_by) == ("issue_report", "路灯照明", WORKER)


async def test_it_is_decided_once(database: Database, vault: Vault, who: Who) -> None:
    found = await queued(database, vault, who, "杆子上那个不亮")
    await take(database, vault, found)
    with pytest.raises(CandidateDecided):
        await take(database, vault, found)
    async with database.write() as db:
        with pytest.raises(CandidateDecided):
            await teaching.dismiss(db, row=await teaching.get(db, candidate_id=found), worker_id=WORKER)


async def test_dismissed_words_are_gone_and_not_asked_about_again(database: Database, vault: Vault, who: Who) -> None:
    found = await queued(database, vault, who, "杆子上那个不亮")
    async with database.write() as db:
        await teaching.dismiss(db, row=await teaching.get(db, candidate_id=found), worker_id=WORKER)
    assert await words(database, vault, found) == ""
    assert (await row(database, found)).sealed is None
    with pytest.raises(AssertionError):
        await queued(database, vault, who, "杆子上那个不亮")


@pytest.mark.parametrize(
    "text",
    [
        "灯坏了，电话13800000000",
        "身份证11010519491231002X",
        "我叫王小明要报名",
        "3栋2单元501漏水",
        "回信请寄a@example.com",
    ],
)
async def test_personal_data_is_refused_with_a_way_to_write_it(database: Database, vault: Vault, text: str) -> None:
    with pytest.raises(PersonalData) as refused:
        await add(database, vault, text)
    assert "〔" in refused.value.fields["text"]
    await add(database, vault, refused.value.fields["text"])


async def test_masked_words_can_be_taken_as_they_are(database: Database, vault: Vault, who: Who) -> None:
    found = await queued(database, vault, who, "我叫王小明，电话13800000000，杆子上那个不亮")
    await take(database, vault, found)
    assert "杆子" in ((await row(database, found)).text or "")


async def test_a_worker_may_write_it_better(database: Database, vault: Vault, who: Who) -> None:
    found = await queued(database, vault, who, "嗯那个就是那个")
    with pytest.raises(PersonalData):
        await take(database, vault, found, text="13800000000的灯不亮")
    with pytest.raises(TextUnusable):
        await take(database, vault, found, text="。")
    await take(database, vault, found, text="杆子上的灯不亮")
    assert (await row(database, found)).text == "杆子上的灯不亮"


async def test_words_that_are_an_example_already_are_refused(database: Database, vault: Vault, who: Who) -> None:
    await add(database, vault, "杆子上的灯不亮")
    found = await queued(database, vault, who, "嗯那个就是那个")
    with pytest.raises(ExampleKnown):
        await take(database, vault, found, text="杆子上的灯不亮！")
    with pytest.raises(ExampleKnown):
        await add(database, vault, "杆子上的灯不亮")
    assert (await row(database, found)).state == CandidateState.OPEN


async def test_writing_what_waits_takes_it(database: Database, vault: Vault, who: Who) -> None:
    found = await queued(database, vault, who, "杆子上的灯不亮")
    assert await add(database, vault, "杆子上的灯不亮") == found
    assert (await row(database, found)).owner_id is None
    assert await count(database) == 1


async def test_words_of_an_erased_resident_cannot_be_taken(database: Database, vault: Vault, who: Who) -> None:
    found = await queued(database, vault, who, "杆子上的灯不亮")
    async with database.write() as db:
        await vault.destroy(db, who.key_owner_id)
    with pytest.raises(WordsGone):
        await take(database, vault, found)


@pytest.mark.parametrize(
    ("intent", "category", "danger"),
    [("nonsense", "", ""), ("issue_report", "", ""), ("issue_report", "路灯", ""), ("other", "路灯照明", ""),
     ("other", "", "dragons")],
)  # fmt: skip
def test_only_words_of_the_guideline_are_labels(intent: str, category: str, danger: str) -> None:
    with pytest.raises(LabelWrong):
        teaching.checked(intent, category, danger)


async def imported(database: Database, vault: Vault, *lines: Line) -> teaching.Imported:
    async with database.write() as db:
        return await teaching.import_lines(db, vault, name="例句.csv", lines=lines, area_code=AREA, worker_id=WORKER)


async def test_a_table_is_taken_in_and_known_lines_are_counted(database: Database, vault: Vault) -> None:
    lines = (Line(2, "杆子上的灯不亮", *("issue_report", "路灯照明")), Line(3, "分还剩多少啦", "points_query"))
    assert await imported(database, vault, *lines) == teaching.Imported(2, 0)
    assert await imported(database, vault, *lines) == teaching.Imported(0, 2)
    assert await count(database) == 2


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (Line(7, "打我电话13800000000", "points_query"), "personal_data"),
        (Line(7, "看看分", "points"), "label_wrong"),
        (Line(7, "灯不亮", "issue_report"), "label_wrong"),
        (Line(7, "", "points_query"), "text_unusable"),
        (Line(7, "杆子上的灯不亮", "points_query"), "another label"),
    ],
)
async def test_a_broken_line_is_named_and_nothing_is_changed(
    database: Database, vault: Vault, broken: Line, said: str
) -> None:
    good = Line(2, "杆子上的灯不亮", "issue_report", "路灯照明")
    with pytest.raises(TableBroken) as refused:
        await imported(database, vault, good, broken)
    assert said in refused.value.fields["例句.csv:7"]
    assert await count(database) == 0


async def test_an_empty_or_endless_table_is_refused(
    database: Database, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "MOST_ROWS", 1)
    for lines in ((), (Line(2, "查分", "points_query"), Line(3, "看分", "points_query"))):
        with pytest.raises(TableBroken):
            await imported(database, vault, *lines)


def test_about_a_fifth_is_held_out_and_always_the_same(vault: Vault) -> None:
    indexes = [vault.blind("x", str(number)) for number in range(500)]
    held_out = [candidates.is_held_out(index) for index in indexes]
    assert 60 < sum(held_out) < 140
    assert held_out == [candidates.is_held_out(index) for index in indexes]


async def test_the_label_of_a_report_is_kept_with_its_danger(database: Database, vault: Vault) -> None:
    found = await add(database, vault, "电线那里冒火花啦", Label("issue_report", "供电", "electric"))
    assert (await row(database, found)).danger == "electric"
    assert REPORT.danger == ""
    assert POINTS.category == ""
