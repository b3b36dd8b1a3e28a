/** The import table of docs/concepts/architecture.md as rules: what each folder may import, and the cure where it does not. */
const only = (folder, allowed, cure) => ({
  name: `${folder}-imports`,
  severity: 'error',
  comment: cure,
  from: { path: `^${folder}/` },
  to: { pathNot: [`^${folder}/`, ...allowed], path: '.' },
});

const builtins =
  '^(node:)?(assert|buffer|child_process|crypto|fs|http|https|module|net|os|path|readline|stream|timers|url|util|worker_threads)';
const packages = (...names) => names.map((name) => `node_modules/${name}`);

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Split the shared part out.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only('contract', [], 'contract/ is what crosses process borders: types and constants, no imports.'),
    only(
      'cart',
      ['^contract/'],
      'cart/ holds pure rules: no packages, no Node, no database. Pass what you need as an argument.',
    ),
    {
      name: 'workflows-types-of-activities',
      severity: 'error',
      comment: 'Workflows may only `import type` activities: the code runs in the worker.',
      from: { path: '^workflows/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    only(
      'workflows',
      ['^cart/', '^contract/', '^activities/', ...packages('@temporalio/workflow', '@temporalio/common')],
      'Workflows import rules and messages only; a library here is paid for by every cached cart.',
    ),
    only(
      'payments',
      ['^contract/', '^config\\.ts$', builtins, ...packages('stripe', 'zod')],
      'payments/ speaks to payment providers: no database, no workflows, no HTTP of ours.',
    ),
    only(
      'mail',
      [
        '^contract/',
        '^config\\.ts$',
        '^signing-keys\\.ts$',
        builtins,
        ...packages('nodemailer', '@types/nodemailer', 'hono', 'zod'),
      ],
      'mail/ writes and sends mails: no database, no workflows, no routes.',
    ),
    only(
      'test-payments',
      [
        '^contract/',
        '^database/client\\.ts$',
        '^payments/(test-webhooks|standard-webhooks)\\.ts$',
        '^config\\.ts$',
        builtins,
        ...packages('hono', '@hono/', 'zod', 'pino', 'standardwebhooks', 'postgres'),
      ],
      'The test provider stands for a foreign company: it shares the event format with the shop and nothing else.',
    ),
    only(
      'test-inbox',
      ['^config\\.ts$', builtins, ...packages('hono', '@hono/', 'pino', 'smtp-server', 'postal-mime')],
      'The test inbox stands for foreign mail servers and programs: it knows mails, and nothing of the shop.',
    ),
    only(
      'activities',
      ['^contract/', '^cart/', '^database/', '^payments/', ...packages('@temporalio/', 'postgres', 'pino')],
      'Activities do effects; they know neither workflows nor the API.',
    ),
    only(
      'database',
      ['^contract/', '^cart/', '^config\\.ts$', builtins, ...packages('postgres')],
      'SQL by subject; no rules and no HTTP here.',
    ),
    only(
      'worker',
      [
        '^activities/',
        '^contract/',
        '^database/',
        '^payments/',
        '^mail/',
        '^config\\.ts$',
        '^config-policies\\.ts$',
        '^log\\.ts$',
        '^temporal\\.config\\.ts$',
        '^workflows/(messages|read-model-sink|search-attributes)\\.ts$',
        builtins,
        ...packages('@temporalio/', '@opentelemetry/', 'pino'),
      ],
      'The worker puts parts together; workflows come in by path.',
    ),
    only(
      'api',
      [
        '^contract/',
        '^cart/',
        '^workflows/(messages|checkout-messages|bulk-messages|reconcile-messages|search-attributes|cart-input|cart-workflow)\\.ts$',
        '^database/',
        '^payments/',
        '^mail/',
        '^config\\.ts$',
        '^config-policies\\.ts$',
        '^log\\.ts$',
        '^signing-keys\\.ts$',
        '^temporal\\.config\\.ts$',
        builtins,
        ...packages(''),
      ],
      'The API speaks to carts by messages: no activities, no worker.',
    ),
    only(
      'operations',
      [
        '^contract/',
        '^cart/',
        '^config\\.ts$',
        '^scripts/local/',
        builtins,
        ...packages('commander', 'jose'),
      ],
      'cartctl speaks to the admin API only; whatever it needs of the shop is a route.',
    ),
    {
      name: 'one-gateway',
      severity: 'error',
      comment: 'Only the gateways (api/carts.ts and their parts) talk to Temporal.',
      from: {
        path: '^api/',
        pathNot:
          '^api/(carts|cart-merging|checkouts|cart-start|insist|ask-temporal|temporal-client|temporal-errors|messages-for-requests|operator-gateway|bulk-action-gateway|reconcile-gateway|retention-gateway|start-on-demand|recovery-signals|main)\\.ts$',
      },
      to: { path: ['node_modules/@temporalio/', '^workflows/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|\\.build|\\.data)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['main', 'types'],
    },
  },
};
