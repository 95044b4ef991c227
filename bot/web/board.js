// The list of volunteers: seen by residents who are known, joined by consent under a nickname, left at once.

import { NoAnswer, Refusal } from "./api.js";
import { boardDialog } from "./board_dialog.js";
import { joining, membership } from "./board_member.js";
import { element } from "./element.js";
import { hoursAndMinutes, monthBefore, monthName } from "./moments.js";
import { BOARD } from "./words.js";

const PATH = "/leaderboard";
const OUTDATED = "consent_outdated";

export class Board {
  constructor({ session, say }) {
    Object.assign(this, { session, say }, boardDialog());
    this.now.addEventListener("click", () => this.load());
    this.before.addEventListener("click", () => this.load(this.month && monthBefore(this.month)));
    this.close.addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => this.clear());
    document.body.append(this.dialog);
  }

  open() {
    this.dialog.showModal();
    return this.load();
  }

  clear() {
    for (const place of [this.said, this.list, this.member]) place.replaceChildren();
  }

  // This month, or the one that is named.
  async load(month) {
    await this.ask(async () => {
      const board = await this.session.call(month ? `${PATH}?month=${month}` : PATH);
      if (!month) this.month = board.month;
      this.show(board);
    }, this.said);
  }

  async join(nickname, version, wrong) {
    await this.ask(async () => {
      this.show(await this.session.call(PATH, { method: "POST", json: { nickname, consent: version } }));
      this.said.focus();
    }, wrong);
  }

  async leave(wrong) {
    await this.ask(async () => {
      this.show(await this.session.call(PATH, { method: "DELETE" }));
      this.said.focus();
    }, wrong);
  }

  // What goes wrong is said in its place, and what was written stays.
  async ask(work, place) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof NoAnswer || error instanceof Refusal)) throw error;
      if (error.code === OUTDATED) await this.load();
      const where = place.isConnected ? place : this.said;
      where.textContent = error instanceof Refusal ? error.message : BOARD.failed;
    }
  }

  show(board) {
    const isNow = board.month === this.month;
    this.now.setAttribute("aria-pressed", String(isNow));
    this.before.setAttribute("aria-pressed", String(!isNow));
    this.said.textContent = ownPlace(board, isNow);
    this.list.replaceChildren(...(board.area_code ? [places(board)] : []));
    this.member.replaceChildren(...this.ways(board));
  }

  // What can be done here: say who one is (no area is told to who is not known), join, or change one's name and leave.
  ways(board) {
    if (!board.area_code) return [this.binding()];
    return board.nickname ? membership(this, board) : [joining(this, board)];
  }

  binding() {
    const button = element("button", "main-act", BOARD.bind);
    button.type = "button";
    button.addEventListener("click", () => {
      this.dialog.close();
      this.say(BOARD.bind);
    });
    return button;
  }
}

function ownPlace({ area_code: area, nickname, mine, items }, isNow) {
  if (!area) return BOARD.unknown;
  if (!nickname) return BOARD.notOnIt;
  if (!mine) return isNow ? BOARD.noneYet : BOARD.noneThen;
  return `${BOARD.you}${rankName(mine.rank, items)}，${hoursAndMinutes(mine.minutes)}。`;
}

function rankName(rank, items) {
  return `${items.filter((item) => item.rank === rank).length > 1 ? BOARD.level : ""}第${rank}名`;
}

function places({ month, items }) {
  if (!items.length) return element("p", "", BOARD.empty);
  const table = element("table", "places");
  const head = element("tr");
  head.append(...BOARD.columns.map((name) => {
    const column = element("th", "", name);
    column.scope = "col";
    return column;
  }));
  const body = element("tbody");
  body.append(...items.map((item) => line(item, items)));
  const top = element("thead");
  top.append(head);
  table.append(element("caption", "", `${monthName(month)}${BOARD.caption}`), top, body);
  return table;
}

function line({ rank, nickname, minutes, is_mine: isMine }, items) {
  const row = element("tr", isMine ? "mine" : "");
  row.append(
    element("td", "rank", rankName(rank, items)),
    element("td", "", `${nickname}${isMine ? BOARD.itsYou : ""}`),
    element("td", "", hoursAndMinutes(minutes)),
  );
  return row;
}
