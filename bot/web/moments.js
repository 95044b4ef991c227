// Days and times as people say them.

export function day(moment) {
  if (!moment) return "";
  return new Date(moment).toLocaleDateString("zh-CN", { month: "long", day: "numeric" });
}

export function dayAndTime(moment) {
  if (!moment) return "";
  return new Date(moment).toLocaleString("zh-CN", {
    month: "long", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hour12: false,
  });
}
