/** What to do at three in the morning: /runbooks/region-outage. */
import { ops } from '../../api/ops.ts';
import { href } from '../../app/router.ts';
import { usePolled } from '../../live/usePolled.ts';
import { Empty, Link, ProblemNote, Skeleton } from '../../ui/basics.tsx';
import { Markdown } from '../../ui/markdown/Markdown.tsx';
import '../pages.css';
import '../shared.css';
import './runbooks.css';

export default function Runbooks({ rest }: { rest: string[] }) {
  const name = rest[0];
  if (!name)
    return (
      <>
        <h1>Runbooks</h1>
        <Empty title="Which one?">
          Every alert rule that has a runbook links to it: <Link to={href('alerts')}>alerts</Link>.
        </Empty>
      </>
    );
  return <One name={name} />;
}

function One({ name }: { name: string }) {
  const found = usePolled(name, (signal) => ops.runbook(name, signal), 600);
  return (
    <article className="card runbook">
      <p className="row">
        <span className="muted">Runbook</span>
        <Link to={href('incidents')}>Open incidents</Link>
        <Link to={href('alerts')}>Alert rules</Link>
      </p>
      {found.problem && !found.data && <ProblemNote problem={found.problem} again={found.again} />}
      {!found.data && !found.problem && <Skeleton height={420} />}
      {found.data && <Markdown text={found.data.text} internal={addressOf} />}
    </article>
  );
}

/** Runbooks link each other as files beside them. */
function addressOf(to: string): string {
  const other = /^(?:\.\/)?([a-z0-9-]+)\.md$/.exec(to)?.[1];
  return other ? href(`runbooks/${other}`) : '';
}
