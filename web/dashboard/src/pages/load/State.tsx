/** What a run is in. One that goes on stands out by its colour. */
import { Badge } from '../../ui/basics.tsx';
import { isOver, runTone } from './states.ts';

export function State({ state }: { state: string }) {
  return (
    <span className={isOver({ state }) ? '' : 'load-going'}>
      <Badge tone={runTone(state)} mark={state !== 'running'}>
        {state}
      </Badge>
    </span>
  );
}
