/** Asks control to decide again from the same evidence: the same result shows that nothing else played a part. */
import { useState } from 'react';
import { Problem } from '../../api/client.ts';
import { ops } from '../../api/ops.ts';
import type { Replay as Result } from '../../api/opstypes.ts';
import { Badge, Button, capital, ProblemNote } from '../../ui/basics.tsx';
import { Evidence } from '../../ui/evidence/Evidence.tsx';

export function Replay({ id }: { id: string }) {
  const [result, setResult] = useState<Result | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const ask = async () => {
    setBusy(true);
    setProblem(null);
    try {
      setResult(await ops.replay(id));
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, String(error)));
    }
    setBusy(false);
  };
  return (
    <div className="replay">
      <Button onClick={() => void ask()} disabled={busy}>
        Decide again
      </Button>
      <div role="status">
        {result && (
          <>
            <Badge tone={result.matches ? 'ok' : 'bad'} mark>
              {result.matches ? 'decided again: the same' : 'decided again: something else'}
            </Badge>{' '}
            {!result.matches && capital(result.sentence)}
          </>
        )}
        {!result && !problem && <span className="faint">from the same evidence, and compare</span>}
      </div>
      {problem && <Refused problem={problem} />}
      {result && !result.matches && result.decided.length > 0 && <Evidence value={result.decided} />}
    </div>
  );
}

/** That a person's decision cannot be made again is no fault. */
function Refused({ problem }: { problem: Problem }) {
  if (problem.status >= 500 || problem.status === 0) return <ProblemNote problem={problem} />;
  return <p className="muted">{capital(problem.message)}</p>;
}
