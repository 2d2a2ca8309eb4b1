/** What is news about incidents, in words. Pure. */
import type { Incident } from '../../api/types.ts';

/** before: state of each known incident by id. */
export function announcement(
  before: ReadonlyMap<string, string>,
  incidents: readonly Pick<Incident, 'id' | 'state' | 'severity' | 'title' | 'sentence'>[],
): string {
  return incidents
    .flatMap((each) => {
      const known = before.get(each.id);
      if (!known && each.state === 'open')
        return [`New incident, SEV-${each.severity}: ${each.title}. ${each.sentence}`];
      if (known && known !== 'resolved' && each.state === 'resolved') return [`Incident over: ${each.title}`];
      return [];
    })
    .join('. ');
}
