/** The way in: a token of Meridian, checked before it is kept. */
import { useState, type FormEvent } from 'react';
import { api, Problem } from '../api/client.ts';
import { login, refused } from '../api/session.ts';
import { Button, capital } from '../ui/basics.tsx';
import './login.css';

export function Login() {
  const [secret, setSecret] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const who = await api.whoami(secret.trim());
      if (who.role !== 'admin' && who.role !== 'ops') {
        throw new Problem(403, `this is a token of the role ${who.role}`, 'use one of the role ops or admin');
      }
      login(secret.trim());
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, String(error)));
      setBusy(false);
    }
  };
  const said = problem ? `${capital(problem.message)}. ${capital(problem.todo)}` : refused();
  return (
    <main className="login">
      <form className="card login-card" onSubmit={(event) => void submit(event)}>
        <svg
          width="44"
          height="44"
          viewBox="0 0 32 32"
          fill="none"
          stroke="var(--accent)"
          strokeWidth="1.8"
          aria-hidden="true"
        >
          <circle cx="16" cy="16" r="13" />
          <path d="M16 3c-8 8-8 18 0 26M16 3c8 8 8 18 0 26M3 16h26" />
        </svg>
        <h1>Meridian</h1>
        <label className="field">
          <span>Token</span>
          <input
            type="password"
            autoFocus
            required
            autoComplete="off"
            spellCheck={false}
            value={secret}
            aria-invalid={said !== ''}
            aria-describedby="login-said"
            onChange={(event) => setSecret(event.target.value)}
          />
        </label>
        <p id="login-said" role="alert" className="login-said">
          {said}
        </p>
        <Button kind="primary" type="submit" disabled={busy || !secret.trim()}>
          {busy ? 'Checking' : 'Log in'}
        </Button>
        <p className="faint">
          Make one with <code>meridian token create NAME --role ops</code>. It stays in this tab only.
        </p>
      </form>
    </main>
  );
}
