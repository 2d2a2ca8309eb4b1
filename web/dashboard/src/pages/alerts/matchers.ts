/** What a silence is about, as text and as control wants it: `rule=chat-latency region=EU,US`. Pure. */

export type Matchers = Record<string, string[]>;

/** Throws an Error that says which part cannot be read, and how to write it. */
export function matchersOf(text: string): Matchers {
  const found: Matchers = {};
  for (const part of text.split(/\s+/).filter(Boolean)) {
    const [name = '', values = '', ...more] = part.split('=');
    const given = values.split(',').filter(Boolean);
    if (!/^[a-z][a-z0-9_]*$/.test(name) || !given.length || more.length)
      throw new Error(
        `“${part}” is not understood: write NAME=VALUE, such as rule=chat-latency or region=EU,US`,
      );
    found[name] = [...(found[name] ?? []), ...given];
  }
  if (!Object.keys(found).length) throw new Error('say which alerts: rule=…, region=…, subject=…');
  return found;
}

export function textOf(matchers: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(matchers)
    .map(([name, values]) => `${name}=${values.join(',')}`)
    .join(' ');
}
