/** Icons, drawn on a 16 x 16 grid with one stroke; always beside or inside something that says the same in words. */
import type { ReactNode } from 'react';

const PATHS = {
  sun: (
    <>
      <circle cx="8" cy="8" r="3" />
      <path d="M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1" />
    </>
  ),
  moon: <path d="M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z" />,
  table: <path d="M2 3h12v10H2zM2 6.5h12M2 10h12M6.5 3v10" />,
  chart: <path d="M2 13V3M2 13h12M4 10l3-3 2.5 2L14 4" />,
  link: <path d="M6.5 9.5 9.5 6.5M7 4.5l1-1a3 3 0 0 1 4.5 4.5l-1 1M9 11.5l-1 1A3 3 0 0 1 3.5 8l1-1" />,
  expand: <path d="M9.5 2.5h4v4M6.5 13.5h-4v-4M13.5 2.5l-4.5 4.5M2.5 13.5 7 9" />,
  out: <path d="M6 2.5H3v11h3M10.5 5l3 3-3 3M13.5 8H6.5" />,
  undo: <path d="M3 6h6.5a3.5 3.5 0 0 1 0 7H6M3 6l3-3M3 6l3 3" />,
  chevron: <path d="m6 3.5 4.5 4.5L6 12.5" />,
  close: <path d="m3.5 3.5 9 9M12.5 3.5l-9 9" />,
  check: <path d="m3 8.5 3.5 3.5L13 4.5" />,
  pulse: <path d="M1.5 8.5h3l2-5 3 9 2-4h3" />,
} satisfies Record<string, ReactNode>;

export function Icon({ name, size = 16 }: { name: keyof typeof PATHS; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {PATHS[name]}
    </svg>
  );
}
