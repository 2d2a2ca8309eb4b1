/** Buttons that change something. Whoever may not use them sees them all the same, and is told why. */
import type { ButtonHTMLAttributes } from 'react';
import { usePrincipal } from '../app/session.ts';
import { Button } from './basics.tsx';
import './act.css';

type Kind = 'plain' | 'primary' | 'danger' | 'quiet';

export function ActButton({
  onClick,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { kind?: Kind; onClick: () => void }) {
  const { role } = usePrincipal();
  if (role === 'admin') return <Button {...rest} onClick={onClick} />;
  const why = `Your token has the role ${role}: this needs one of the role admin.`;
  return (
    <span className="act-refused">
      <Button {...rest} kind="plain" aria-disabled="true" title={why} />
      <span className="hidden">{why}</span>
    </span>
  );
}
