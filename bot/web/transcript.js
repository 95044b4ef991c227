// The conversation as it is seen and as it is kept for this visit.

import { codePicture } from "./codes.js";
import { element } from "./element.js";
import { linkified, safeAddress } from "./linkify.js";
import { keepForVisit, keptForVisit } from "./store.js";
import { TEXT } from "./words.js";

const KEPT_LINES = 200;
const READING_PX = 240;
const MARGIN_PX = 8;

function clockTime(moment) {
  return new Date(moment).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
}

export class Transcript {
  constructor({ log, lines, welcome, session, onChoose, onResend }) {
    Object.assign(this, { log, lines, welcome, session, onChoose, onResend });
    this.kept = [];
    this.seen = new Set();
    this.mine = new Map();
    for (const entry of keptForVisit("lines", [])) this.show(entry);
  }

  get isEmpty() {
    return this.kept.length === 0;
  }

  clear() {
    this.kept = [];
    this.seen.clear();
    this.mine.clear();
    this.lines.replaceChildren();
    this.welcome.hidden = false;
    delete document.body.dataset.talking;
    this.save();
  }

  save() {
    const withoutPhotos = this.kept.slice(-KEPT_LINES).map(({ preview, ...entry }) => entry);
    keepForVisit("lines", withoutPhotos);
  }

  addMine(message, { label, preview }) {
    this.show({ who: "me", id: message.id, message, label, preview, at: Date.now(), state: "sending" });
    this.save();
    this.toEnd();
  }

  // A reply may arrive with the answer and again from the long poll: its id says that it is the same.
  addReply(reply) {
    if (reply.id && this.seen.has(reply.id)) return false;
    if (!reply.text && !reply.choices?.length && !reply.url) return false;
    const isFollowing = this.isAtEnd;
    this.show({ who: "us", reply, at: reply.at ?? Date.now() });
    this.save();
    if (isFollowing) this.toEnd();
    return true;
  }

  // A remark of the page itself; the answer takes it away again.
  note(text) {
    const entry = { who: "note", text };
    const line = this.show(entry);
    this.toEnd();
    return () => {
      line.remove();
      this.kept = this.kept.filter((one) => one !== entry);
    };
  }

  setState(id, state, said = "") {
    const entry = this.kept.find((one) => one.who === "me" && one.id === id);
    if (!entry) return;
    Object.assign(entry, { state, said });
    this.renderState(entry);
    this.save();
    if (state === "failed" || state === "refused") this.toEnd();
  }

  unsent() {
    return this.kept.filter((entry) => entry.who === "me" && entry.state !== "sent" && entry.state !== "refused");
  }

  show(entry) {
    this.welcome.hidden = true;
    document.body.dataset.talking = "";
    this.kept.push(entry);
    const line = element("li", `line ${entry.who}`);
    if (entry.who === "note") line.textContent = entry.text;
    if (entry.who === "me") this.fillMine(line, entry);
    if (entry.who === "us") this.fillReply(line, entry);
    this.lines.append(line);
    return line;
  }

  fillMine(line, entry) {
    const bubble = element("div", "bubble");
    if (entry.preview) {
      const image = element("img");
      image.src = entry.preview;
      image.alt = TEXT.photo;
      image.addEventListener("load", () => this.toEnd());
      bubble.append(image);
    } else {
      bubble.textContent = entry.label;
    }
    const status = element("div", "when");
    line.append(bubble, status);
    this.mine.set(entry.id, { line, status });
    this.renderState(entry);
  }

  renderState(entry) {
    const { status } = this.mine.get(entry.id);
    status.replaceChildren();
    status.className = entry.state === "failed" || entry.state === "refused" ? "failed" : "when";
    if (entry.state === "failed") {
      const again = element("button", "", TEXT.resend);
      again.type = "button";
      again.addEventListener("click", () => this.onResend());
      status.append(element("span", "", `⚠ ${entry.said || TEXT.notSent}`), again);
    } else if (entry.state === "refused") {
      status.append(element("span", "", `⚠ ${entry.said || TEXT.refused}`));
    } else {
      status.textContent = clockTime(entry.at);
    }
  }

  fillReply(line, { reply, at, chosen }) {
    if (reply.id) this.seen.add(reply.id);
    const bubble = element("div", "bubble");
    if (reply.title) bubble.append(element("span", "card-title", reply.title));
    const address = reply.url ? safeAddress(reply.url) : null;
    if (address && reply.type === "image") {
      const image = element("img");
      image.src = address;
      image.alt = reply.text || TEXT.image;
      bubble.append(image);
    }
    if (reply.text) bubble.append(linkified(reply.text));
    if (reply.qr) bubble.append(codePicture(this.session, reply.qr, { onShown: () => this.toEnd() }));
    if (address && reply.type !== "image") {
      const more = element("a", "more", TEXT.open);
      more.href = address;
      bubble.append(document.createElement("br"), more);
    }
    if (bubble.hasChildNodes()) line.append(bubble);
    if (reply.choices?.length) this.fillChoices(line, reply, chosen);
    line.append(element("div", "when", clockTime(at)));
  }

  // Only the newest question can be answered by button; older ones stay readable.
  fillChoices(line, reply, chosen) {
    this.retireChoices();
    const group = element("div", "choices");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "请选一项");
    reply.choices.forEach((choice, index) => {
      const button = element("button", "choice");
      button.type = "button";
      button.append(element("i", "", String(index + 1)), element("span", "", choice.label));
      if (choice.id === chosen) button.setAttribute("aria-pressed", "true");
      button.addEventListener("click", (event) => {
        this.retireChoices();
        button.setAttribute("aria-pressed", "true");
        const entry = this.kept.find((one) => one.reply === reply);
        if (entry) entry.chosen = choice.id;
        this.onChoose(choice, { byKeyboard: event.detail === 0 });
      });
      group.append(button);
    });
    line.append(group);
    if (chosen) this.retireChoices(group);
  }

  retireChoices(within = this.lines) {
    for (const button of within.querySelectorAll(".choice:not(:disabled)")) button.disabled = true;
  }

  // Whoever has scrolled up to read something is left there.
  get isAtEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < READING_PX;
  }

  // An answer that is longer than the screen is shown from its beginning: what it says stands above its choices.
  toEnd() {
    const last = this.lines.lastElementChild;
    if (this.isEmpty || !last) return;
    this.log.scrollTop = this.log.scrollHeight;
    const hidden = this.log.getBoundingClientRect().top - last.getBoundingClientRect().top;
    if (hidden > 0) this.log.scrollTop -= hidden + MARGIN_PX;
  }
}
