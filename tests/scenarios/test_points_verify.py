"""核销 in a worker's own chat: what to hand to whom, who had it before, and a kind no for everybody else."""

from __future__ import annotations

from sqlalchemy import update

from core.values import Role
from points import sites
from points.reward_models import Reward
from tests.house import House
from tests.scenarios.chat import Chat
from tests.scenarios.test_points_codes import redeemed, with_site
from tests.scenarios.town import AREA

OTHER = "110101002"


async def bind(house: House, chat: Chat, role: str = "desk") -> None:
    code = (await house.admin("POST", "/me/binding", role=role, json={}))["code"]
    assert "绑定好了" in (await chat.say(f"员工绑定 {code}")).text


async def test_a_worker_verifies_once_and_hears_who_was_first(house: House) -> None:
    await with_site(house)
    async with house.chat(user="resident") as resident, house.chat(user="worker") as worker:
        code = await redeemed(house, resident)
        await bind(house, worker)
        done = await worker.say(f"核销 {code}")
        assert "请交给居民" in done.text
        assert "大米" in done.text
        assert "没留姓名" in done.text
        assert "已领取" in (await resident.hears("已领取")).text
        assert "已经领走" in (await worker.choose("已经交给居民")).text
        second = await worker.say(code)
        assert "已经领过" in second.text
        assert "核销，在测试服务站" in second.text
        assert "没有待领取" in (await resident.say("我的领取码")).text
    lines = (await house.admin("GET", "/audit"))["items"]
    done_in_chat = {line["action"] for line in lines}
    assert {"chat.redemption.verify", "chat.redemption.hand_out", "chat.redemption.second"} <= done_in_chat
    assert not any(code in str(line) for line in lines)


async def test_the_code_alone_in_any_form_is_enough(house: House) -> None:
    async with house.chat(user="resident") as resident, house.chat(user="worker") as worker:
        code = await redeemed(house, resident)
        await bind(house, worker)
        assert "请交给居民" in (await worker.say(code.lower().replace("-", " "))).text


async def test_whom_to_hand_it_to_is_masked(house: House) -> None:
    async with house.chat(user="resident") as resident, house.chat(user="worker") as worker:
        code = await redeemed(house, resident)
        await resident.say("代领")
        await resident.say("李小红")
        await resident.say("同意")
        await bind(house, worker)
        text = (await worker.say(f"核销{code}")).text
        assert "**红（替" in text
        assert "李小红" not in text


async def test_a_slip_of_the_hand_is_asked_for_again(house: House) -> None:
    async with house.chat(user="resident") as resident, house.chat(user="worker") as worker:
        code = await redeemed(house, resident)
        await bind(house, worker)
        assert "发居民给您看的领取码" in (await worker.say("核销")).text
        assert "没看到领取码" in (await worker.say("在这里")).text
        wrong = ("A" if code[0] != "A" else "C") + code[1:]
        assert "核对后再输" in (await worker.say(wrong)).text
        assert "请交给居民" in (await worker.say(code)).text


async def test_a_resident_hears_a_kind_no(house: House) -> None:
    async with house.chat(user="resident") as resident:
        code = await redeemed(house, resident)
        assert "码给他们看" in (await resident.say(f"核销 {code}")).text
        assert "码给他们看" in (await resident.say(code)).text
        assert "大米" in (await resident.say("我的领取码")).text


async def test_nobody_verifies_their_own(house: House) -> None:
    async with house.chat(user="worker") as worker:
        code = await redeemed(house, worker)
        await bind(house, worker)
        assert "另一位" in (await worker.say(f"核销 {code}")).text


async def test_a_worker_without_the_right_hears_no(house: House) -> None:
    async with house.chat(user="resident") as resident, house.chat(user="worker") as worker:
        code = await redeemed(house, resident)
        await bind(house, worker, "handler")
        assert "码给他们看" in (await worker.say(f"核销 {code}")).text


async def test_another_community_cannot_verify(house: House) -> None:
    outside = {"name": "外区", "roles": [{"role": Role.DESK.value, "area_code": OTHER}]}
    made = await house.admin("POST", "/workers", json=outside)
    async with house.chat(user="resident") as resident, house.chat(user="worker") as worker:
        code = await redeemed(house, resident)
        house.tokens["outside"] = made["token"]
        await bind(house, worker, "outside")
        assert "别的社区" in (await worker.say(f"核销 {code}")).text
        assert AREA not in worker.transcript


async def test_a_merchant_verifies_at_their_own_counter_only(house: House) -> None:
    merchant = {"name": "粮油店", "roles": [{"role": Role.MERCHANT.value, "area_code": AREA}]}
    made = await house.admin("POST", "/workers", json=merchant)
    house.tokens["merchant"] = made["token"]
    async with house.chat(user="resident") as resident, house.chat(user="merchant") as seller:
        elsewhere = await redeemed(house, resident)
        await bind(house, seller, "merchant")
        assert "码给他们看" in (await seller.say(f"核销 {elsewhere}")).text
        async with house.service.database.write() as db:
            site_id = await sites.create_site(db, area_code=AREA, name="粮油店", keepers=[made["id"]])
            await db.execute(update(Reward).where(Reward.name.contains("抽纸")).values(site_id=site_id))
        here = await redeemed(house, resident, "抽纸")
        assert "别的社区" in (await seller.say(f"核销 {elsewhere}")).text
        assert "请交给居民" in (await seller.say(f"核销 {here}")).text
        assert "在粮油店" in (await seller.say(here)).text


async def test_eight_digits_alone_are_still_a_binding_code(house: House) -> None:
    async with house.chat() as chat:
        await chat.say("你好")
        assert "绑定码" in (await chat.say("12345678")).text
