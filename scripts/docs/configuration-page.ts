/** docs/reference/configuration.md: every setting of config.ts with its form, default and one line of prose. */
import { z } from 'zod';
import { SETTINGS } from '../../config.ts';
import { GENERATED, table } from './markdown.ts';

type Setting = keyof typeof SETTINGS;

interface Schema {
  type?: string;
  default?: string | number;
  description?: string;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  format?: string;
}

const DURATION = /^\d+(ms|s|m|h|d)$/;

/** What may be written, in a few words. */
function formOf({
  enum: values,
  type,
  minimum,
  maximum,
  minLength,
  format,
  default: fallback,
}: Schema): string {
  if (values?.includes('true')) return 'true, false';
  if (values) return values.join(', ');
  if (type === 'integer') return `${minimum} to ${maximum}`;
  if (format === 'uri') return 'URL';
  if (minLength !== undefined && minLength > 1) return `text, ${minLength} or more`;
  return DURATION.test(String(fallback)) ? 'duration' : 'text';
}

const HEAD = `${GENERATED}

# Configuration

Settings come from the environment. An empty variable counts as absent; a wrong value ends the process at start with one
sentence for each mistake. Durations read \`250ms\`, \`3s\`, \`15m\`, \`24h\`, \`7d\`. API and worker read the same settings.

The limits and delays of a cart go into its workflow when it is made: a changed value holds for new carts, and for none that
lives.
`;

const TAIL = `
## Temporal

Address, namespace and credentials come from Temporal's own variables, or from a TOML profile. The file \`temporal.config.ts\` reads
them by \`@temporalio/envconfig\`; without any of them the address is \`127.0.0.1:7233\` and the namespace \`default\`.

| variable | meaning |
|---|---|
| \`TEMPORAL_ADDRESS\` | \`host:port\` of the server |
| \`TEMPORAL_NAMESPACE\` | namespace |
| \`TEMPORAL_API_KEY\` | API key (Temporal Cloud); switches TLS on |
| \`TEMPORAL_TLS\` | \`true\` or \`false\` |
| \`TEMPORAL_TLS_CLIENT_CERT_PATH\`, \`TEMPORAL_TLS_CLIENT_KEY_PATH\` | client certificate (mTLS) |
| \`TEMPORAL_TLS_SERVER_CA_CERT_PATH\`, \`TEMPORAL_TLS_SERVER_NAME\` | what the server must show |
| \`TEMPORAL_CONFIG_FILE\`, \`TEMPORAL_PROFILE\` | a TOML file with profiles, and which one |

## Local stack

\`npm start\` and \`npm run stack\` make \`JWT_SECRET\`, \`GUEST_TOKEN_KEYS\`, \`LINK_TOKEN_KEYS\`, \`OWNER_HASH_KEY\` and \`WEBHOOK_SECRET\` once for each data folder, and keep them in its
\`secrets.json\`. What the environment says wins.

| variable | meaning |
|---|---|
| \`DATABASE_URL\` | use this PostgreSQL instead of starting one |
| \`TEMPORAL_ADDRESS\` | use this Temporal server instead of starting one |
| \`CARTWRIGHT_CACHE\` | where built and downloaded servers are kept; by default \`cartwright\` in \`XDG_CACHE_HOME\` or \`~/.cache\` |
`;

export function configurationPage(): string {
  const rows = (Object.keys(SETTINGS) as Setting[]).map((name) => {
    const schema = z.toJSONSchema(SETTINGS[name], { io: 'input', unrepresentable: 'any' }) as Schema;
    const fallback = schema.default === undefined || schema.default === '' ? '' : `\`${schema.default}\``;
    return [`\`${name}\``, formOf(schema), fallback, schema.description ?? ''];
  });
  return `${HEAD}\n${table(['setting', 'form', 'default', 'meaning'], rows)}\n${TAIL}`;
}
