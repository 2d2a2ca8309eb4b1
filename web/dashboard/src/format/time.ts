/** Times as people say them. */

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const short = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

export const atClock = (at: Date | number): string => clock.format(at);
export const atFull = (at: Date | number): string => full.format(at);

/** A tick's label where ticks are `step` seconds apart. */
export function atTick(seconds: number, step: number): string {
  const at = seconds * 1000;
  if (step >= 86400) return day.format(at);
  return step < 60 ? clock.format(at) : short.format(at);
}

/** What a point of a chart of `span` seconds is labelled with. */
export function atPoint(seconds: number, span: number): string {
  const at = seconds * 1000;
  return span > 90_000 ? `${day.format(at)} ${short.format(at)}` : clock.format(at);
}

/** "just now", "12 s ago", "5 min ago", "3 h ago", "2 d ago". */
export function ago(at: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  return seconds < 3 ? 'just now' : `${lasting(seconds)} ago`;
}

/** "12 s", "5 min", "3 h", "2 d": the largest unit alone. */
export function lasting(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

/** Seconds after a beginning, as a stopwatch shows them: "0:07", "12:30", "1:02:03"; with a tenth where it is not a whole one. */
export function elapsed(seconds: number): string {
  const tenths = Math.round(Math.abs(seconds) * 10);
  const whole = Math.floor(tenths / 10);
  const two = (part: number) => String(part).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const shown = hours ? `${hours}:${two(minutes)}` : String(minutes);
  return `${seconds < 0 && tenths ? '−' : ''}${shown}:${two(whole % 60)}${tenths % 10 ? `.${tenths % 10}` : ''}`;
}
