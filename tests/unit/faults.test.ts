/** Fault points: what may be written, what is refused at the start, and that each fault happens once, before or after its effect. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { parseFault } from '../../config-faults.ts';
import { readConfig } from '../../config.ts';
import { markerOf, withFaults } from '../../worker/faults.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function freshFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'cartwright-faults-'));
  folders.push(folder);
  return folder;
}

/** A worker with one effect, which notes what was asked of it. */
function worker(FAULTS: string, FAULTS_FOLDER = '', FAULTS_ONCE_PER = 'shop') {
  const effects: string[] = [];
  const warnings: [object, string][] = [];
  const activities = {
    createOrder: async (id: string) => {
      effects.push(id);
      return `order of ${id}`;
    },
    publishCart: async (publication: object) => void publication,
  };
  const log = { warn: (fields: object, message: string) => void warnings.push([fields, message]) };
  const config = readConfig({ FAULTS, FAULTS_FOLDER, FAULTS_ONCE_PER });
  return { effects, warnings, plain: activities, ...withFaults(activities, config, log) };
}

describe('a fault', () => {
  test('is a point and what happens there', () => {
    expect(parseFault('createOrder:after:exit')).toEqual({
      text: 'createOrder:after:exit',
      activity: 'createOrder',
      when: 'after',
      action: 'exit',
      delayMs: 0,
    });
    expect(parseFault('*:before:exit')).toMatchObject({ activity: '*' });
    expect(parseFault('a:before:delay=250ms')).toMatchObject({ when: 'before', delayMs: 250 });
  });

  test.each([
    'createOrder',
    'createOrder:after',
    'createOrder:during:exit',
    'createOrder:after:explode',
    'createOrder:after:exit=3s',
    'createOrder:after:fail=',
    'createOrder:after:delay',
    'createOrder:after:delay=0s',
    'createOrder:after:delay=soon',
    'createOrder:after:delay=2h',
    '../x:after:exit',
    ':after:exit',
  ])('cannot be %s', (text) => {
    expect(() => readConfig({ FAULTS: text, FAULTS_FOLDER: '/tmp' })).toThrow(
      `FAULTS: '${text}' is no fault; write <activity>`,
    );
  });
});

describe('the start', () => {
  test('knows of no faults by itself, and leaves the activities as they are', () => {
    expect(readConfig({}).FAULTS).toEqual([]);
    const { plain, createOrder, warnings } = worker('');
    expect(createOrder).toBe(plain.createOrder);
    expect(warnings).toEqual([]);
  });

  test('is refused in production, whatever the process', () => {
    const FAULTS = 'createOrder:before:fail';
    expect(() => readConfig({ FAULTS, NODE_ENV: 'production' })).toThrow(
      /FAULTS: .* refused where NODE_ENV is production/,
    );
    expect(() => readConfig({ FAULTS, NODE_ENV: 'test' })).not.toThrow();
    expect(() => readConfig({ NODE_ENV: 'production' })).not.toThrow();
  });

  test('is refused where a worker would die for ever', () => {
    expect(() => readConfig({ FAULTS: 'createOrder:after:exit' })).toThrow(/`exit` needs FAULTS_FOLDER/);
  });

  test('is refused for a name that no activity has, with those that there are', () => {
    expect(() => worker('createOder:before:fail')).toThrow(
      'FAULTS names createOder, which no activity is called. Known: createOrder, publishCart.',
    );
  });

  test('is announced by a warning', () => {
    expect(worker('createOrder:before:fail').warnings[0]).toMatchObject([
      { faults: ['createOrder:before:fail'] },
      expect.stringContaining('on purpose'),
    ]);
  });
});

