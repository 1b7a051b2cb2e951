const time = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });

/** Hours and minutes, as they are written here. */
export function timeOf(at: number): string {
  return time.format(at);
}

/** Date and time in full. */
export function wholeTimeOf(at: number): string {
  return whole.format(at);
}

/** Tells one day from another. */
export function dayOf(at: number): string {
  return new Date(at).toDateString();
}

/** What a day is called, seen from now. */
export function dayName(at: number, now: number): string {
  if (dayOf(at) === dayOf(now)) return "Today";
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(at) === yesterday.toDateString()) return "Yesterday";
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? day.format(at) : dayAndYear.format(at);
}
