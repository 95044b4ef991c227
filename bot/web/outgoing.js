// What the resident says leaves one by one and in order, each under one id: sent again, it is still the same message.

import { NoAnswer, Refusal } from "./api.js";
import { TEXT } from "./words.js";

const PAUSES_MS = [1000, 3000, 8000];

const pause = (ms) => new Promise((resume) => window.setTimeout(resume, ms));

export class Outgoing {
  constructor({ session, transcript, onReplies, onBusy }) {
    Object.assign(this, { session, transcript, onReplies, onBusy });
    this.queue = [];
    this.prepared = new Map();
    this.running = false;
    window.addEventListener("online", () => this.resendAll());
  }

  // `prepare` runs once before the message leaves, for instance to upload its photo.
  add(message, { label, preview, prepare } = {}) {
    this.transcript.addMine(message, { label, preview });
    this.push({ message, prepare });
  }

  push(item) {
    this.queue.push(item);
    this.transcript.setState(item.message.id, "sending");
    this.run();
  }

  resendAll() {
    for (const { message } of this.transcript.unsent()) {
      if (this.queue.some((item) => item.message.id === message.id)) continue;
      const prepare = this.prepared.get(message.id);
      if (message.type === "image" && !message.media_id && !prepare) {
        this.transcript.setState(message.id, "refused", TEXT.photoAgain);
      } else {
        this.push({ message, prepare });
      }
    }
  }

  async run() {
    if (this.running) return;
    this.running = true;
    this.onBusy(true);
    while (this.queue.length) {
      const trouble = await this.deliver(this.queue[0]);
      if (trouble) this.giveBackAll(trouble);
      else this.queue.shift();
    }
    this.running = false;
    this.onBusy(false);
  }

  // Settles the message, or returns why it cannot leave now after several tries.
  async deliver({ message, prepare }) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        if (prepare && !message.media_id) await prepare(message);
        const answer = await this.session.send(message);
        this.transcript.setState(message.id, "sent");
        this.onReplies(answer);
        return null;
      } catch (error) {
        if (!(error instanceof NoAnswer || error instanceof Refusal)) throw error;
        if (error instanceof Refusal && !error.mayPass) {
          this.transcript.setState(message.id, "refused", error.message);
          return null;
        }
        if (attempt >= PAUSES_MS.length) return error;
        await pause(PAUSES_MS[attempt]);
      }
    }
  }

  // Those behind it wait with it, so that their order is kept.
  giveBackAll(trouble) {
    const said = trouble instanceof Refusal ? trouble.message : TEXT.notSent;
    for (const { message, prepare } of this.queue.splice(0)) {
      if (prepare) this.prepared.set(message.id, prepare);
      this.transcript.setState(message.id, "failed", said);
    }
  }
}
