/** Which decisions are shown; the address holds it. */
import { useId } from 'react';
import type { Decision } from '../../api/types.ts';
import { Button } from '../../ui/basics.tsx';
import { choices, type Filter } from './known.ts';

const NAMES = ['controller', 'kind', 'subject'] as const;

export function Filters({
  filter,
  decisions,
  onChange,
}: {
  filter: Filter;
  decisions: readonly Decision[];
  onChange: (part: Partial<Filter>) => void;
}) {
  const some = NAMES.some((name) => filter[name] !== '');
  return (
    <div className="filters" role="search" aria-label="Filter decisions">
      {NAMES.map((name) => (
        <Select
          key={name}
          name={name}
          value={filter[name]}
          options={choices(decisions, name, filter[name])}
          onChange={(value) => onChange({ [name]: value })}
        />
      ))}
      {some && (
        <Button kind="quiet" onClick={() => onChange({ controller: '', kind: '', subject: '' })}>
          Show all
        </Button>
      )}
    </div>
  );
}

function Select({
  name,
  value,
  options,
  onChange,
}: {
  name: string;
  value: string;
  options: readonly string[];
  onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <span className="filter">
      <label htmlFor={id}>{name}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">any</option>
        {options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </span>
  );
}
