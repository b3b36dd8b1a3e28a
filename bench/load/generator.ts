/** The load generator process: keeps connections open, sends what it is told, keeps every latency. */
import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { type Counters, createCounters } from '../bare/counters.ts';
import { serveCalls } from '../stage/child-protocol.ts';
import type { DirectJob, HttpJob, LoadResult, RequestSpec } from './job.ts';
import { runClosed, runOpen, type Send } from './run-loop.ts';

const pools = new Map<string, Pool>();

/** One pool for each origin; HTTP/1.1 without pipelining, as browsers and gateways do it. */
function poolOf(origin: string): Pool {
  const found = pools.get(origin);
  if (found) return found;
  const pool = new Pool(origin, { connections: 128, pipelining: 1, keepAliveTimeout: 30_000 });
  pools.set(origin, pool);
  return pool;
}

interface Prepared {
  spec: RequestSpec;
  body: string | null;
  headers: Record<string, string>;
}

function prepare(spec: RequestSpec): Prepared {
  const body = spec.body === undefined ? null : JSON.stringify(spec.body);
  const headers = { ...(body === null ? {} : { 'content-type': 'application/json' }), ...spec.headers };
  return { spec, body, headers };
}

function codeOf(text: string): string {
  try {
    return (JSON.parse(text) as { code?: string }).code ?? '';
  } catch {
    return text.slice(0, 80);
  }
}

async function request(
  { spec, body, headers }: Prepared,
  captureHeader?: string,
): Promise<string | undefined> {
  const {
    statusCode,
    headers: answered,
    body: answer,
  } = await poolOf(spec.origin).request({
    method: spec.method,
    path: spec.path,
    body,
    headers: spec.hasKey ? { ...headers, 'idempotency-key': randomUUID() } : headers,
  });
  const text = await answer.text();
  if (statusCode >= 300) throw new Error(`${statusCode} ${codeOf(text)}`.trim());
  return captureHeader === undefined ? undefined : [answered[captureHeader]].flat()[0];
}

async function http({ requests, loop, captureHeader }: HttpJob): Promise<LoadResult> {
  const prepared = requests.map(prepare);
  const captured: string[] = [];
  const send: Send = async (index) => {
    const value = await request(prepared[index] as Prepared, captureHeader);
    if (value !== undefined) captured[index] = value;
  };
  const result =
    'clients' in loop
      ? await runClosed(loop, prepared.length, send)
      : await runOpen(loop, prepared.length, send);
  return { ...result, captured };
}

/** One answer's body, for looking at end states. */
async function read(spec: RequestSpec): Promise<unknown> {
  const { method, path, headers = {} } = spec;
  const { body } = await poolOf(spec.origin).request({ method, path, headers });
  return await body.json();
}

let counters: Counters | undefined;

async function direct({ call, workflowIds, loop }: DirectJob): Promise<LoadResult> {
  counters ??= createCounters();
  const send = counters[call];
  return runClosed(
    loop,
    workflowIds.length,
    async (index) => void (await send(workflowIds[index] as string)),
  );
}

serveCalls({ http, direct, read });
