/**
 * What `npm start` shows when all is up: where things are, three requests to try, how to stop.
 */
import { join, relative } from 'node:path';
import type { Paint } from './reporter.ts';
import type { StackInfo } from './start-stack.ts';

/** The text, with a newline at both ends. */
export function welcome(stack: StackInfo, paint: Paint): string {
  const api = stack.api[0] ?? '';
  const rows: [string, string][] = [
    ['API', stack.api.join('  ')],
    ['Reference', `${api}/docs`],
    [
      'Temporal UI',
      stack.temporal.ui ?? (stack.temporal.isYours ? 'with your Temporal server' : 'not running'),
    ],
    ['Test payments', stack.payments],
    ['Inbox', stack.mail],
    ['PostgreSQL', withoutPassword(stack.database)],
    ['Data and logs', logsOf(stack.data)],
  ];
  const table = rows.map(([name, place]) => `  ${paint.dim(name.padEnd(14))} ${paint.cyan(place)}`);
  const tries = examples(api, stack.sampleSku).map(
    ([comment, line]) => `  ${paint.dim(`# ${comment}`)}\n  ${line}`,
  );
  return [
    '',
    ...table,
    '',
    `  ${paint.bold('Try it')}`,
    ...tries,
    '',
    `  ${paint.dim('Ctrl-C stops everything; the carts stay.')}`,
    '',
    '',
  ].join('\n');
}

function examples(api: string, sku: string): [string, string][] {
  return [
    ['what is for sale', `curl ${api}/products`],
    [
      'put two into a cart; the jar keeps the cookie that names the cart',
      `curl -b jar -c jar ${api}/cart/items -H 'content-type: application/json' -d '{"sku":"${sku}","quantity":2}'`,
    ],
    ['read the cart', `curl -b jar ${api}/cart`],
  ];
}

function withoutPassword(url: string): string {
  const parsed = new URL(url);
  parsed.password = '';
  return parsed.href;
}

function logsOf(data: string): string {
  const near = relative(process.cwd(), join(data, 'logs'));
  return near.startsWith('..') ? join(data, 'logs') : near;
}
