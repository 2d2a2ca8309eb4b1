/** The small parts that every view is made of. */
import type { ButtonHTMLAttributes, ReactNode } from 'react';
import type { Problem } from '../api/client.ts';
import { go } from '../app/router.ts';
import { shown } from '../format/numbers.ts';
import type { Tone } from '../format/names.ts';

type ButtonKind = 'plain' | 'primary' | 'danger' | 'quiet';

export function Button({
  kind = 'plain',
  icon = false,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { kind?: ButtonKind; icon?: boolean }) {
  const look = `button button-${kind}${icon ? ' button-icon' : ''}`;
  return <button type="button" {...rest} className={`${look} ${rest.className ?? ''}`} />;
}

/** A link within the page: the browser's own, except that a plain click does not load anything. */
export function Link({
  to,
  ...rest
}: {
  to: string;
  className?: string;
  children: ReactNode;
  'aria-current'?: 'page' | undefined;
  'aria-label'?: string;
  title?: string;
}) {
  return (
    <a
      href={to}
      {...rest}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        go(to);
        scrollTo(0, 0);
      }}
    />
  );
}

/** flush: the content reaches the edges (tables, maps). level: of the heading. */
export function Card({
  title,
  hint,
  tools,
  flush = false,
  className = '',
  children,
}: {
  title?: ReactNode;
  hint?: ReactNode;
  tools?: ReactNode;
  flush?: boolean;
  className?: string;
  children: ReactNode;
}) {
  return (
    <section className={`card ${flush ? 'card-flush' : ''} ${className}`}>
      {title && (
        <header className="card-head">
          <h2>{title}</h2>
          {hint && <span className="hint">{hint}</span>}
          {tools && <div className="card-tools">{tools}</div>}
        </header>
      )}
      <div className="card-body">{children}</div>
    </section>
  );
}

const SHAPES: Record<Tone, ReactNode> = {
  ok: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  warn: <path d="M6 .8 11.6 10.800H.4Z" fill="currentColor" />,
  bad: (
    <path
      d="M2 2 10 10M10 2 2 10"
      stroke="currentColor"
      strokeWidth="2.8"
      strokeLinecap="round"
      fill="none"
    />
  ),
  idle: <circle cx="6" cy="6" r="3.8" stroke="currentColor" strokeWidth="1.8" fill="none" />,
};

/** Health as a shape and a colour, so that it is told apart without colours too. */
export function Mark({ tone, size = 12, label }: { tone: Tone; size?: number; label?: string }) {
  return (
    <>
      <svg className={`mark tone-${tone}`} width={size} height={size} viewBox="0 0 12 12" aria-hidden="true">
        {SHAPES[tone]}
      </svg>
      {label && <span className="hidden">{label}</span>}
    </>
  );
}

export function Badge({ tone, mark = false, children }: { tone: Tone; mark?: boolean; children: ReactNode }) {
  return (
    <span className={`badge tone-${tone}`}>
      {mark && <Mark tone={tone} size={9} />}
      {children}
    </span>
  );
}

export function Segmented<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: readonly (Value | readonly [Value, string])[];
  onChange: (value: Value) => void;
}) {
  return (
    <div className="segmented" role="group" aria-label={label}>
      {options.map((option) => {
        const [name, said] = typeof option === 'string' ? [option, option] : option;
        return (
          <button key={name} type="button" aria-pressed={name === value} onClick={() => onChange(name)}>
            {said}
          </button>
        );
      })}
    </div>
  );
}

/** A number and, smaller, its unit. */
export function Amount({ value, unit }: { value: number | null | undefined; unit: string }) {
  const parts = shown(value, unit);
  return (
    <span className="num nowrap">
      {parts.value}
      {parts.unit && <span className="unit">{parts.unit}</span>}
    </span>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children && <p>{children}</p>}
    </div>
  );
}

export function ProblemNote({ problem, again }: { problem: Problem; again?: () => void }) {
  return (
    <div className="problem tone-bad" role="alert">
      <Mark tone="bad" />
      <div>
        <p>{capital(problem.message)}</p>
        {problem.todo && <p>{capital(problem.todo)}</p>}
        {again && (
          <Button kind="quiet" onClick={again}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}

export function Skeleton({ height = 16, width = '100%' }: { height?: number; width?: number | string }) {
  return <span className="skeleton" style={{ height, width }} aria-hidden="true" />;
}

/** A sentence of control begins small, as it may stand anywhere; here it begins with a capital, unless its first word is a name. */
export function capital(sentence: string): string {
  return /^[a-z]+[\d.-]/.test(sentence) ? sentence : sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
