/** docker-compose.yml and the Dockerfile, checked as text: they cannot be run in the test environment. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '../../config.ts';
import { ROOT } from '../../scripts/local/data-folder.ts';
import { PRODUCT_FOLDERS } from '../../scripts/product.ts';

interface Service {
  image?: string;
  build?: string;
  command?: string[];
  ports?: string[];
  container_name?: string;
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
}

const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: object;
};
const services = Object.entries(compose.services);
const dockerfile = read('Dockerfile');

describe('docker-compose.yml', () => {
  it('has the parts of the local stack', () => {
    const names = services.map(([name]) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'postgres',
        'temporal',
        'temporal-ui',
        'migrate',
        'worker',
        'api',
        'payments',
        'inbox',
      ]),
    );
  });

  it.each(services)('pins the image of %s to a whole version', (_name, { image, build }) => {
    expect(image).toMatch(build ? /^cartwright:local$/ : /:\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
  });

  it.each(services)('publishes nothing of %s beyond loopback', (_name, { ports = [] }) => {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it.each(['api', 'worker'])('lets %s run in several replicas', (name) => {
    const { container_name, ports = [] } = compose.services[name] ?? {};
    expect(container_name).toBeUndefined();
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+-\d+:\d+$/);
  });

  it('starts each part after what it needs', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const needed of Object.keys(depends_on))
        expect(compose.services, `${name} needs ${needed}`).toHaveProperty(needed);
    }
    const completed = { condition: 'service_completed_successfully' };
    expect(compose.services['api']?.depends_on).toMatchObject({ 'database-login': completed });
    expect(compose.services['database-login']?.depends_on).toMatchObject({ migrate: completed });
  });

  it('holds no secret, and every one it wants is explained in .env.example', () => {
    const wanted = [...read('docker-compose.yml').matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
    expect(new Set(wanted)).toEqual(
      new Set([
        'POSTGRES_PASSWORD',
        'POSTGRES_SERVICE_PASSWORD',
        'JWT_SECRET',
        'GUEST_TOKEN_KEYS',
        'LINK_TOKEN_KEYS',
        'OWNER_HASH_KEY',
        'WEBHOOK_SECRET',
      ]),
    );
    for (const name of wanted) expect(read('.env.example')).toMatch(new RegExp(`^${name}=$`, 'm'));
  });

  it('sets only what the configuration knows', () => {
    const names = ['api', 'worker', 'payments', 'inbox'];
    const own = names.flatMap((name) => Object.keys(compose.services[name]?.environment ?? {}));
    const unknown = own.filter((name) => !(name in SETTINGS) && !/^(TEMPORAL_|PROBE_PORT$)/.test(name));
    expect(unknown).toEqual([]);
  });

  it('runs the versions of Temporal that npm start builds', () => {
    const build = read('scripts/local/build-temporal.ts');
    expect(build).toContain(`v${compose.services['temporal']?.image?.split(':')[1]}`);
    expect(build).toContain(`v${compose.services['temporal-ui']?.image?.split(':')[1]}`);
  });
});

describe('the Dockerfile', () => {
  it('is pinned, runs without root rights and says when it is healthy', () => {
    expect(dockerfile).toMatch(/^ARG NODE_IMAGE=node:24\.\d+\.\d+-bookworm-slim$/m);
    expect(dockerfile).toMatch(/^USER [1-9]\d*$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK/m);
    expect(dockerfile).not.toMatch(/:latest/);
  });

  it('is given every file that the build compiles', () => {
    const given = read('.dockerignore').match(/^!.+$/gm);
    for (const name of ['*.ts', ...PRODUCT_FOLDERS, 'scripts', 'patches'])
      expect(given).toContain(`!${name}`);
  });

  it('patches what it installs, as npm does where install scripts run', () => {
    const installs = dockerfile.match(/^RUN npm ci.*$/gm) ?? [];
    expect(installs.length).toBeGreaterThan(1);
    for (const install of installs) expect(install).toContain('npx patch-package --error-on-fail');
  });
});
