// The picture of a redemption's code: asked for with the session's token, shown from memory, kept nowhere.

import { NoAnswer, Refusal } from "./api.js";
import { element } from "./element.js";
import { TEXT } from "./words.js";

// An empty place that fills when the picture has come; without one the code in words is enough.
export function codePicture(session, redemption, { onShown = () => {} } = {}) {
  const place = element("div", "qr");
  place.hidden = true;
  load(session, redemption, place, onShown);
  return place;
}

async function load(session, redemption, place, onShown) {
  if (!session.token) return;
  try {
    const picture = await session.picture(`/redemptions/${encodeURIComponent(redemption)}/qr`);
    const image = element("img");
    const address = URL.createObjectURL(picture);
    image.alt = TEXT.codePicture;
    image.addEventListener("load", () => {
      URL.revokeObjectURL(address);
      place.hidden = false;
      onShown();
    });
    image.src = address;
    place.append(image);
  } catch (error) {
    if (!(error instanceof NoAnswer || error instanceof Refusal)) window.console.error(error);
  }
}

// A screen reader says the symbols one by one.
export function codeInWords(code) {
  const box = element("div", "code", code);
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", `${TEXT.code} ${Array.from(code.replace("-", "")).join(" ")}`);
  return box;
}
