// Joining the list, changing one's name on it, and leaving it: each with a button that says what it does.

import { element } from "./element.js";
import { BOARD } from "./words.js";

function button(label, className, act) {
  const made = element("button", className, label);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

// The name, how it should be, what one agrees to, and the button that says so.
export function joining(board, { consent, nickname }) {
  const form = element("form", "join");
  const label = element("label", "", BOARD.nickname);
  const name = element("input");
  const how = element("p", "", BOARD.nicknameHow);
  const wrong = element("p", "wrong");
  Object.assign(name, { id: "nickname", type: "text", maxLength: 12, autocomplete: "off", value: nickname ?? "" });
  label.htmlFor = name.id;
  how.id = "nickname-how";
  name.setAttribute("aria-describedby", how.id);
  wrong.setAttribute("role", "alert");
  const agree = element("button", "main-act", BOARD.join);
  agree.type = "submit";
  form.append(label, name, how, element("p", "agreed", consent.text), wrong, agree);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    agree.disabled = true;
    wrong.textContent = "";
    await board.join(name.value, consent.version, wrong);
    agree.disabled = false;
    if (wrong.textContent) name.focus();
  });
  return form;
}

// For who is on the list: the other name and the way out are one press away, and one more to be sure.
export function membership(board, answer) {
  const place = element("div", "member");
  const stay = () => {
    place.replaceChildren(
      element("p", "", `${BOARD.yourNickname}${answer.nickname}`),
      button(BOARD.rename, "", () => {
        place.replaceChildren(joining(board, answer), button(BOARD.keepName, "", stay));
        place.querySelector("input").focus();
      }),
      button(BOARD.leave, "", sure),
    );
  };
  const sure = () => {
    const wrong = element("p", "wrong");
    wrong.setAttribute("role", "alert");
    const yes = button(BOARD.leaveYes, "main-act", () => board.leave(wrong));
    place.replaceChildren(element("p", "", BOARD.leaveSure), wrong, yes, button(BOARD.stay, "", stay));
    yes.focus();
  };
  stay();
  return [place];
}
