// "My points": what can be spent or why nothing can, what is held and expires next, minutes and the tier
// they lead to and the family apart, each entry with its reason.

import { NoAnswer, Refusal } from "./api.js";
import { element } from "./element.js";
import { day, dayAndTime, hoursAndMinutes } from "./moments.js";
import { TEXT } from "./words.js";

const ENTRIES = 5;

export async function pointsOf(session, say) {
  const [account, page] = await Promise.all([
    session.call("/points"), session.call(`/points/entries?limit=${ENTRIES}`),
  ]);
  const list = element("div", "entries");
  list.append(...page.items.map(entryLine));
  return [balanceOf(account), ...notesOf(account), wishes(account.frozen, say), list, ...older(session, list, page.next)];
}

function balanceOf({ available, held }) {
  const balance = element("p", "balance", String(available));
  balance.append(element("small", "", ` ${TEXT.points}${held ? `，另有${held}${TEXT.pointsHeld}` : ""}`));
  return balance;
}

function notesOf({ frozen, next_expiry: next, owed, family, honour, certified_minutes: minutes }) {
  const notes = [
    frozen && `积分先停用，攒的分都在，最晚${day(frozen.until)}恢复。${frozen.reason}`,
    next && `其中${next.points}分到${dayAndTime(next.at)}为止，请先用`,
    owed && `还要先补回${owed}分`,
    family && `家里${family.members}个人，一共${family.available}分`,
    minutes && `志愿服务${hoursAndMinutes(minutes)}，单独记着，不换积分`,
    honour?.said,
  ];
  return notes.filter(Boolean).map((text) => element("p", "", text));
}

function wishes(frozen, say) {
  const row = element("p", "wishes");
  for (const [label, words] of frozen ? TEXT.frozenWishes : TEXT.pointsWishes) {
    const button = element("button", "", label);
    button.type = "button";
    button.addEventListener("click", () => say(words));
    row.append(button);
  }
  return row;
}

function older(session, list, next) {
  if (!next) return [];
  const button = element("button", "more-entries", TEXT.olderEntries);
  let cursor = next;
  button.type = "button";
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const page = await session.call(`/points/entries?limit=${ENTRIES}&cursor=${cursor}`);
      list.append(...page.items.map(entryLine));
      cursor = page.next;
      button.hidden = !cursor;
    } catch (error) {
      if (!(error instanceof NoAnswer || error instanceof Refusal)) throw error;
    } finally {
      button.disabled = false;
    }
  });
  return [button];
}

function entryLine({ amount_points: amount, why, at }) {
  const line = element("div", "entry");
  line.append(element("span", "", `${day(at)} ${why ?? ""}`), element("b", "", `${amount > 0 ? "+" : ""}${amount}`));
  return line;
}
