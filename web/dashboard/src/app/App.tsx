/** The page around every view: who is logged in, what is live, and which view the address asks for. */
import { Component, Suspense, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { api, Problem } from '../api/client.ts';
import { logout, onSession, token } from '../api/session.ts';
import type { Principal } from '../api/types.ts';
import { LiveContext } from '../live/context.ts';
import { LiveStore } from '../live/store.ts';
import { Announce } from '../pages/incidents/Announce.tsx';
import { Login } from '../pages/Login.tsx';
import { Button, Empty, ProblemNote, Skeleton } from '../ui/basics.tsx';
import { Header } from './Header.tsx';
import { pageOf } from './pages.ts';
import { go, href, usePlace } from './router.ts';
import { PrincipalContext } from './session.ts';

export function App() {
  const secret = useSyncExternalStore(onSession, token);
  return secret ? <LoggedIn key={secret} /> : <Login />;
}

function LoggedIn() {
  const [principal, setPrincipal] = useState<Principal | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [store] = useState(() => new LiveStore());
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    let ended = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    api.whoami().then(
      (who) => {
        if (!ended) setPrincipal(who);
      },
      (error: unknown) => {
        if (ended) return;
        setProblem(error instanceof Problem ? error : new Problem(0, String(error)));
        timer = setTimeout(() => setAttempt((count) => count + 1), 3000);
      },
    );
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [attempt]);

  useEffect(() => {
    store.start();
    return () => store.stop();
  }, [store]);

  if (!principal) {
    return (
      <main className="alone">
        {problem ? <ProblemNote problem={problem} /> : <Skeleton height={120} width={320} />}
        {problem && <Button onClick={() => logout()}>Use another token</Button>}
      </main>
    );
  }
  return (
    <PrincipalContext value={principal}>
      <LiveContext value={store}>
        <Shell />
      </LiveContext>
    </PrincipalContext>
  );
}

/** The page that a notice's link means: `?incident=ID` or `?runbook=NAME`, as messages have them. */
function linked(search: URLSearchParams): string {
  for (const [name, page] of [
    ['incident', 'incidents'],
    ['runbook', 'runbooks'],
  ] as const) {
    const what = search.get(name);
    if (what) return href(`${page}/${encodeURIComponent(what)}`);
  }
  return '';
}

function Shell() {
  const { path, search } = usePlace();
  const page = pageOf(path);
  const named = linked(search);
  useEffect(() => {
    if (named) go(named, { replace: true });
  }, [named]);
  useEffect(() => {
    document.title = page?.title ? `${page.title} · Meridian` : 'Meridian';
  }, [page]);
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <Header />
      <Announce />
      <main id="content" tabIndex={-1}>
        <Boundary key={path.join('/')}>
          <Suspense fallback={<Skeleton height={320} />}>
            {page ? (
              <page.view rest={path.slice(1)} />
            ) : (
              <Empty title="There is no such page">The address may be of an older version.</Empty>
            )}
          </Suspense>
        </Boundary>
      </main>
    </>
  );
}

/** A view that fails does not take the others with it. */
class Boundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <ProblemNote
        problem={new Problem(0, 'this view failed', this.state.error.message)}
        again={() => this.setState({ error: null })}
      />
    );
  }
}
