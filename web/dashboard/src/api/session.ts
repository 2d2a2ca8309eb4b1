/** The token that this tab is logged in with. It lives in sessionStorage: closing the tab forgets it, and no other site or tab
 * ever sees it. */

const KEY = 'meridian.token';
const listeners = new Set<() => void>();
let refusal = '';

export function token(): string {
  return sessionStorage.getItem(KEY) ?? '';
}

/** Why the last token was taken away, or ''. */
export function refused(): string {
  return refusal;
}

export function login(secret: string): void {
  refusal = '';
  sessionStorage.setItem(KEY, secret);
  listeners.forEach((tell) => tell());
}

export function logout(why = ''): void {
  refusal = why;
  sessionStorage.removeItem(KEY);
  listeners.forEach((tell) => tell());
}

export function onSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
