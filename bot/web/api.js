// The resident API: one visitor session, kept on this device, opened when it is first needed.

import { forget, kept, keep } from "./store.js";
import { TEXT } from "./words.js";

const CALL_MS = 40_000;

export class NoAnswer extends Error {}

export class Refusal extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  get mayPass() {
    return this.status === 429 || this.status >= 500;
  }
}

async function request(path, { method = "GET", json, form, token, isPicture } = {}) {
  const headers = { Accept: isPicture ? "image/png" : "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (json) headers["Content-Type"] = "application/json";
  const limit = new AbortController();
  const timer = window.setTimeout(() => limit.abort(), CALL_MS);
  try {
    const answer = await fetch(`/api/v1${path}`, {
      method, headers, body: form ?? (json && JSON.stringify(json)), signal: limit.signal, cache: "no-store",
    });
    if (isPicture && answer.ok) return await answer.blob();
    const body = await answer.json().catch(() => null);
    if (!answer.ok) throw refusal(answer.status, body);
    if (body === null) throw new NoAnswer();
    return body;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new NoAnswer(error.message);
  } finally {
    window.clearTimeout(timer);
  }
}

function refusal(status, body) {
  const said = body?.error?.message;
  const spare = status === 429 ? TEXT.busyServer : status >= 500 ? TEXT.serverTrouble : TEXT.refused;
  return new Refusal(status, body?.error?.code ?? "", said || spare);
}

export const about = () => request("/about");

export class Session {
  constructor({ onRenewed, onOpened }) {
    this.onRenewed = onRenewed;
    this.onOpened = onOpened;
    this.account = "web";
    this.opening = null;
  }

  get token() {
    return kept("token");
  }

  async open() {
    if (this.token) return this.token;
    this.opening ??= request("/login", { method: "POST", json: { account: this.account } })
      .then((answer) => {
        keep("token", answer.token);
        this.onOpened();
        return answer.token;
      })
      .finally(() => {
        this.opening = null;
      });
    return this.opening;
  }

  async call(path, options = {}) {
    const token = await this.open();
    try {
      return await request(path, { ...options, token });
    } catch (error) {
      if (error.status !== 401) throw error;
      if (this.token === token) {
        forget("token");
        this.onRenewed();
      }
      return request(path, { ...options, token: await this.open() });
    }
  }

  send(message) {
    return this.call("/messages", { method: "POST", json: message });
  }

  since(cursor, wait) {
    return this.call(`/messages?after=${encodeURIComponent(cursor)}&wait=${wait}`);
  }

  picture(path) {
    return this.call(path, { isPicture: true });
  }

  async upload(file) {
    const form = new FormData();
    form.append("file", file, file.name || "photo.jpg");
    return (await this.call("/media", { method: "POST", form })).media_id;
  }
}
