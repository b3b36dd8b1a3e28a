/**
 * The contract, to read: /openapi.json, the reference page at /docs with every asset served from here, and a word about each error
 * code at the address that problems carry as their `type`.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
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

/** One file of 3.6 MB, read and compressed once, when somebody first asks for it. */
async function loadScalar(): Promise<{ plain: Uint8Array; zipped: Uint8Array }> {
  const entry = createRequire(import.meta.url).resolve('@scalar/api-reference/browser/standalone.js');
  const plain = await readFile(entry);
  return { plain, zipped: await promisify(gzip)(plain) };
}

function scalarScript(): (acceptsGzip: boolean) => Promise<Reply> {
  let loading: ReturnType<typeof loadScalar> | undefined;
  return async (acceptsGzip) => {
    loading ??= loadScalar().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    const { plain, zipped } = await loading;
    const headers = { 'cache-control': 'public, max-age=86400', vary: 'Accept-Encoding' };
    const type = 'text/javascript';
    return acceptsGzip
      ? { status: 200, type, body: zipped, headers: { ...headers, 'content-encoding': 'gzip' } }
      : { status: 200, type, body: plain, headers };
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
  defineRoute(router, hidden('/docs/scalar.js', 'docsScript'), ({ c }) =>
    script(/\bgzip\b/.test(c.req.header('accept-encoding') ?? '')),
  );
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
