/** Requests that must be refused, each with the code of the catalogue that it gets. */
import type { ErrorCode } from '../../../contract/errors.ts';
import type { RawRequest } from './raw-http.ts';

export type BadRequest = [title: string, code: ErrorCode, request: RawRequest];

const JSON_TYPE = { 'content-type': 'application/json' };

const post = (
  body: string | Buffer | Buffer[],
  headers: Record<string, string | string[]> = JSON_TYPE,
): RawRequest => ({
  method: 'POST',
  path: '/cart/items',
  headers,
  body,
});

const item = (members: string): RawRequest => post(`{"sku":"T-A","quantity":1,${members}}`);
const quantity = (text: string): RawRequest => post(`{"sku":"T-A","quantity":${text}}`);
const sku = (text: string): RawRequest => post(JSON.stringify({ sku: text, quantity: 1 }));
const keyed = (key: string | string[]): RawRequest =>
  post('{"sku":"T-A","quantity":1}', { ...JSON_TYPE, 'idempotency-key': key });
const patch = (body: string, line = 'l1'): RawRequest => ({
  method: 'PATCH',
  path: `/cart/items/${line}`,
  headers: JSON_TYPE,
  body,
});
const batch = (body: string): RawRequest => ({
  method: 'POST',
  path: '/cart/batch',
  headers: JSON_TYPE,
  body,
});
const operations = (count: number): string =>
  JSON.stringify({
    atomic: true,
    operations: Array(count).fill({ type: 'addItem', sku: 'T-A', quantity: 1 }),
  });
const nested = (depth: number): string =>
  `{"sku":"T-A","quantity":1,"options":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;

const SCHEMA: BadRequest[] = [
  ['no body', 'invalid_json', post('')],
  ['text that is not JSON', 'invalid_json', post('sku=T-A')],
  ['JSON that ends early', 'invalid_json', post('{"sku":"T-A"')],
  ['a key that stands twice', 'invalid_json', item('"quantity":2')],
  ['__proto__', 'invalid_json', item('"__proto__":{"quantity":5}')],
  ['constructor', 'invalid_json', item('"options":{"constructor":"x"}')],
  ['an escaped prototype key', 'invalid_json', item('"\\u005f_proto__":{}')],
  ['17 levels of nesting', 'invalid_json', post(nested(17))],
  ['60,000 open brackets', 'invalid_json', post('['.repeat(60_000))],
  ['bytes that are not UTF-8', 'invalid_json', post(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]))],
  ['half of a character', 'invalid_json', item('"options":{"engraving":"\\ud800"}')],
  ['a list instead of an object', 'validation_failed', post('[]')],
  ['null', 'validation_failed', post('null')],
  ['no SKU', 'validation_failed', post('{"quantity":1}')],
  ['an unknown field', 'validation_failed', item('"colour":"red"')],
  ['a price', 'validation_failed', item('"unitPrice":1')],
  ['product facts', 'validation_failed', item('"facts":{"unitPrice":1}')],
  ...['0', '-1', '1000', '1.5', '"1"', 'null', 'true', '1e999', '[1]'].map(
    (text): BadRequest => [`quantity ${text}`, 'validation_failed', quantity(text)],
  ),
  ...['', ' T-A', 'T A', "T-A'; DROP TABLE carts", '../T-A', 'T\u0000A', 'x'.repeat(65)].map(
    (text): BadRequest => [`SKU ${JSON.stringify(text).slice(0, 30)}`, 'validation_failed', sku(text)],
  ),
  ['a number as attribute', 'validation_failed', item('"attributes":{"gift":1}')],
  ['NUL in an attribute', 'validation_failed', item('"attributes":{"gift":"\\u0000"}')],
  ['an attribute of 501 characters', 'validation_failed', item(`"attributes":{"gift":"${'x'.repeat(501)}"}`)],
  ['nested options', 'validation_failed', item('"options":{"a":{"b":1}}')],
  ['a line id that cannot be', 'validation_failed', patch('{"quantity":1}', 'L1')],
  ['an empty change', 'validation_failed', patch('{}')],
  ['an unknown operation', 'validation_failed', batch('{"atomic":true,"operations":[{"type":"merge"}]}')],
  ['no operations', 'validation_failed', batch('{"atomic":true,"operations":[]}')],
  ['51 operations', 'validation_failed', batch(operations(51))],
  ['consistency=weak', 'validation_failed', { path: '/cart?consistency=weak' }],
  ['limit=0', 'validation_failed', { path: '/products?limit=0' }],
  ['a cursor that is none', 'validation_failed', { path: '/products?cursor=%25' }],
];

const PROTOCOL: BadRequest[] = [
  [
    'a form',
    'unsupported_media_type',
    post('sku=T-A', { 'content-type': 'application/x-www-form-urlencoded' }),
  ],
  [
    'plain text',
    'unsupported_media_type',
    post('{"sku":"T-A","quantity":1}', { 'content-type': 'text/plain' }),
  ],
  ['no media type', 'unsupported_media_type', post('{"sku":"T-A","quantity":1}', {})],
  ['gzip', 'unsupported_media_type', post('x', { ...JSON_TYPE, 'content-encoding': 'gzip' })],
  ['UTF-16', 'unsupported_media_type', post('{}', { 'content-type': 'application/json; charset=utf-16' })],
  ['65 KiB', 'payload_too_large', post(`{"sku":"${'x'.repeat(65 * 1024)}"}`)],
  ['65 KiB in chunks', 'payload_too_large', post(Array<Buffer>(65).fill(Buffer.alloc(1_024, 0x20)))],
  ['an unknown address', 'route_not_found', { path: '/basket' }],
  ['a method that the address does not take', 'method_not_allowed', { method: 'POST', path: '/cart' }],
  ['If-Match that is no version', 'invalid_header', { method: 'DELETE', headers: { 'if-match': 'seven' } }],
  ['an empty key', 'idempotency_key_invalid', keyed('')],
  ['a key of 256 characters', 'idempotency_key_invalid', keyed('k'.repeat(256))],
  ['a key in Latin-1', 'idempotency_key_invalid', keyed('cl\u00e9')],
  ['a key with a tab', 'idempotency_key_invalid', keyed('a\tb')],
  ['a key with an open quote', 'idempotency_key_invalid', keyed('"open')],
  ['two keys', 'idempotency_key_invalid', keyed(['one', 'two'])],
  ['a broken token', 'token_invalid', { headers: { authorization: 'Bearer x' } }],
];

const BUSINESS: BadRequest[] = [
  ['a product that nobody sells', 'sku_unknown', sku('T-NEVER')],
  ['what is no longer sold', 'sku_unavailable', sku('T-OFF')],
  ['more than there is', 'out_of_stock', post('{"sku":"T-TEN","quantity":11}')],
  ['more than 999 of one line', 'quantity_limit', post('{"sku":"T-B","quantity":999}')],
  ['no options where some are required', 'options_invalid', sku('T-CUSTOM')],
  ['options that nobody offers', 'options_invalid', item('"options":{"colour":"red"}')],
  ['a line that is not there', 'line_not_found', patch('{"quantity":1}', 'l99')],
  ['a version that has passed', 'version_conflict', { method: 'DELETE', headers: { 'if-match': '"0"' } }],
  ['an operation of nobody', 'operation_not_found', { path: '/cart/operations/never' }],
  ['a product page of nothing', 'product_not_found', { path: '/products/T-NEVER' }],
];

export const BAD_REQUESTS: readonly BadRequest[] = [...SCHEMA, ...PROTOCOL, ...BUSINESS];
