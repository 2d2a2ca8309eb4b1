/** One decision: its sentence, and on demand what it was made from, whether it would be made again, and how to take it back. */
import { useId, useState } from 'react';
import { api } from '../../api/client.ts';
import type { Decision } from '../../api/types.ts';
import { href } from '../../app/router.ts';
import { ago, atClock, atFull } from '../../format/time.ts';
import { useNow } from '../../live/useNow.ts';
import { ActButton } from '../../ui/Act.tsx';
import { ReasonDialog } from '../../ui/Dialog.tsx';
import { Badge, Button, capital, Link } from '../../ui/basics.tsx';
import { Evidence } from '../../ui/evidence/Evidence.tsx';
import { Icon } from '../../ui/icons.tsx';
import { isReplayed, toneOfKind, type Filter } from './known.ts';
import { Replay } from './Replay.tsx';

interface Props {
  decision: Decision;
  open: boolean;
  /** undefined: it cannot be closed, as it is alone on its page */
  onToggle?: () => void;
  onFilter: (part: Partial<Filter>) => void;
  onUndone: () => void;
}

export function Entry({ decision, open, onToggle, onFilter, onUndone }: Props) {
  const now = useNow();
  const at = Date.parse(decision.at);
  const content = useId();
  return (
    <article className={`entry tone-${toneOfKind(decision.kind)}`} data-decision={decision.id}>
      <time className="entry-at num" dateTime={decision.at} title={atFull(at)}>
        {atClock(at)}
        <span className="faint">{ago(at, now)}</span>
      </time>
      <div className="entry-main">
        <h3 className={decision.undone_at ? 'entry-undone' : ''}>{capital(decision.sentence)}</h3>
        <p className="entry-meta">
          <Choice name="controller" value={decision.controller} onFilter={onFilter} />
          <Choice name="kind" value={decision.kind} onFilter={onFilter} />
          <Choice name="subject" value={decision.subject} onFilter={onFilter} />
          {decision.actor !== 'meridian' && <span>by {decision.actor}</span>}
        </p>
        {decision.reason && <p className="entry-reason">“{decision.reason}”</p>}
        {decision.undone_at && (
          <p>
            <Badge tone="warn">taken back</Badge> by {decision.undone_by},{' '}
            {atFull(Date.parse(decision.undone_at))}
          </p>
        )}
      </div>
      <div className="entry-tools">
        {decision.undo && !decision.undone_at && <Undo decision={decision} onUndone={onUndone} />}
        {onToggle && (
          <Button
            kind="quiet"
            onClick={onToggle}
            aria-expanded={open}
            aria-controls={content}
            aria-label={`Evidence of: ${decision.sentence}`}
            className="entry-toggle"
          >
            Evidence <Icon name="chevron" size={12} />
          </Button>
        )}
      </div>
      {open && (
        <div id={content} className="entry-detail">
          {isReplayed(decision) ? (
            <Replay id={decision.id} />
          ) : (
            <p className="muted">
              {capital(decision.actor)} decided this. What a controller of control decides can be decided
              again here.
            </p>
          )}
          <h4>Evidence</h4>
          <Evidence value={decision.evidence} />
          {Object.keys(decision.action).length > 0 && (
            <>
              <h4>Action</h4>
              <Evidence value={decision.action} />
            </>
          )}
          {decision.undo && (
            <>
              <h4>What taking it back does</h4>
              <Evidence value={decision.undo} />
            </>
          )}
          <p className="entry-links">
            <Link to={href(`decisions/${decision.id}`)}>Link to this decision</Link>
            <code className="faint">{decision.id}</code>
          </p>
        </div>
      )}
    </article>
  );
}

function Choice({
  name,
  value,
  onFilter,
}: {
  name: keyof Filter;
  value: string;
  onFilter: (part: Partial<Filter>) => void;
}) {
  return (
    <button
      type="button"
      className="entry-choice"
      title={`Only decisions with this ${name}`}
      onClick={() => onFilter({ [name]: value })}
    >
      <span className="hidden">{name} </span>
      {value}
    </button>
  );
}

function Undo({ decision, onUndone }: { decision: Decision; onUndone: () => void }) {
  const [asked, setAsked] = useState(false);
  return (
    <>
      <ActButton onClick={() => setAsked(true)} aria-label={`Undo: ${decision.sentence}`}>
        <Icon name="undo" size={14} /> Undo
      </ActButton>
      {asked && (
        <ReasonDialog
          title="Take this decision back?"
          verb="Take back"
          danger
          act={async (reason) => {
            await api.undo(decision.id, reason);
            onUndone();
          }}
          onClose={() => setAsked(false)}
        >
          <blockquote>{capital(decision.sentence)}</blockquote>
        </ReasonDialog>
      )}
    </>
  );
}
