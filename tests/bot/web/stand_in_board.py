"""A stand-in of the list of volunteers: two months, three neighbours of whom two are level, and whoever joins."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

NOW: Final = "2026-01"
BEFORE: Final = "2025-12"
REFUSED: Final = "这个昵称不能用，请换一个2到12个字的，不用真名、电话和单位。"
AGREED: Final = "我同意：光荣榜用我起的昵称，向同社区居民显示我每月认证的志愿时长。我随时可以退出。"


class Board:
    """`minutes` are those of who looks; `known` says whether a platform vouches for them; `version` what is agreed."""

    def __init__(self) -> None:
        self.known = True
        self.minutes = 90
        self.nickname: str | None = None
        self.version = "2026-11"
        self.asked: list[tuple[str, Any]] = []

    async def answer(self, request: web.Request) -> web.Response:
        said: Any = await request.json() if request.method == "POST" else request.query_string
        self.asked.append((request.method, said))
        if request.method == "POST":
            if said["consent"] != self.version:
                return _refused("consent_outdated", "说明更新过了，请重新看一遍再同意。")
            if len(said["nickname"]) < 2:
                return _refused("nickname_refused", REFUSED)
            self.nickname = said["nickname"]
        elif request.method == "DELETE":
            self.nickname = None
        return web.json_response(self._shown(request.query.get("month", NOW)))

    def _shown(self, month: str) -> dict[str, Any]:
        served = {"晚霞": 125, "青松": 90, "邻家老李": 60} if month == NOW else {"晚霞": 600}
        if self.nickname and self.minutes and month == NOW:
            served[self.nickname] = self.minutes
        in_order = sorted(served.items(), key=lambda one: -one[1])
        items = [
            {
                "rank": 1 + sum(other > minutes for _, other in in_order),
                "nickname": name,
                "minutes": minutes,
                "is_mine": name == self.nickname,
            }
            for name, minutes in in_order
        ]
        return {
            "area_code": "110101001001" if self.known else "",
            "month": month,
            "items": items if self.known else [],
            "mine": next((item for item in items if item["is_mine"]), None),
            "nickname": self.nickname,
            "consent": {"version": self.version, "text": AGREED},
        }


def _refused(code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=422)
