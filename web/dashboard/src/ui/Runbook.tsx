/** The link to what to do: a page of this dashboard, or of the web. */
import { href } from '../app/router.ts';
import { Link } from './basics.tsx';

export function Runbook({ name }: { name: string }) {
  if (!name) return null;
  if (/^https?:\/\//.test(name))
    return (
      <a className="button" href={name} target="_blank" rel="noreferrer">
        Runbook
      </a>
    );
  return (
    <Link className="button" to={href(`runbooks/${name}`)}>
      Runbook
    </Link>
  );
}
