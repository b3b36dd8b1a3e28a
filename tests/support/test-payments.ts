/** The test provider as a real process on a database of its own, and a shop's ear that notes what is delivered. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { endWithOwner } from '../../scripts/local/end-with-owner.ts';
import { findPort } from '../../scripts/local/find-ports.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { type TestEvent, WEBHOOK_SECRET } from './payments.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

export interface Heard {
  event: TestEvent;
  body: Buffer;
  headers: http.IncomingHttpHeaders;
}

/** A shop that answers 200, or what `answer` says. */
export interface Ear {
  url: string;
  heard: Heard[];
  answer: (heard: Heard) => number;
  close(): Promise<void>;
}

export async function createEar(): Promise<Ear> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const heard = { event: JSON.parse(body.toString()) as TestEvent, body, headers: request.headers };
      ear.heard.push(heard);
      response.writeHead(ear.answer(heard)).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ear: Ear = {
    url: `http://127.0.0.1:${port}/webhooks/payments/test`,
    heard: [],
    answer: () => 200,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return ear;
}

export interface TestPayments {
  url: string;
  database: TestDatabase;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Ends it and removes its database. */
  remove(): Promise<void>;
}

/** Running. `webhookUrls`: where its events go. */
export async function startTestPayments(webhookUrls: readonly string[]): Promise<TestPayments> {
  const database = await createTestDatabase();
  const port = await findPort({ label: 'test payments' }, new Set());
  const url = `http://127.0.0.1:${port}`;
  const guard = endWithOwner();
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    child = spawn(process.execPath, ['--import', 'tsx', 'test-payments/main.ts'], {
      cwd: ROOT,
      stdio: 'ignore',
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: database.url,
        PAYMENTS_PORT: String(port),
        PAYMENTS_WEBHOOK_URLS: webhookUrls.join(','),
        WEBHOOK_SECRET,
      },
    });
    guard.watch(child.pid);
    await eventually(async () => (await fetch(`${url}/readyz`)).ok, { within: 60_000, every: 50 });
  }

  async function kill(): Promise<void> {
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    child = undefined;
  }

  await start();
  return {
    url,
    database,
    fetch: (place, init) => fetch(`${url}${place}`, init),
    start,
    kill,
    async remove() {
      await kill();
      guard.release();
      await database.drop();
    },
  };
}
