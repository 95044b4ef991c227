// The list of volunteers before anything is known of it: what leads to it, and the dialog in which it opens.

import { element } from "./element.js";
import { BOARD } from "./words.js";

export function boardEntry(open) {
  const entry = element("section", "group");
  entry.setAttribute("aria-label", BOARD.name);
  const button = element("button", "main-act", BOARD.open);
  button.id = "board-open";
  button.addEventListener("click", open);
  entry.append(element("h3", "", BOARD.name), element("p", "", BOARD.about), button);
  return entry;
}

// The dialog, and those of its parts that change.
export function boardDialog() {
  const dialog = element("dialog", "board");
  dialog.id = "board";
  dialog.setAttribute("aria-labelledby", "board-name");
  const name = element("h2", "", BOARD.name);
  name.id = "board-name";
  const close = element("button", "", BOARD.close);
  close.id = "board-close";
  const head = element("div", "board-head");
  head.append(name, close);
  const [now, before] = [element("button", "", BOARD.now), element("button", "", BOARD.before)];
  const months = element("div", "months");
  months.setAttribute("role", "group");
  months.setAttribute("aria-label", BOARD.months);
  months.append(now, before);
  const said = element("p", "said");
  said.setAttribute("role", "status");
  said.tabIndex = -1;
  const [list, member] = [element("div"), element("div")];
  for (const [part, id] of [[said, "board-said"], [list, "board-list"], [member, "board-member"]]) part.id = id;
  dialog.append(head, months, said, list, member);
  return { dialog, close, now, before, said, list, member };
}
