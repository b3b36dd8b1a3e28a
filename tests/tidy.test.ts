/**
 * The style guide as a test: types, lint, format, import directions, file sizes, and what must never appear. Each failure says what
 * to do about it.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { PRODUCT_FILES, PRODUCT_FOLDERS } from '../scripts/product.ts';

const root = path.join(import.meta.dirname, '..');
const bin = (name: string) => path.join(root, 'node_modules', '.bin', name);
const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((file) => file !== '');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

function run(command: string, args: string[]) {
  const { status, stdout, stderr } = spawnSync(bin(command), args, { cwd: root, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

describe('the tools find nothing', () => {
  test('TypeScript', { timeout: 300_000 }, () => {
    expect(run('tsc', ['--noEmit']).output).not.toMatch(/error TS/);
  });

  test('oxlint, with types', { timeout: 300_000 }, () => {
    const { status, output } = run('oxlint', ['--type-aware', '.']);
    expect(status, output).toBe(0);
  });

  test('the formatter (npm run format mends it)', { timeout: 60_000 }, () => {
    const { status, output } = run('biome', ['format', '.']);
    expect(status, output).toBe(0);
  });

  test('knip: no file, export or package that nothing uses', { timeout: 300_000 }, () => {
    const { status, output } = run('knip', ['--no-progress']);
    expect(status, output).toBe(0);
  });

  test('import directions: dependency-cruiser over the table in docs/concepts/architecture.md', {
    timeout: 300_000,
  }, () => {
    const { status, output } = run('depcruise', ['--config', '.dependency-cruiser.cjs', '.']);
    expect(status, output).toBe(0);
    // A green check that looked at nothing is a known failure of this tool under some compilers.
    const cruised = Number(/(\d+) modules/.exec(output)?.[1] ?? 0);
    expect(cruised, output).toBeGreaterThan(80);
  });
});

describe('every source file', () => {
  test('has at most 300 lines (split it by subject)', () => {
    const long = files.filter(
      (file) => read(file).split('\n').length > 301 && !file.startsWith('database/catalogues/'),
    );
    expect(long).toEqual([]);
  });

  test('opens with a comment that says what it is for', () => {
    const bare = files.filter((file) => !/^(#!.*\n)?\/\*\*/.test(read(file)));
    expect(bare).toEqual([]);
  });

  test('is named in kebab-case', () => {
    expect(files.filter((file) => !/^([a-z0-9-]+\/)*[a-z0-9.-]+\.tsx?$/.test(file))).toEqual([]);
  });

  test('lies in a folder with a subject: no shared, common, lib, utils, helpers', () => {
    expect(files.filter((file) => /(^|\/)(shared|common|lib|utils|helpers)\//.test(file))).toEqual([]);
  });

  test('reads the environment only through config.ts', () => {
    const product = [...PRODUCT_FOLDERS.map((folder) => `${folder}/`), ...PRODUCT_FILES];
    const others = files.filter(
      // cartctl runs in a terminal, and heeds what terminals say of themselves.
      (file) => product.some((part) => file.startsWith(part)) && !/^(config\.ts$|operations\/)/.test(file),
    );
    expect(others.filter((file) => /process\.env/.test(read(file)))).toEqual([]);
  });
});

describe('the rules', () => {
  const rules = files.filter((file) => file.startsWith('cart/'));

  test('have neither clock nor dice nor waiting: pass time and ids as arguments', () => {
    const impure = /Math\.random|Date\.now|new Date\(\)|\basync\b|\bawait\b|Promise/;
    expect(rules.filter((file) => impure.test(read(file)))).toEqual([]);
  });

  test('are plain functions that the workflow can replay: no Map, Set, Date or BigInt in the wire formats', () => {
    for (const file of [
      'cart/state.ts',
      'cart/publication.ts',
      'cart/remembered-keys.ts',
      'workflows/cart-input.ts',
    ]) {
      expect(read(file), file).not.toMatch(/:\s*(Map|Set|Date|bigint)\b/);
    }
  });
});

describe('what runs in a workflow', () => {
  test('holds no state in its modules: they are evaluated once for all carts of a worker', () => {
    const inside = files.filter((file) => /^(cart|contract|workflows)\//.test(file));
    const state = /^(export )?(let|var) |^(export )?const \w+(: [^=]+)? = new (Map|WeakMap|WeakSet|Array)\b/m;
    expect(inside.length).toBeGreaterThan(50);
    expect(inside.filter((file) => state.test(read(file)))).toEqual([]);
  });
});

describe('the tests', () => {
  test('wait for a state, never for a duration', () => {
    const sleepy = /setTimeout\(\s*(r|resolve)\b|\bsleep\(/;
    expect(
      files.filter(
        (file) => file.endsWith('.test.ts') && file !== 'tests/tidy.test.ts' && sleepy.test(read(file)),
      ),
    ).toEqual([]);
  });

  test('all run: none is skipped or singled out', () => {
    const partial = /\b(test|it|describe)\.(skip|only|todo)\b/;
    expect(
      files.filter(
        (file) => file.endsWith('.test.ts') && file !== 'tests/tidy.test.ts' && partial.test(read(file)),
      ),
    ).toEqual([]);
  });
});
