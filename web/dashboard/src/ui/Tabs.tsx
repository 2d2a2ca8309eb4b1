/** Links between the parts of one page. */
import { Link } from './basics.tsx';
import './tabs.css';

export function Tabs({
  label,
  tabs,
}: {
  label: string;
  tabs: readonly { to: string; title: string; count?: number; current: boolean }[];
}) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.to} to={tab.to} aria-current={tab.current ? 'page' : undefined}>
          {tab.title}
          {tab.count !== undefined && <span className="num faint"> {tab.count}</span>}
        </Link>
      ))}
    </nav>
  );
}
