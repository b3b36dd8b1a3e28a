/**
 * The contract, to read: /openapi.json, the reference page at /docs with every asset served from here, and a word about each error
 * code at the address that problems carry as their `type`.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { z } from '@hono/zod-openapi';
import { ERRORS, isErrorCode } from '../../contract/errors.ts';
import { defineRoute, type Router } from '../define-route.ts';
import { openApiDocument } from '../openapi.ts';
import { Problem } from '../problem.ts';
import { json, type Reply } from '../reply.ts';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cartwright: API reference</title>
<link rel="icon" href="data:,">
</head>
<body>
<div id="reference"></div>
<noscript>The contract as JSON: <a href="/openapi.json">/openapi.json</a></noscript>
<script src="/docs/scalar.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/** Quiet and complete without a network: no fonts, telemetry, agents or registries of the maker's. */
const START = `Scalar.createApiReference('#reference', {
  url: '/openapi.json',
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showDeveloperTools: 'never',
  agent: { disabled: true },
  mcp: { disabled: true },
  defaultOpenAllTags: true,
});
`;

/** The page's scripts come from here alone; its styles are written by its script. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const page = (body: string, type: string): Reply => ({
  status: 200,
  type,
  body,
  headers: { 'content-security-policy': PAGE_POLICY, 'cache-control': 'no-cache' },
});

/** One file of 3.6 MB, read once, when somebody first asks for it. To compress it is a proxy's work. */
function scalarScript(): () => Promise<Reply> {
  let loading: Promise<Uint8Array> | undefined;
  const load = () =>
    readFile(createRequire(import.meta.url).resolve('@scalar/api-reference/browser/standalone.js'));
  return async () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    const headers = { 'cache-control': 'public, max-age=86400' };
    return { status: 200, type: 'text/javascript', body: await loading, headers };
  };
}

const hidden = (path: string, operationId: string) => ({
  method: 'get' as const,
  path,
  operationId,
  tag: 'Reference',
  summary: '',
  access: 'open' as const,
  answers: {},
  isHidden: true,
});

export function referenceRoutes(router: Router): void {
  let contract: string | undefined;
  const script = scalarScript();
  defineRoute(router, hidden('/openapi.json', 'contract'), () => {
    // Made once: the routes do not change while the process runs.
    contract ??= JSON.stringify(openApiDocument(router.app));
    return { status: 200, body: contract, headers: { 'cache-control': 'no-cache' } };
  });
  defineRoute(router, hidden('/docs', 'docs'), () => page(PAGE, 'text/html'));
  defineRoute(router, hidden('/docs/start.js', 'docsStart'), () => page(START, 'text/javascript'));
  defineRoute(router, hidden('/docs/scalar.js', 'docsScript'), script);
  defineRoute(router, hidden('/', 'root'), () =>
    json(200, {
      name: 'Cartwright',
      docs: '/docs',
      contract: '/openapi.json',
      cart: '/cart',
      products: '/products',
    }),
  );
  defineRoute(
    router,
    { ...hidden('/errors/{code}', 'errorCode'), params: z.object({ code: z.string() }) },
    ({ params: { code } }) => {
      if (!isErrorCode(code)) throw new Problem('route_not_found', 'There is no error of this code.');
      return json(200, { code, ...ERRORS[code] });
    },
  );
}
