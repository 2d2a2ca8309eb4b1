/** Load tests: the list and starting one at /load, one run at /load/ID. */
import '../pages.css';
import '../shared.css';
import { List } from './List.tsx';
import './load.css';
import { Run } from './Run.tsx';

export default function Page({ rest }: { rest: string[] }) {
  return <div className="stack">{rest[0] ? <Run id={rest[0]} /> : <List />}</div>;
}
