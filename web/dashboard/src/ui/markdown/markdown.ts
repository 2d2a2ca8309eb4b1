/** Reads the Markdown that runbooks are written in: headings, paragraphs, lists, fenced code, tables, and in lines `code`,
 * **strong** and [links](…). What it does not know stays text; no HTML is ever made of it. Pure. */

export type Inline =
  | { kind: 'text'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'strong'; text: string }
  | { kind: 'link'; text: string; to: string };

export type Block =
  | { kind: 'heading'; level: number; line: Inline[] }
  | { kind: 'paragraph'; line: Inline[] }
  | { kind: 'code'; text: string }
  | { kind: 'list'; ordered: boolean; items: Inline[][] }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] };

const ITEM = /^(?:[-*]|(\d+)\.) +(.*)$/;

export function blocksOf(text: string): Block[] {
  const lines = text.replaceAll('\r', '').split('\n');
  const blocks: Block[] = [];
  let at = 0;
  const take = (more: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && more(lines[at] ?? '')) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const heading = /^(#{1,4}) +(.*)$/.exec(line);
    if (!line.trim()) at += 1;
    else if (line.startsWith('```')) {
      at += 1;
      blocks.push({ kind: 'code', text: take((each) => !each.startsWith('```')).join('\n') });
      at += 1;
    } else if (heading) {
      at += 1;
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, line: inlineOf(heading[2] ?? '') });
    } else if (ITEM.test(line)) blocks.push(list(take((each) => ITEM.test(each) || /^ +\S/.test(each))));
    else if (line.startsWith('|')) blocks.push(table(take((each) => each.startsWith('|'))));
    else {
      const text = take((each) => each.trim() !== '' && !/^(#{1,4} |```|\|)/.test(each) && !ITEM.test(each));
      blocks.push({ kind: 'paragraph', line: inlineOf(text.map((each) => each.trim()).join(' ')) });
    }
  }
  return blocks;
}

/** Lines that go on an item are indented. */
function list(lines: readonly string[]): Block {
  const items: string[] = [];
  for (const line of lines) {
    const item = ITEM.exec(line);
    if (item) items.push(item[2] ?? '');
    else items[items.length - 1] += ` ${line.trim()}`;
  }
  return { kind: 'list', ordered: /^\d/.test(lines[0] ?? ''), items: items.map(inlineOf) };
}

function table(lines: readonly string[]): Block {
  const rows = lines.map((line) =>
    line
      .replace(/^\||\|\s*$/g, '')
      .split('|')
      .map((cell) => inlineOf(cell.trim())),
  );
  const ruled = /^\|[\s:|-]+$/.test(lines[1] ?? '');
  return { kind: 'table', head: rows[0] ?? [], rows: rows.slice(ruled ? 2 : 1) };
}

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)/g;

export function inlineOf(text: string): Inline[] {
  const found: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) found.push({ kind: 'text', text: text.slice(from, match.index) });
    const [whole, code, strong, label, to] = match;
    if (code !== undefined) found.push({ kind: 'code', text: code });
    else if (strong !== undefined) found.push({ kind: 'strong', text: strong });
    else found.push({ kind: 'link', text: label ?? '', to: to ?? '' });
    from = match.index + whole.length;
  }
  if (from < text.length) found.push({ kind: 'text', text: text.slice(from) });
  return found;
}
