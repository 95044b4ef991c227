// All that is kept about the resident, as a file of their own.

import { NoAnswer, Refusal } from "./api.js";
import { element } from "./element.js";
import { TEXT } from "./words.js";

const AWHILE_MS = 60_000;

export async function exportMine(session, failed) {
  failed.textContent = "";
  try {
    const whole = await session.call("/me/export");
    const file = new Blob([JSON.stringify(whole, null, 2)], { type: "application/json" });
    const link = element("a");
    link.href = URL.createObjectURL(file);
    link.download = TEXT.exported;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), AWHILE_MS);
  } catch (error) {
    if (!(error instanceof NoAnswer || error instanceof Refusal)) throw error;
    failed.textContent = error instanceof Refusal ? error.message : TEXT.exportFailed;
  }
}
