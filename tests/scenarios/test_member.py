"""In-service party members report to their community: consent first, four questions, review, correction, withdrawal."""

from __future__ import annotations

from tests.house import House
from tests.scenarios.town import PHONE


async def test_registration(house: House) -> None:
    async with house.chat() as chat:
        assert "您同意吗" in (await chat.say("党员报到")).text
        assert "姓名" in (await chat.say("同意")).text
        assert "只写名字" in (await chat.say("12345")).text
        assert "手机号" in (await chat.say("李测试")).text
        assert "没看到电话" in (await chat.say("我没有手机")).text
        assert "单位" in (await chat.say(PHONE)).text
        assert "出力" in (await chat.say("测试局机关支部")).text
        assert "李测试" in (await chat.say("都行")).text
        assert "王小明" in (await chat.say("不对，我叫王小明")).text
        assert "审核" in (await chat.say("可以")).text
        assert "正在审核" in (await chat.say("报到状态")).text


async def test_no_consent_nothing_kept(house: House) -> None:
    before = await house.admin("GET", "/members")
    async with house.chat() as chat:
        await chat.say("党员报到")
        assert "不登记" in (await chat.say("不同意")).text
        assert "您同意吗" in (await chat.say("党员报到")).text
    assert await house.admin("GET", "/members") == before


async def test_returned_corrected_withdrawn(house: House) -> None:
    known = {one["id"] for one in (await house.admin("GET", "/members"))["items"]}
    async with house.chat() as chat:
        for said in ("党员报到", "同意", "李测试", PHONE, "测试局", "巡查安全", "可以"):
            done = await chat.say(said)
        assert "审核" in done.text
        made = next(one["id"] for one in (await house.admin("GET", "/members"))["items"] if one["id"] not in known)
        await house.admin("POST", f"/members/{made}/return", json={"reason": "单位写全称"})
        await chat.hears("单位写全称")
        assert "还差一点" in (await chat.say("党员报到")).text
        assert "测试局" in (await chat.say("改资料")).text
        assert "单位" in (await chat.say("改单位")).text
        assert "测试局第一支部" in (await chat.say("测试局第一支部")).text
        assert "改好了" in (await chat.say("可以，报到")).text
        await chat.say("我的报到")
        assert "撤回了" in (await chat.say("撤回报到")).text
