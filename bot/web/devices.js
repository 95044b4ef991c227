// What the phone can add to a message: a photo of at most ten megabytes, and where it is.

import { TEXT } from "./words.js";

const MAX_PHOTO_BYTES = 10 * 1024 * 1024;
const LONGEST_SIDE = 2560;

export class Unusable extends Error {}

// A photo that is too large is drawn again, smaller; one that fits leaves as it is.
export async function readyPhoto(file) {
  if (file.type && !file.type.startsWith("image/")) throw new Unusable(TEXT.photoKind);
  if (file.size <= MAX_PHOTO_BYTES) return file;
  const picture = await window.createImageBitmap(file).catch(() => null);
  if (!picture) throw new Unusable(TEXT.photoLarge);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const smaller = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
  if (!smaller || smaller.size > MAX_PHOTO_BYTES) throw new Unusable(TEXT.photoLarge);
  return new File([smaller], "photo.jpg", { type: "image/jpeg" });
}

export function place() {
  return new Promise((found, failed) => {
    if (!navigator.geolocation || !window.isSecureContext) {
      failed(new Unusable(TEXT.placeUnsupported));
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => found({ lng: coords.longitude, lat: coords.latitude, crs: "wgs84" }),
      () => failed(new Unusable(TEXT.placeDenied)),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  });
}