describe('an effect', () => {
  test('does not happen when it fails before', async () => {
    const { createOrder, effects } = worker('createOrder:before:fail');
    await expect(createOrder('c1')).rejects.toMatchObject({ type: 'FaultPoint', nonRetryable: false });
    expect(effects).toEqual([]);
    expect(await createOrder('c1')).toBe('order of c1');
  });

  test('has happened when it fails after, and only once', async () => {
    const { createOrder, effects } = worker('createOrder:after:fail');
    await expect(createOrder('c1')).rejects.toThrow('fault point createOrder:after:fail');
    expect(effects).toEqual(['c1']);
    for (const id of ['c1', 'c2']) expect(await createOrder(id)).toBe(`order of ${id}`);
  });

  test('waits where a delay is', async () => {
    const { createOrder, effects } = worker('createOrder:before:delay=60ms');
    const begun = performance.now();
    const answer = createOrder('c1');
    expect(effects).toEqual([]);
    expect(await answer).toBe('order of c1');
    expect(performance.now() - begun).toBeGreaterThan(55);
  });

  test('meets several faults one after the other', async () => {
    const { createOrder, effects } = worker('createOrder:before:fail, createOrder:after:fail');
    await expect(createOrder('c1')).rejects.toThrow('before');
    await expect(createOrder('c1')).rejects.toThrow('after');
    expect(await createOrder('c1')).toBe('order of c1');
    expect(effects).toEqual(['c1', 'c1']);
  });
});

describe('workers that share a folder', () => {
  test('meet a fault once, all of them together, also after a restart', async () => {
    const folder = freshFolder();
    const fault = 'createOrder:before:fail';
    const workers = Array.from({ length: 8 }, () => worker(fault, folder));
    const answers = await Promise.allSettled(workers.map(({ createOrder }) => createOrder('c1')));
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([markerOf(fault)]);
    expect(await worker(fault, folder).createOrder('c1')).toBe('order of c1');
  });

  test('meet it again when its file is removed', async () => {
    const folder = freshFolder();
    const { createOrder } = worker('createOrder:before:fail', folder);
    await expect(createOrder('c1')).rejects.toThrow();
    rmSync(path.join(folder, markerOf('createOrder:before:fail')));
    await expect(createOrder('c1')).rejects.toThrow();
  });
});

describe('a fault for every activity', () => {
  test('is a point at each of them', async () => {
    const folder = freshFolder();
    const { createOrder, publishCart } = worker('*:before:fail', folder);
    await expect(createOrder('c1')).rejects.toThrow('fault point createOrder:before:fail');
    await expect(publishCart({})).rejects.toThrow('fault point publishCart:before:fail');
    expect(readdirSync(folder).sort()).toEqual(['createOrder.before.fail', 'publishCart.before.fail']);
    expect(await createOrder('c1')).toBe('order of c1');
  });
});

describe('a fault that happens once per workflow', () => {
  test('happens to each, and to each version that a cart publishes', async () => {
    const folder = freshFolder();
    const { publishCart } = worker('publishCart:before:fail', folder, 'workflow');
    const publications = [1, 2].map((version) => ({ workflowId: 'cart:g:a', state: { version } }));
    for (const publication of [...publications, { workflowId: 'cart:g:b', state: { version: 1 } }]) {
      await expect(publishCart(publication)).rejects.toThrow('fault point');
      expect(await publishCart(publication)).toBeUndefined();
    }
    expect(readdirSync(folder).sort()).toEqual([
      'publishCart.before.fail.cart.g.a.1',
      'publishCart.before.fail.cart.g.a.2',
      'publishCart.before.fail.cart.g.b.1',
    ]);
  });

  test('happens to an activity by the workflow that runs it', async () => {
    const environment = new MockActivityEnvironment();
    const { createOrder, effects } = worker('createOrder:after:fail', freshFolder(), 'workflow');
    await expect(environment.run(createOrder, 'c1')).rejects.toThrow('fault point');
    expect(await environment.run(createOrder, 'c1')).toBe('order of c1');
    expect(effects).toEqual(['c1', 'c1']);
  });
});
