"""`hc activities`: volunteer activities from draft to certified hours."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from admin_cli.client import at
from admin_cli.options import Area, Cursor, Limit, Source, read_object
from admin_cli.session import session
from core.values import ActivityState

app = typer.Typer(help="志愿活动：发布、签到码、到场、认定时长", no_args_is_help=True)

LINE: Final = (
    ("编号", "id"),
    ("状态", "state"),
    ("名称", "title"),
    ("地点", "place"),
    ("开始", "starts_at"),
    ("名额", "capacity"),
    ("空位", "free"),
    ("候补", "waiting"),
)
CARD: Final = (*LINE, ("结束", "ends_at"), ("说明", "description"), ("风险", "risks"), ("最小年龄", "min_age"))
PEOPLE: Final = (
    ("居民", "ref"),
    ("姓名", "name"),
    ("电话", "phone"),
    ("人数", "people"),
    ("状态", "state"),
    ("签到", "checked_in_at"),
    ("签退", "checked_out_at"),
    ("认定分钟", "certified_minutes"),
)

Id = Annotated[str, typer.Argument(metavar="ID", help="活动编号")]


@app.command("list")
def listing(
    ctx: typer.Context,
    state: Annotated[ActivityState | None, typer.Option("--state", help="状态")] = None,
    area: Area = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> None:
    """列出活动，新建的在前。"""
    hc = session(ctx)
    answer = hc.client.get("/activities", state=state and state.value, area=area, limit=limit, cursor=cursor)
    hc.printer.listing(answer, LINE)


@app.command()
def show(ctx: typer.Context, activity_id: Id) -> None:
    """一个活动的情况。"""
    hc = session(ctx)
    hc.printer.card(hc.client.get(at("activities", activity_id)), CARD)


@app.command()
def create(ctx: typer.Context, file: Source) -> None:
    """按文件新建活动草稿。"""
    hc = session(ctx)
    made = hc.client.post("/activities", read_object(file))
    hc.printer.done(made, f"草稿已建：{made['id']}。发布请用：hc activities publish {made['id']}")


@app.command()
def publish(ctx: typer.Context, activity_id: Id) -> None:
    """发布，开始报名。"""
    hc = session(ctx)
    made = hc.client.post(at("activities", activity_id, "publish"))
    hc.printer.done(made, f"{made['title']} 已发布。")


@app.command()
def cancel(
    ctx: typer.Context, activity_id: Id, reason: Annotated[str, typer.Option("--reason", help="告诉报名人的原因")] = ""
) -> None:
    """取消活动，通知所有报名的人（会先询问）。"""
    hc = session(ctx)
    hc.confirm(f"取消活动 {activity_id}？所有报名的人都会收到通知。")
    answer = hc.client.post(at("activities", activity_id, "cancel"), {"reason": reason})
    hc.printer.done(answer, f"已取消，通知 {answer['count']} 份报名。")


@app.command()
def code(ctx: typer.Context, activity_id: Id) -> None:
    """现场签到码。"""
    hc = session(ctx)
    answer = hc.client.get(at("activities", activity_id, "code"))
    hc.printer.done(answer, str(answer["code"]))


@app.command()
def attendance(ctx: typer.Context, activity_id: Id) -> None:
    """谁报了名，谁到了场。"""
    hc = session(ctx)
    hc.printer.listing(hc.client.get(at("activities", activity_id, "attendance")), PEOPLE)


@app.command()
def certify(ctx: typer.Context, activity_id: Id) -> None:
    """活动结束后认定时长，发放积分（会先询问）。"""
    hc = session(ctx)
    hc.confirm(f"认定活动 {activity_id} 的时长？认定以后不能再改。")
    answer = hc.client.post(at("activities", activity_id, "certify"))
    hc.printer.done(answer, f"已认定 {answer['count']} 人。")
