/** Stands in for control while the page is developed: `npm run mock`, then `npm run dev`. Tokens: "admin" and "ops". With a folder as
 * its argument it serves a built page from it too. Loopback only. */
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import * as load from './load.js';
import * as world from './world.js';

const RANGES = { '1h': 3600, '24h': 86400, '7d': 604800, '30d': 2592000 };
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const built = process.argv[2];
const fixed = Number(process.env.AT ?? 0);
const started = Date.now() / 1000;
const now = () => Math.floor(fixed ? fixed + Date.now() / 1000 - started : Date.now() / 1000);

const extra = new Map();

/** Load tests: what begins is the one that goes on already. */
function loadTests(request, path, search) {
  const [, , id, what] = path.split('/');
  if (request.method === 'POST') return { id: 'lt-live', decision: 'd-1', sentence: 'done' };
  if (!id) return { runs: load.runsAt(now()) };
  if (id === 'scenarios') return load.SCENARIOS;
  if (what === 'compare') return load.comparisonOf(search.get('with'));
  return load.summaryAt(id, now());
}

function json(response, body, status = 200) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function stream(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const tell = () => response.write(`event: live\ndata: ${JSON.stringify(world.at(now()))}\n\n`);
  tell();
  const timer = setInterval(tell, 1000);
  response.on('close', () => clearInterval(timer));
}

async function page(response, path) {
  const name = path.startsWith('assets/') ? path : 'index.html';
  const body = await readFile(join(built, name)).catch(() => null);
  if (!body) return json(response, { detail: 'no such file' }, 404);
  response.writeHead(200, {
    'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
    'content-security-policy': CSP,
  });
  response.end(body);
}

createServer((request, response) => {
  const url = new URL(request.url, 'http://mock');
  const path = url.pathname.replace(/^\/infrastructure/, '');
  if (built && path.startsWith('/monitoring'))
    return void page(response, path.replace(/^\/monitoring\/?/, ''));
  const role = (request.headers.authorization ?? '').replace('Bearer ', '');
  if (!['admin', 'ops'].includes(role))
    return json(
      response,
      { detail: 'the token is not known', todo: 'make one with: meridian token create' },
      401,
    );
  if (path === '/whoami')
    return json(response, { name: role === 'admin' ? 'anna' : 'otto', role, region: '' });
  if (path === '/stream') return stream(response);
  if (path === '/dashboard') return json(response, world.dashboardAt(now()));
  if (path === '/metrics/live') return json(response, world.at(now()).live);
  if (path === '/metrics/panels') return json(response, world.PANELS);
  if (path === '/decisions') return json(response, { decisions: world.decisionsAt(now()), next: '' });
  if (path === '/metrics/history') {
    const span = RANGES[url.searchParams.get('range')] ?? 900;
    return json(response, world.historyAt(url.searchParams.get('panel'), now() - span, now()));
  }
  if (path.startsWith('/load-tests')) {
    if (path.endsWith('/report')) {
      response.writeHead(200, { 'content-type': 'text/html' });
      return response.end('<!doctype html><title>Report</title><h1>Report</h1>');
    }
    const found = loadTests(request, path, url.searchParams);
    return found
      ? json(response, found, request.method === 'POST' ? 202 : 200)
      : json(
          response,
          { detail: 'there is no such load test', todo: 'list them with `meridian load list`' },
          404,
        );
  }
  const more = extra.get(path);
  return more ? json(response, more(now())) : json(response, { detail: `the stand-in has no ${path}` }, 404);
}).listen(Number(process.env.PORT ?? 4180), '127.0.0.1');
