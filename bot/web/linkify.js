// Turns phone numbers and addresses in a reply into links, and keeps a code on one line: text never becomes markup.

import { element } from "./element.js";

const CODE = /^(?=.*[A-Z])[2-9A-Z]{4}-[2-9A-Z]{4}$/;
const FOUND = /\b(?=[2-9-]*[A-Z])[2-9A-Z]{4}-[2-9A-Z]{4}\b|https?:\/\/[^\s<>"'，。；！？、）》]+|0\d{2,3}-\d{7,8}|400-?\d{3}-?\d{4}|1[3-9]\d-?\d{4}-?\d{4}|1(?:10|19|20|22)|12(?:345|356|338|355)|95598/g;
const SHORT = /^(?:1(?:10|19|20|22)|12(?:345|356|338|355)|95598)$/;
const PART_OF_A_NUMBER = /[0-9A-Za-z.:\-第¥￥]/;
const COUNTED = /^\s*(?:积?分|元|块|个|位|人|份|次|米|公里|公斤|克|斤|天|年|月|日|号楼|号院|栋|室|小时|分钟|秒|%|％|[0-9A-Za-z]|[.:\-]\d)/;

function isNumberOnItsOwn(text, start, end, short) {
  if (start > 0 && PART_OF_A_NUMBER.test(text[start - 1])) return false;
  const after = text.slice(end, end + 4);
  return short ? !COUNTED.test(after) : !/^[0-9A-Za-z]/.test(after);
}

function link(href, label) {
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.textContent = label;
  if (href.startsWith("http")) {
    anchor.target = "_blank";
    anchor.rel = "noopener noreferrer";
  }
  return anchor;
}

export function linkified(text) {
  const whole = document.createDocumentFragment();
  let done = 0;
  for (const match of text.matchAll(FOUND)) {
    const [word] = match;
    const end = match.index + word.length;
    if (CODE.test(word)) {
      whole.append(text.slice(done, match.index), element("span", "in-code", word));
      done = end;
      continue;
    }
    const isWeb = word.startsWith("http");
    if (!isWeb && !isNumberOnItsOwn(text, match.index, end, SHORT.test(word))) continue;
    whole.append(text.slice(done, match.index), link(isWeb ? word : `tel:${word.replace(/-/g, "")}`, word));
    done = end;
  }
  whole.append(text.slice(done));
  return whole;
}

export function safeAddress(address) {
  try {
    const url = new URL(address, window.location.href);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
