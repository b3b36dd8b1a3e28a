/**
 * The documentation agrees with the code: generated pages are up to date, links lead somewhere, every code and setting has its
 * place, and what the pages tell people to run exists.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createCheckouts } from '../../api/checkouts.ts';
import { createApi } from '../../api/create-app.ts';
import { createLog } from '../../api/log.ts';
import { createMetrics } from '../../api/metrics.ts';
import { createBulkActionGateway } from '../../api/bulk-action-gateway.ts';
import { createReconcileGateway } from '../../api/reconcile-gateway.ts';
import { createRecoverySignals } from '../../api/recovery-signals.ts';
import { createRetentionGateway } from '../../api/retention-gateway.ts';
import { createOperatorGateway } from '../../api/operator-gateway.ts';
import { createTemporalClient } from '../../api/temporal-client.ts';
import { openApiDocument } from '../../api/openapi.ts';
import { readConfig, SETTINGS } from '../../config.ts';
import { retentionOf } from '../../config-policies.ts';
import { ERRORS } from '../../contract/errors.ts';
import { FEATURES } from '../../contract/features.ts';
import { connect } from '../../database/client.ts';
import { ROOT } from '../../scripts/local/data-folder.ts';
import { PRODUCT_FOLDERS } from '../../scripts/product.ts';
import { generatedPages } from '../../scripts/generate-docs.ts';
import { SEARCH_ATTRIBUTES } from '../../workflows/search-attributes.ts';
import { createCartsInMemory } from '../support/carts-in-memory.ts';

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const pages = [
  'README.md',
  ...readdirSync(path.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => path.join('docs', name)),
];

/** The text of every TypeScript file in these folders. */
const sourcesIn = (folders: readonly string[]): string =>
  folders
    .flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.tsx?$/.test(name))
        .map((name) => read(path.join(folder, name))),
    )
    .join('\n');

/** Headings as the anchors that Markdown viewers make of them. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ +(.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-'),
  );

/** The text of all fenced examples that are commands or code. */
const fences = (text: string): string =>
  [...text.matchAll(/^```(?:sh|js)[^\n]*\n([\s\S]*?)^```/gm)].map(([, code]) => code).join('\n');

const withoutFences = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, '');

const KEY = 'a'.repeat(43);
const ALIASES = /^\/cart\/(add|update|remove|clear)$/;

