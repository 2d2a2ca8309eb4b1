/** Each limit with its requests and the part of them that it refused; opened, by country and tier. */
import { Fragment } from 'react';
import type { Counted, LimitUsage } from '../../api/opstypes.ts';
import { useParam } from '../../app/router.ts';
import { countryName, type Tone } from '../../format/names.ts';
import { count, text } from '../../format/numbers.ts';
import { Badge, Button, Card, Empty } from '../../ui/basics.tsx';
import { Icon } from '../../ui/icons.tsx';

export function Usage({ limits }: { limits: readonly LimitUsage[] }) {
  const [open, setOpen] = useParam<string>('open', '');
  const busiest = limits.toSorted((a, b) => b.refused - a.refused || b.requests - a.requests);
  if (!limits.length)
    return (
      <Empty title="There are no limits">They stand in the `limits` section of the configuration.</Empty>
    );
  return (
    <Card title="Use" hint="refused most first" flush>
      <div className="scroll-x" tabIndex={0} role="region" aria-label="Use of limits">
        <table>
          <thead>
            <tr>
              <th scope="col">Limit</th>
              <th scope="col" className="num">
                Requests
              </th>
              <th scope="col" className="num">
                Refused
              </th>
              <th scope="col" className="limit-share">
                Share
              </th>
              <th scope="col">
                <span className="hidden">More</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {busiest.map((each) => (
              <Fragment key={each.name}>
                <Row
                  limit={each}
                  open={open === each.name}
                  onToggle={() => setOpen(open === each.name ? '' : each.name)}
                />
                {open === each.name && (
                  <tr>
                    <td colSpan={5} className="limit-open">
                      <div className="limit-parts">
                        <Parts title="By country" parts={each.countries} name={countryName} />
                        <Parts title="By tier" parts={each.tiers} name={(tier) => tier || 'no tier'} />
                      </div>
                    </td>
                  </tr>
                )}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function shareTone(share: number): Tone {
  if (share > 0.2) return 'bad';
  return share > 0.02 ? 'warn' : 'ok';
}

function shareOf({ requests, refused }: Counted): number {
  return requests ? refused / requests : 0;
}

function Row({ limit, open, onToggle }: { limit: LimitUsage; open: boolean; onToggle: () => void }) {
  return (
    <tr data-limit={limit.name}>
      <th scope="row">
        <b className="limit-name">{limit.name}</b> {limit.shadow && <Badge tone="idle">shadow</Badge>}
        <p className="cell-note">
          {counting(limit)}
          {limit.failed_open > 0 && `, ${count(limit.failed_open)} let through uncounted`}
          {limit.failed_closed > 0 && `, ${count(limit.failed_closed)} refused uncounted`}
        </p>
      </th>
      <td className="num">{count(limit.requests)}</td>
      <td className="num">{count(limit.refused)}</td>
      <td>
        <Share counted={limit} />
      </td>
      <td className="num">
        <Button
          kind="quiet"
          icon
          onClick={onToggle}
          aria-expanded={open}
          aria-label={`${limit.name} by country and tier`}
          className="entry-toggle"
        >
          <Icon name="chevron" size={12} />
        </Button>
      </td>
    </tr>
  );
}

/** "by user, at each edge"; a shield against guessing counts failures of its own. */
function counting({ key, scope }: LimitUsage): string {
  if (!key) return 'by failures, over all edges';
  return `by ${key}, ${scope === 'exact' ? 'exactly, over all edges' : 'at each edge'}`;
}

function Share({ counted }: { counted: Counted }) {
  const share = shareOf(counted);
  return (
    <span className={`limit-bar tone-${shareTone(share)}`}>
      <span className="share-bar" aria-hidden="true">
        <i style={{ scale: `${share.toFixed(3)} 1` }} />
      </span>
      <span className="num">{counted.requests ? text(share, 'share') : '–'}</span>
    </span>
  );
}

const SHOWN = 12;

function Parts({
  title,
  parts,
  name,
}: {
  title: string;
  parts: readonly Counted[];
  name: (raw: string) => string;
}) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {parts.length === 0 && <p className="faint">nothing yet</p>}
      <ul>
        {parts.slice(0, SHOWN).map((part) => (
          <li key={part.name}>
            <span>{name(part.name)}</span>
            <span className="num faint">{count(part.requests)}</span>
            <Share counted={part} />
          </li>
        ))}
      </ul>
      {parts.length > SHOWN && <p className="faint">and {parts.length - SHOWN} more</p>}
    </section>
  );
}
