// "My things": what the resident has reported, signed up for, ordered, earned and redeemed.

import { NoAnswer, Refusal } from "./api.js";
import { element } from "./element.js";
import { EARNED, REDEMPTION_STATES, STATES, TEXT } from "./words.js";

function day(moment) {
  if (!moment) return "";
  return new Date(moment).toLocaleDateString("zh-CN", { month: "long", day: "numeric" });
}

function dayAndTime(moment) {
  if (!moment) return "";
  return new Date(moment).toLocaleString("zh-CN", {
    month: "long", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hour12: false,
  });
}

function thing({ title, state, states = STATES, lines }) {
  const box = element("article", "thing");
  const top = element("div", "thing-top");
  const [word, kind] = states[state] ?? [state, ""];
  top.append(element("b", "", title || "—"), element("span", `state ${kind}`, word));
  box.append(top);
  for (const line of lines.filter(Boolean)) box.append(element("p", "", line));
  return box;
}

const GROUPS = [
  {
    path: "/issues?limit=10", name: "上报",
    show: (issue, say) => {
      const box = thing({
        title: issue.title || issue.summary || issue.category?.name, state: issue.state,
        lines: [`${day(issue.created_at)} · ${issue.number}`, issue.deadline_at && `预计 ${day(issue.deadline_at)} 前办完`],
      });
      const ask = element("button", "", TEXT.askProgress);
      ask.type = "button";
      ask.setAttribute("aria-label", `${TEXT.askProgress} ${issue.number}`);
      ask.addEventListener("click", () => say(`查进度 ${issue.number}`));
      box.append(ask);
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
    show: (redemption) => {
      const box = thing({
        title: redemption.reward_name, state: redemption.state, states: REDEMPTION_STATES,
        lines: [redemption.state === "held" && redemption.expires_at && `${day(redemption.expires_at)} 前领取有效`],
      });
      if (redemption.code && redemption.state === "held") box.append(element("div", "code", redemption.code));
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
      return items.map((item) => show(item, this.say));
    });
    return box;
  }

  async points() {
    const box = element("section", "group");
    box.append(element("h3", "", "我的积分"));
    await this.fill(box, async () => {
      const [account, entries] = await Promise.all([
        this.session.call("/points"), this.session.call("/points/entries?limit=5"),
      ]);
      const wallets = account.wallets ?? [account];
      const sum = (name) => wallets.reduce((total, wallet) => total + wallet[name], 0);
      const balance = element("p", "balance", String(sum("available")));
      const held = sum("held") ? `，另有${sum("held")}${TEXT.pointsHeld}` : "";
      balance.append(element("small", "", ` ${TEXT.points}${held}`));
      return [balance, ...entries.items.map(entryLine)];
    });
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

function entryLine(entry) {
  const { amount_points: amount, rule_id: rule, kind, at } = entry;
  const line = element("div", "entry");
  line.append(
    element("span", "", `${day(at)} ${EARNED[rule] ?? EARNED[kind] ?? ""}`),
    element("b", "", `${amount > 0 ? "+" : ""}${amount}`),
  );
  return line;
}
