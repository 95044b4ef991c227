"""What workers read about the tasks that are theirs."""

from __future__ import annotations

from typing import Final

TASKS_TITLE: Final = "我的任务"
TASKS_NOT_BOUND: Final = "这个账号还没有绑定工作人员身份。"
TASKS_NONE: Final = "现在没有派给您的任务。"
TASKS_WHICH: Final = "派给您的有{count}件，看哪一件？"
TASK_LINE: Final = "{title}（{state}{due}）"
TASK_DUE: Final = "，{due}前"
TASK_NO_DUE: Final = "不限"
TASK_ONE: Final = "{number} {what}\n位置：{place}\n现在：{state}；期限：{due}"
TASK_ACTIONS: Final = {
    "start": ("开始办", ("开始", "开始处理", "收到", "在路上了", "马上去")),
    "handle": ("办好了", ("办好了", "处理完了", "修好了", "完成", "搞定")),
    "return": ("退回", ("退回", "不归我管", "派错了")),
    "note": ("记一笔", ("备注", "记录")),
}
TASK_ASK_RESULT: Final = "怎么办的？说一句，或发张照片。"
TASK_ASK_REASON: Final = {"return": "为什么退回？说一句就行。", "note": "要记什么？"}
TASK_PHOTO: Final = "已处理，见照片。"
TASK_DONE: Final = "{number}记下了，现在：{state}。"
WORKER_BIND_TITLE: Final = "员工绑定"
WORKER_BIND_ASK: Final = "请发工作人员绑定码，8位数字。\n在电脑上用 hc workers bind 可以拿到。"
WORKER_BOUND: Final = "{name}，您的工作人员身份绑定好了。\n回“我的任务”就能看派给您的事。"
