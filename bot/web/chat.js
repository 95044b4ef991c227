// The page: what is pressed and written, what is heard, and what stands where.

import { NoAnswer, Refusal, Session, about } from "./api.js";
import { Board } from "./board.js";
import { boardEntry } from "./board_dialog.js";
import { Unusable, place, readyPhoto } from "./devices.js";
import { Outgoing } from "./outgoing.js";
import { parting } from "./parting.js";
import { forget, keep, kept, keepForVisit, keptForVisit, newId } from "./store.js";
import { Things } from "./things.js";
import { Transcript } from "./transcript.js";
import { TEXT } from "./words.js";

const WAIT_SECONDS = 25;
const LONGEST_PAUSE_MS = 30_000;
const at = (id) => document.getElementById(id);
const pause = (ms) => new Promise((resume) => window.setTimeout(resume, ms));

const session = new Session({
  onOpened: () => refreshThings(),
  onRenewed: () => {
    keepForVisit("cursor", 0);
    transcript.note(TEXT.newSession);
  },
});
const transcript = new Transcript({
  log: at("log"), lines: at("lines"), welcome: at("welcome"), session,
  onChoose: (choice, { byKeyboard }) => {
    outgoing.add({ id: newId(), type: "choice", choice: choice.id }, { label: choice.label });
    if (byKeyboard) at("say").focus(); // a touch must not bring up the screen's keyboard
  },
  onResend: () => outgoing.resendAll(),
});
const outgoing = new Outgoing({
  session, transcript,
  onReplies: ({ replies }) => hear(replies),
  onBusy: (isBusy) => {
    at("busy").hidden = !isBusy;
    if (isBusy) transcript.toEnd();
  },
});
const things = new Things({ list: at("things-list"), session, say });
const board = new Board({ session, say });

function say(text) {
  showTab("chat");
  outgoing.add({ id: newId(), type: "text", text }, { label: text });
}

function hear(replies) {
  const isNew = replies.map((reply) => transcript.addReply(reply)).some(Boolean);
  if (isNew) refreshThings();
}

// On a phone they are behind their tab, which asks for them when it is opened.
function refreshThings() {
  if (at("things").offsetParent !== null) things.refresh();
}

// One long poll after another; it alone moves the cursor, so that nothing between two answers is skipped.
async function listen() {
  for (let failures = 0; ; ) {
    if (!session.token || document.hidden) {
      await pause(500);
      continue;
    }
    try {
      const { token } = session;
      const isFirst = keptForVisit("cursor", null) === null;
      const heard = await session.since(keptForVisit("cursor", 0), isFirst ? 0 : WAIT_SECONDS);
      if (session.token !== token) continue;
      keepForVisit("cursor", heard.cursor);
      hear(heard.items);
      failures = 0;
    } catch (error) {
      if (!(error instanceof NoAnswer || error instanceof Refusal)) throw error;
      failures += 1;
      await pause(Math.min(1000 * 2 ** failures, LONGEST_PAUSE_MS));
    }
    at("link-state").hidden = failures < 2;
    at("link-state").textContent = failures < 2 ? "" : TEXT.offline;
  }
}

function submit() {
  const text = at("say").value.trim();
  at("say").value = "";
  fitWriting();
  if (text) say(text);
  at("say").focus();
}

function fitWriting() {
  const box = at("say");
  box.rows = 1;
  while (box.scrollHeight > box.clientHeight + 2 && box.rows < 5) box.rows += 1;
}

async function sendPhoto(file) {
  try {
    const photo = await readyPhoto(file);
    outgoing.add(
      { id: newId(), type: "image" },
      {
        label: `［${TEXT.photo}］`,
        preview: URL.createObjectURL(photo),
        prepare: async (message) => {
          message.media_id = await session.upload(photo);
        },
      },
    );
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    transcript.note(error.message);
  }
}

async function sendPlace() {
  at("tool-place").disabled = true;
  const stopAsking = transcript.note(TEXT.placeAsking);
  try {
    outgoing.add({ id: newId(), type: "location", ...(await place()) }, { label: `📍 ${TEXT.place}` });
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    transcript.note(error.message);
    at("say").focus();
  } finally {
    stopAsking();
    at("tool-place").disabled = false;
  }
}

function showTab(name) {
  document.body.dataset.tab = name;
  for (const tab of ["chat", "things"]) {
    if (tab === name) at(`tab-${tab}`).setAttribute("aria-current", "page");
    else at(`tab-${tab}`).removeAttribute("aria-current");
  }
  if (name === "things") things.refresh();
}

function setType(isLarge) {
  document.documentElement.dataset.type = isLarge ? "large" : "normal";
  at("type-switch").textContent = isLarge ? "正常字" : "大字版";
  keep("type", isLarge ? "large" : "normal");
  transcript.toEnd();
}

function leave() {
  for (const name of ["token", "lines", "cursor"]) forget(name);
  transcript.clear();
  things.refresh();
  showTab("chat");
}

async function introduce() {
  try {
    const { name, footer, phone, account } = await about();
    document.title = at("name").textContent = name;
    at("seal").textContent = Array.from(name)[0];
    at("foot").textContent = footer;
    if (account) session.account = account;
    if (phone) {
      for (const id of ["phone", "phone-short"]) {
        at(id).href = `tel:${phone.replace(/[^\d+]/g, "")}`;
        at(id).hidden = false;
      }
      at("phone").textContent = `${TEXT.call} ${phone}`;
    }
  } catch (error) {
    if (!(error instanceof NoAnswer || error instanceof Refusal)) throw error;
  }
}

at("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
at("say").addEventListener("keydown", (event) => {
  // While a Chinese input method is composing, Enter chooses a word and does not send.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  submit();
});
at("say").addEventListener("input", fitWriting);
for (const button of document.querySelectorAll("[data-say]")) {
  button.addEventListener("click", () => say(button.dataset.say));
}
at("tool-photo").addEventListener("click", () => at("photo").click());
at("photo").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) sendPhoto(file);
  event.target.value = "";
});
at("tool-place").addEventListener("click", sendPlace);
at("tab-chat").addEventListener("click", () => showTab("chat"));
at("tab-things").addEventListener("click", () => showTab("things"));
at("things-again").addEventListener("click", () => things.refresh());
at("type-switch").addEventListener("click", () => setType(document.documentElement.dataset.type !== "large"));
window.addEventListener("resize", () => transcript.toEnd());

at("things").append(boardEntry(() => board.open()), parting({ session, onLeave: leave }));

setType(kept("type") === "large");
showTab("chat");
things.refresh();
introduce();
outgoing.resendAll();
transcript.toEnd();
listen();
