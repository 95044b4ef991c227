// Days, months, times and lengths of time as people say them.

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

export const monthName = (month) => month.replace(/^(\d+)-0?(\d+)$/, "$1年$2月");

export function monthBefore(month) {
  const [year, number] = month.split("-").map(Number);
  return number === 1 ? `${year - 1}-12` : `${year}-${String(number - 1).padStart(2, "0")}`;
}

export function hoursAndMinutes(minutes) {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (!hours) return `${rest}分钟`;
  return `${hours}小时${rest ? `${rest}分` : ""}`;
}
