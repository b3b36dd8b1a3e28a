/**
 * The cells of the CSRF matrix: who a request comes from by credential, page and content type; and which of them http-api.md lets pass.
 * The rule stands here a second time, in the words of the contract, so that the guard is not held against itself.
 */

const ALLOWED_ORIGIN = 'https://shop.example';
const OWN_ORIGIN = 'http://localhost';

/** How the caller is known. `hasCookie`: the browser sends it by itself, whoever wrote the page. */
export interface Credential {
  name: string;
  kind: 'cookie' | 'token' | 'none';
  headers: Record<string, string>;
}

export interface Cell {
  credential: Credential;
  site: string | undefined;
  origin: string | undefined;
  type: string | undefined;
}

const SITES = [
  'same-origin',
  'same-site',
  'cross-site',
  'none',
  'junk',
  'same-origin, cross-site',
  undefined,
];

const ORIGINS = [
  ALLOWED_ORIGIN,
  OWN_ORIGIN,
  'null',
  'https://evil.example',
  'https://x.shop.example',
  'https://shop.example.evil.example',
  'https://shop.example:444',
  undefined,
];

const TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/problem+json',
  'text/json',
  undefined,
];

/** What a form of another site can send, and what it cannot. */
const FEW_TYPES = ['application/json', 'text/plain'];

export const isJson = (type: string | undefined): boolean => type?.startsWith('application/json') ?? false;

/** Every credential kind that holds the guest's cookie, and those that do not. */
export function credentials(token: string, customer: string): Credential[] {
  const cookie = `__Host-cart=${token}`;
  const authorization = `Bearer ${customer}`;
  return [
    { name: 'the cookie', kind: 'cookie', headers: { cookie } },
    { name: 'the cookie among others', kind: 'cookie', headers: { cookie: `a=1; ${cookie}; b=2` } },
    { name: 'the cookie twice', kind: 'cookie', headers: { cookie: `${cookie}; ${cookie}` } },
    { name: 'a forged cookie', kind: 'cookie', headers: { cookie: `${cookie.slice(0, -2)}xx` } },
    { name: 'cookie and customer token', kind: 'cookie', headers: { cookie, authorization } },
    { name: 'cookie and Cart-Token', kind: 'cookie', headers: { cookie, 'cart-token': token } },
    { name: 'a customer token', kind: 'token', headers: { authorization } },
    { name: 'a Cart-Token', kind: 'token', headers: { 'cart-token': token } },
    { name: 'nothing', kind: 'none', headers: {} },
  ];
}

/** All types with the plain cookie, which is what an attacker has; two with everything else. */
export function cellsOf(all: readonly Credential[]): Cell[] {
  return all.flatMap((credential, index) =>
    SITES.flatMap((site) =>
      ORIGINS.flatMap((origin) =>
        (index === 0 ? TYPES : FEW_TYPES).map((type) => ({ credential, site, origin, type })),
      ),
    ),
  );
}

const isKnown = (origin: string | undefined): boolean => origin === ALLOWED_ORIGIN || origin === OWN_ORIGIN;

/** "only with Sec-Fetch-Site: same-origin, or, where that header is absent, an Origin on the allow-list, or neither header at all". */
export function mayPass({ credential, site, origin }: Cell): boolean {
  if (credential.kind === 'token') return true;
  const isOurs = site === 'same-origin' || (site === undefined && (origin === undefined || isKnown(origin)));
  if (credential.kind === 'cookie') return isOurs;
  // Nobody yet: there is no cart to harm. A storefront of the list may begin one; so may somebody who typed the address.
  return isOurs || site === 'none' || origin === ALLOWED_ORIGIN;
}

export const headersOf = ({ credential, site, origin, type }: Cell): Record<string, string> => ({
  ...credential.headers,
  ...(site === undefined ? {} : { 'sec-fetch-site': site }),
  ...(origin === undefined ? {} : { origin }),
  ...(type === undefined ? {} : { 'content-type': type }),
});

export const describeCell = ({ credential, site, origin, type }: Cell): string =>
  `${credential.name}, Sec-Fetch-Site ${site ?? '(none)'}, Origin ${origin ?? '(none)'}, ${type ?? 'no type'}`;
