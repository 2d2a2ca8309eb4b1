/** The line above every view: which app, how it is, how fresh that is, and who is looking. */
import { useEffect, useRef } from 'react';
import { logout } from '../api/session.ts';
import { toneOf, type Tone } from '../format/names.ts';
import { lasting } from '../format/time.ts';
import { useLive } from '../live/context.ts';
import { STALE, useAge } from '../live/useAge.ts';
import { Badge, Button, Link, Mark } from '../ui/basics.tsx';
import { Icon } from '../ui/icons.tsx';
import { PAGES, pageOf } from './pages.ts';
import { href, usePlace } from './router.ts';
import { usePrincipal } from './session.ts';
import { chooseTheme, useTheme } from './theme.ts';
import './shell.css';

export function Header() {
  const app = useLive((state) => state.dashboard?.app);
  const { path, search } = usePlace();
  const open = pageOf(path);
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [open]);
  const range = search.get('range') ?? '';
  return (
    <header className="header">
      <Link className="brand" to={href('', { range })}>
        <svg
          width="22"
          height="22"
          viewBox="0 0 32 32"
          fill="none"
          stroke="var(--accent)"
          strokeWidth="2.4"
          aria-hidden="true"
        >
          <circle cx="16" cy="16" r="12" />
          <path d="M16 4c-7 7-7 17 0 24M16 4c7 7 7 17 0 24" />
        </svg>
        <span>Meridian</span>
        {app && <span className="brand-app">{app}</span>}
      </Link>
      <nav ref={nav} aria-label="Views">
        {PAGES.filter((page) => page.title).map((page) => (
          <Link
            key={page.path}
            to={href(page.path, { range })}
            aria-current={page === open ? 'page' : undefined}
          >
            {page.title}
            {page.path === 'incidents' && <OpenIncidents />}
          </Link>
        ))}
      </nav>
      <div className="header-state">
        <Health />
        <Level />
        <Freshness />
        <Theme />
        <Who />
      </div>
    </header>
  );
}

function OpenIncidents() {
  const open = useLive((state) => state.incidents.filter((each) => each.state !== 'resolved').length);
  return open ? <span className="nav-count num">{open}</span> : null;
}

function Health() {
  const status = useLive((state) => state.dashboard?.live.system.status);
  if (!status) return null;
  return (
    <Badge tone={toneOf(status)} mark>
      {status}
    </Badge>
  );
}

function Level() {
  const level = useLive((state) => state.dashboard?.live.degradation.level);
  const name = useLive((state) => state.dashboard?.live.degradation.name);
  if (level === undefined) return null;
  const tone: Tone = level === 0 ? 'idle' : level === 1 ? 'warn' : 'bad';
  return (
    <Badge tone={tone}>
      L{level} {name}
    </Badge>
  );
}

function Freshness() {
  const connection = useLive((state) => state.connection);
  const known = useLive((state) => state.heard > 0);
  const age = useAge();
  const stale = age > STALE;
  const tone: Tone = !known ? 'idle' : stale ? 'bad' : connection === 'live' ? 'ok' : 'warn';
  return (
    <span className={`freshness tone-${tone}`}>
      <Mark tone={tone} size={9} />
      <span className="num">{stale ? `stale, ${lasting(age)} old` : connection}</span>
    </span>
  );
}

function Theme() {
  const theme = useTheme();
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <Button
      kind="quiet"
      icon
      onClick={() => chooseTheme(other)}
      aria-label={`Switch to ${other}`}
      title={`Switch to ${other}`}
    >
      <Icon name={theme === 'dark' ? 'sun' : 'moon'} />
    </Button>
  );
}

function Who() {
  const principal = usePrincipal();
  return (
    <span className="who">
      <span title={principal.name}>
        <span className="who-name">{principal.name}</span> <span className="faint">{principal.role}</span>
      </span>
      <Button kind="quiet" icon onClick={() => logout()} aria-label="Log out" title="Log out">
        <Icon name="out" />
      </Button>
    </span>
  );
}
