// What one does at the end: take along what is kept of one, or leave nothing on this device.

import { element } from "./element.js";
import { exportMine } from "./export.js";
import { TEXT } from "./words.js";

function button(id, label, act) {
  const made = element("button", "", label);
  made.id = id;
  made.addEventListener("click", act);
  return made;
}

export function parting({ session, onLeave }) {
  const failed = element("p", "wrong");
  failed.id = "export-failed";
  failed.setAttribute("role", "alert");
  const box = element("div", "leave");
  box.append(
    element("p", "", TEXT.exportAbout), button("export", TEXT.export, () => exportMine(session, failed)), failed,
    element("p", "", TEXT.leaveAbout), button("leave", TEXT.leave, onLeave),
  );
  return box;
}
