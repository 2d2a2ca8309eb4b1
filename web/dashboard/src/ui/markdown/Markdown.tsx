/** Shows what was read of a Markdown text. Links lead to the web, or by `internal` to pages of this dashboard. */
import { createElement, useMemo } from 'react';
import { Link } from '../basics.tsx';
import { blocksOf, type Block, type Inline } from './markdown.ts';
import './markdown.css';

/** internal: the address for a link that is not of the web, or '' for none. */
export function Markdown({ text, internal }: { text: string; internal: (to: string) => string }) {
  const blocks = useMemo(() => blocksOf(text), [text]);
  return (
    <div className="markdown">
      {blocks.map((block, index) => (
        <One key={index} block={block} internal={internal} />
      ))}
    </div>
  );
}

function One({ block, internal }: { block: Block; internal: (to: string) => string }) {
  const line = (parts: Inline[]) => <Line parts={parts} internal={internal} />;
  switch (block.kind) {
    case 'heading':
      return createElement(`h${block.level}`, null, line(block.line));
    case 'paragraph':
      return <p>{line(block.line)}</p>;
    case 'code':
      return (
        <pre tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
    case 'list':
      return createElement(
        block.ordered ? 'ol' : 'ul',
        null,
        block.items.map((item, index) => <li key={index}>{line(item)}</li>),
      );
    case 'table':
      return (
        <div className="scroll-x" tabIndex={0} role="region" aria-label="Table">
          <table>
            <thead>
              <tr>
                {block.head.map((cell, index) => (
                  <th key={index} scope="col">
                    {line(cell)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, index) => (
                <tr key={index}>
                  {row.map((cell, column) => (
                    <td key={column}>{line(cell)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
  }
}

function Line({ parts, internal }: { parts: Inline[]; internal: (to: string) => string }) {
  return parts.map((part, index) => {
    if (part.kind === 'code') return <code key={index}>{part.text}</code>;
    if (part.kind === 'strong') return <strong key={index}>{part.text}</strong>;
    if (part.kind === 'text') return part.text;
    if (/^https?:\/\//.test(part.to))
      return (
        <a key={index} href={part.to} target="_blank" rel="noreferrer">
          {part.text}
        </a>
      );
    const to = internal(part.to);
    return to ? (
      <Link key={index} to={to}>
        {part.text}
      </Link>
    ) : (
      part.text
    );
  });
}
