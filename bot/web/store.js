// What stays on this device: the session and the type size for good, the conversation until the page is closed.

const NAME = "happy-community.";
const spare = new Map();

function put(where, name, value) {
  try {
    where.setItem(NAME + name, value);
  } catch {
    spare.set(name, value); // a private window or a full disk: good for this visit
  }
}

function take(where, name) {
  try {
    return where.getItem(NAME + name) ?? spare.get(name) ?? null;
  } catch {
    return spare.get(name) ?? null;
  }
}

export const keep = (name, value) => put(window.localStorage, name, value);
export const kept = (name) => take(window.localStorage, name);

export function forget(name) {
  spare.delete(name);
  try {
    window.localStorage.removeItem(NAME + name);
    window.sessionStorage.removeItem(NAME + name);
  } catch {
    // nothing could be stored, so nothing is there to remove
  }
}

export const keepForVisit = (name, value) => put(window.sessionStorage, name, JSON.stringify(value));

export function keptForVisit(name, otherwise) {
  try {
    return JSON.parse(take(window.sessionStorage, name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function newId() {
  const bytes = window.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
