/** What is wrong, or was: /incidents, /incidents?state=all, /incidents/ID. */
import '../pages.css';
import '../shared.css';
import './incidents.css';
import { Detail } from './Detail.tsx';
import { List } from './List.tsx';

export default function Incidents({ rest }: { rest: string[] }) {
  return rest[0] ? <Detail id={rest[0]} /> : <List />;
}
