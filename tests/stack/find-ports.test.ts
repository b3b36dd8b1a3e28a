/** Ports of the local stack: defaults give way, wishes do not. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { findPort, isPortFree } from '../../scripts/local/find-ports.ts';
import { UserError } from '../../scripts/local/user-error.ts';

const open: Server[] = [];

function occupy(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    open.push(server);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

describe('a port of the local stack', () => {
  it('is the preferred one when that is free', async () => {
    const free = await findPort({ label: 'the API' }, new Set());
    expect(await findPort({ label: 'the API', preferred: free }, new Set())).toBe(free);
  });

  it('is the next free one when the preferred one is taken', async () => {
    const taken = await occupy(await findPort({ label: 'the API' }, new Set()));
    const port = await findPort({ label: 'the API', preferred: taken }, new Set());
    expect(port).toBeGreaterThan(taken);
    expect(await isPortFree(port)).toBe(true);
  });

  it('is refused by number, purpose and origin when it was asked for and is taken', async () => {
    const taken = await occupy(0);
    const wish = { label: 'the API', asked: taken, askedBy: '--port' };
    const refusal = findPort(wish, new Set());
    await expect(refusal).rejects.toThrow(UserError);
    await expect(refusal).rejects.toThrow(
      new RegExp(`Port ${taken} \\(the API, asked for by --port\\) is taken`),
    );
  });

  it('is never given out twice in one start', async () => {
    const reserved = new Set<number>();
    const first = await findPort({ label: 'worker 1' }, reserved);
    const second = await findPort({ label: 'worker 2', preferred: first }, reserved);
    expect(second).not.toBe(first);
  });

  it('is not given out by another process that is starting, until that one has ended', async () => {
    const port = await findPort({ label: 'the API' }, new Set());
    const ask = `
      import { findPort } from '${import.meta.dirname}/../../scripts/local/find-ports.ts';
      console.log(await findPort({ label: 'the API', preferred: ${port} }, new Set()));
      if (process.argv[1] === 'stay') setInterval(() => {}, 1_000);`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', ask];
    const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(Number(stdout)).toBeGreaterThan(port);
    const other = spawn(process.execPath, [...args, 'stay']);
    const [text] = (await once(other.stdout, 'data')) as [Buffer];
    const theirs = Number(text.toString());
    expect(await findPort({ label: 'the API', preferred: theirs }, new Set())).not.toBe(theirs);
    other.kill('SIGKILL');
    await once(other, 'close');
    expect(await findPort({ label: 'the API', preferred: theirs }, new Set())).toBe(theirs);
  });

  it('lies below the range that the kernel gives to outgoing connections', async () => {
    const ports = new Set<number>();
    for (let count = 0; count < 20; count += 1) await findPort({ label: 'any' }, ports);
    expect(Math.max(...ports)).toBeLessThan(32_768);
  });
});
