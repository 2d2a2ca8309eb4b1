/** When alerts fire, what is silenced, and where notices go: /alerts, /alerts/silences, /alerts/channels. */
import { href } from '../../app/router.ts';
import { Empty } from '../../ui/basics.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import '../pages.css';
import '../shared.css';
import './alerts.css';
import { Channels } from './Channels.tsx';
import { Rules } from './Rules.tsx';
import { Silences } from './Silences.tsx';

const PARTS = [
  { path: '', title: 'Rules', view: Rules },
  { path: 'silences', title: 'Silences', view: Silences },
  { path: 'channels', title: 'Channels', view: Channels },
];

export default function Alerts({ rest }: { rest: string[] }) {
  const part = PARTS.find((each) => each.path === (rest[0] ?? ''));
  return (
    <>
      <div className="toolbar">
        <h1>Alerts</h1>
        <Tabs
          label="Parts of alerts"
          tabs={PARTS.map(({ path, title }) => ({
            to: href(path ? `alerts/${path}` : 'alerts'),
            title,
            current: path === part?.path,
          }))}
        />
      </div>
      {part ? <part.view /> : <Empty title="There is no such part of alerts" />}
    </>
  );
}