describe('generated pages', () => {
  test.each(Object.entries(generatedPages()))('docs/%s is up to date (npm run docs)', (name, text) => {
    expect(read(`docs/${name}`)).toBe(text);
  });

  test('name every error code', () => {
    const page = read('docs/reference/errors.md');
    expect(Object.keys(ERRORS).filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });

  test('name no error code that nothing sends', () => {
    const sources = sourcesIn(['api', 'cart', 'workflows']);
    expect(Object.keys(ERRORS).filter((code) => !new RegExp(`['.]${code}\\b`).test(sources))).toEqual([]);
  });

  test('name no setting that nothing reads', () => {
    // Behind the table of settings, config.ts makes something of them.
    const [, behind = ''] = read('config.ts').split('const schema =');
    const sources = [behind, read('config-policies.ts'), sourcesIn(PRODUCT_FOLDERS)].join('\n');
    expect(Object.keys(SETTINGS).filter((name) => !new RegExp(`\\b${name}\\b`).test(sources))).toEqual([]);
  });

  test('name every setting', () => {
    const page = read('docs/reference/configuration.md');
    expect(Object.keys(SETTINGS).filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  test('name every feature that can be switched off', () => {
    const page = read('docs/operating/flags.md');
    expect(Object.keys(FEATURES).filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  });

  test('say of every message what it does', () => {
    const rows = read('docs/reference/messages.md').match(/^\| `\w+` \| (Update|Signal|Query) .*$/gm) ?? [];
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((row) => /\|\s*\|$/.test(row))).toEqual([]);
  });
});

describe('pages for operators', () => {
  test('name every search attribute: where Temporal lets nobody register them, people do', () => {
    const names = SEARCH_ATTRIBUTES.map(({ name }) => name);
    for (const page of ['docs/start.md', 'docs/operating/observe.md']) {
      const text = read(page);
      expect(
        names.filter((name) => !text.includes(`\`${name}\``)),
        page,
      ).toEqual([]);
    }
  });

  test('name every alarm', () => {
    const raised = sourcesIn(['database', 'worker', 'workflows']).matchAll(/kind: '(\w+)',\s*subject/g);
    const kinds = [...raised].map(([, kind = '']) => kind);
    const text = read('docs/operating/payments.md');
    expect(kinds.length).toBeGreaterThan(5);
    expect(kinds.filter((kind) => !text.includes(`| \`${kind}\` |`))).toEqual([]);
  });

  test('name every metric of ours', () => {
    const made = sourcesIn(['api', 'worker']).matchAll(/create(?:Counter|Histogram|\w*Gauge)\(\s*'(\w+)'/g);
    const metrics = [...made].map(([, name = '']) => name);
    const text = pages.map(read).join('\n');
    expect(metrics.length).toBeGreaterThan(20);
    expect(metrics.filter((name) => !text.includes(name))).toEqual([]);
  });
});

const isBroken = (page: string, link: string): boolean => {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : path.join(path.dirname(page), file);
  if (!existsSync(path.join(ROOT, target))) return true;
  return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
};

describe('links', () => {
  test('lead to a file and a heading', () => {
    const broken = pages.flatMap((page) =>
      [...withoutFences(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^[a-z]+:/.test(link) && isBroken(page, link))
        .map((link) => `${page}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  test('lead from the index to every page', () => {
    const reached = new Set(['README.md', 'docs/README.md']);
    for (const page of reached) {
      for (const [, link = ''] of read(page).matchAll(/\]\(([^)#\s]+\.md)/g)) {
        const target = path.join(path.dirname(page), link);
        if (existsSync(path.join(ROOT, target))) reached.add(target);
      }
    }
    expect(pages.filter((page) => !reached.has(page))).toEqual([]);
  });
});

/** The contract, from an app that is never asked anything. */
async function contractPaths(): Promise<string[]> {
  const config = readConfig({
    GUEST_TOKEN_KEYS: `k1:${KEY}`,
    LINK_TOKEN_KEYS: `k1:${KEY}`,
    OWNER_HASH_KEY: KEY,
    LOG_LEVEL: 'silent',
  });
  const sql = connect('postgres://127.0.0.1:1/none', { max: 1, name: 'docs' });
  const metrics = createMetrics();
  const nowhere = { client: createTemporalClient('127.0.0.1:1'), taskQueue: 'none' };
  const operatorGateway = createOperatorGateway(nowhere);
  const bulkActions = createBulkActionGateway(nowhere);
  const checkouts = createCheckouts(config, metrics, sql, nowhere);
  const log = createLog(config);
  const { app } = createApi({
    config,
    carts: createCartsInMemory(),
    checkouts,
    operatorGateway,
    bulkActions,
    reconcile: createReconcileGateway(nowhere, config.IDLE_TICK),
    recoverySignals: createRecoverySignals(nowhere, metrics),
    retention: createRetentionGateway(nowhere, retentionOf(config)),
    sql,
    log,
    metrics,
  });
  const { paths } = openApiDocument(app);
  await Promise.all([sql.end(), metrics.close()]);
  return Object.keys(paths ?? {});
}

describe('what pages tell people to run', () => {
  let paths: string[];
  beforeAll(async () => {
    paths = await contractPaths();
  });

  test('npm scripts exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/\bnpm (?:(start|test)\b|run (?:--silent )?([a-z:-]+))/g)].map(
        ([, short, long]) => `${page}: ${short ?? long}`,
      ),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !((name.split(': ')[1] ?? '') in scripts))).toEqual([]);
  });

  test('requests go to routes of the contract', () => {
    const known = [...paths, '/openapi.json', '/docs'].map(
      (route) => new RegExp(`^${route.replace(/\./g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
    );
    const asked = pages.flatMap((page) =>
      [...fences(read(page)).matchAll(/(?:\$A|127\.0\.0\.1:3000|EventSource\('|fetch\(')(\/[^\s'"?]+)/g)].map(
        ([, route = '']) => ({ page, route }),
      ),
    );
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter(({ route }) => !known.some((pattern) => pattern.test(route)))).toEqual([]);
  });

  test('README names every route that is no alias', () => {
    const readme = read('README.md');
    const missing = paths.filter((route) => !readme.includes(route) && !ALIASES.test(route));
    expect(missing).toEqual([]);
  });
});
