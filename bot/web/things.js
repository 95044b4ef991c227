// "My things": what the resident has reported, signed up for, ordered, earned and redeemed.

import { NoAnswer, Refusal } from "./api.js";
import { codeInWords, codePicture } from "./codes.js";
import { element } from "./element.js";
import { day, dayAndTime } from "./moments.js";
import { pointsOf } from "./points.js";
import { REDEMPTION_STATES, STATES, TEXT } from "./words.js";

function thing({ title, state, states = STATES, lines }) {
  const box = element("article", "thing");
  const top = element("div", "thing-top");
  const [word, kind] = states[state] ?? [state, ""];
  top.append(element("b", "", title || "—"), element("span", `state ${kind}`, word));
  box.append(top);
  for (const line of (lines || []).filter(Boolean)) box.append(element("p", "", line));
  return box;
}

function asking(label, whole, ask) {
  const button = element("button", "", label);
  button.type = "button";
  button.setAttribute("aria-label", whole);
  button.addEventListener("click", ask);
  return button;
}

const GROUPS = [
  {
    path: "/issues?limit=10", name: "上报",
    show: (issue, say) => {
      const box = thing({
        title: issue.title || issue.summary || issue.category?.name, state: issue.state,
        lines: [`${day(issue.created_at)} · ${issue.number}`, issue.deadline_at && `预计 ${day(issue.deadline_at)} 前办完`],
      });
      box.append(asking(TEXT.askProgress, `${TEXT.askProgress} ${issue.number}`, () => say(`查进度 ${issue.number}`)));
      return box;
    },
  },
  {
    path: "/signups?limit=10", name: "报名",
    show: (signup) => {
      const { title, starts_at: starts, place } = signup.activity;
      return thing({ title, state: signup.state, lines: [dayAndTime(starts), place] });
    },
  },
  {
    path: "/orders?limit=10", name: "订单",
    show: (order) => thing({
      title: order.service?.title ?? TEXT.service, state: order.state, lines: [dayAndTime(order.start), order.number],
    }),
  },
  {
    path: "/redemptions?limit=10", name: "兑换",
    show: (redemption, say, session) => {
      const { code, place, hours, pickup_by: proxy } = redemption;
      const isOpen = Boolean(code) || redemption.state === "waiting";
      const box = thing({
        title: redemption.reward_name, state: redemption.state, states: REDEMPTION_STATES,
        lines: isOpen && [
          code && `${dayAndTime(redemption.expires_at)} 前领取有效`, place && `领取地点：${place}`, hours,
          proxy && `由${proxy}代领`,
        ],
      });
      if (code) box.append(codeInWords(code), codePicture(session, redemption.id));
      if (isOpen) box.append(asking(TEXT.takeBack, `${TEXT.takeBack} ${redemption.reward_name}`, () => say("取消兑换")));
      return box;
    },
  },
];

export class Things {
  constructor({ list, session, say }) {
    Object.assign(this, { list, session, say });
    this.refreshing = null;
  }

  refresh() {
    if (!this.session.token) {
      this.list.replaceChildren(element("p", "", TEXT.thingsFirst));
      return Promise.resolve();
    }
    this.refreshing ??= this.load().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  async load() {
    const groups = await Promise.all([this.points(), ...GROUPS.map((group) => this.group(group))]);
    this.list.replaceChildren(...groups);
  }

  async group({ path, name, show }) {
    const box = element("section", "group");
    const heading = element("h3", "", `我的${name}`);
    box.append(heading);
    await this.fill(box, async () => {
      const { items } = await this.session.call(path);
      if (items.length) heading.append(element("span", "", `${items.length} 项`));
      if (!items.length) return [element("p", "", TEXT.emptyThings)];
      return items.map((item) => show(item, this.say, this.session));
    });
    return box;
  }

  async points() {
    const box = element("section", "group");
    box.append(element("h3", "", "我的积分"));
    await this.fill(box, () => pointsOf(this.session, this.say));
    return box;
  }

  // One part that cannot be seen must not hide the others: its place says why.
  async fill(box, load) {
    try {
      box.append(...(await load()));
    } catch (error) {
      if (!(error instanceof NoAnswer || error instanceof Refusal)) window.console.error(error);
      box.append(element("p", "", error instanceof Refusal ? error.message : TEXT.thingsFailed));
    }
  }
}
