/**
 * Who is calling, and whose cart is meant: a customer by JWT, a guest by cookie or `Cart-Token`, or nobody yet. The JWT decides where
 * several arrive. Ids and logs carry a keyed hash, never the customer's name.
 */
import { createHmac } from 'node:crypto';
import type { Config } from '../../config.ts';
import { CART_TOKEN, GUEST_COOKIE, INSECURE_GUEST_COOKIE } from '../../contract/headers.ts';
import { cartWorkflowId } from '../../temporal.config.ts';
import type { CartOwner } from '../carts.ts';
import type { Exchange } from '../exchange.ts';
import { hasCookie, readCookie } from '../headers/cookies.ts';
import { headerValues } from '../headers/raw-headers.ts';
import { Problem } from '../problem.ts';
import type { AccountClaims } from './account-claims.ts';
import type { Customer, VerifyCustomer } from './customer-token.ts';
import type { GuestTokens } from './guest-token.ts';

/** A guest's cart that a customer has brought along from before the login. */
export interface CarriedGuest {
  owner: CartOwner;
  via: 'cookie' | 'header';
}

export interface Caller {
  kind: 'customer' | 'guest';
  /** How the credential came; `none`: nobody yet, a guest to be made with the first write. */
  via: 'jwt' | 'cookie' | 'header' | 'none';
  owner?: CartOwner;
  guestId?: string;
  /** Of a customer: the source of a merge, and nothing else. A token that is no good is none here. */
  guest?: CarriedGuest;
  /** The guest token was signed with an older key and goes out again with the newest. */
  needsNewToken: boolean;
  /** A guest cookie came along, whatever decided in the end: the CSRF guard looks at this. */
  hasCookie: boolean;
  /** Epoch ms at which a customer's token ends. */
  expiresAt?: number;
  /** What a customer's token says about mails. */
  account?: AccountClaims;
  /** On operators' routes: `operator:` and a hash, as the audit trail has it. */
  operator?: string;
}

export interface Identity {
  identify(c: Exchange): Promise<Caller>;
  /**
   * By JWT alone: no cookie or guest token ever opens anything here. Rejects with `unauthenticated` without a credential, with
   * `forbidden` for any but an operator's.
   */
  identifyOperator(c: Exchange): Promise<Caller & { operator: string }>;
  /** The pseudonym of a customer, by the `sub` of their tokens. */
  hashOfCustomer(subject: string): string;
  /** A new guest in the place of nobody, or of a guest whose cart has ended. */
  mintGuest(caller: Caller): Caller & { owner: CartOwner };
  readonly cookieName: string;
}

/** The role, in the claim `roles`, that opens /admin. */
const OPERATOR = 'operator';

const notOperator = (): Problem => new Problem('forbidden', 'Only operators may do this.');

const BEARER = /^Bearer +([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)$/i;

export interface IdentityParts {
  config: Pick<Config, 'OWNER_HASH_KEY' | 'COOKIE_SECURE' | 'JWT_ISSUER'>;
  guestTokens: GuestTokens;
  verifyCustomer: VerifyCustomer;
}

/** Genuine tokens of late: two keyed hashes less for each request. A guest token does not expire by itself, nor do keys change while the process runs. */
const KNOWN_GUESTS_MAX = 10_000;

interface KnownGuest {
  guestId: string;
  isCurrent: boolean;
  owner: CartOwner;
}

/** Throws without OWNER_HASH_KEY: ids made without it could be guessed from a customer's name. */
export function createIdentity({ config, guestTokens, verifyCustomer }: IdentityParts): Identity {
  if (config.OWNER_HASH_KEY === undefined) {
    throw new Error('OWNER_HASH_KEY is not set; cart ids cannot be made without it.');
  }
  const hashKey = Buffer.from(config.OWNER_HASH_KEY, 'base64url');
  const cookieName = config.COOKIE_SECURE ? GUEST_COOKIE : INSECURE_GUEST_COOKIE;
  const hash = (text: string) => createHmac('sha256', hashKey).update(text).digest('base64url').slice(0, 32);

  const customerOwner = ({ issuer, subject }: Pick<Customer, 'issuer' | 'subject'>): CartOwner => {
    const ownerHash = hash(`customer:${issuer}\n${subject}`);
    return { kind: 'customer', workflowId: cartWorkflowId('customer', ownerHash), ownerHash };
  };
  const guestOwner = (guestId: string): CartOwner => ({
    kind: 'guest',
    workflowId: cartWorkflowId('guest', guestId),
    ownerHash: hash(`guest:${guestId}`),
  });

  async function verify(authorization: string): Promise<Customer> {
    const [, token] = BEARER.exec(authorization) ?? [];
    if (token === undefined) throw new Problem('token_invalid', 'Send Authorization: Bearer <token>.');
    return await verifyCustomer(token);
  }

  async function byToken(c: Exchange, authorization: string, carriesCookie: boolean): Promise<Caller> {
    const customer = await verify(authorization);
    const { expiresAt, account } = customer;
    const owner = customerOwner(customer);
    const guest = carriedGuest(c);
    return {
      kind: 'customer',
      via: 'jwt',
      owner,
      needsNewToken: false,
      hasCookie: carriesCookie,
      expiresAt,
      ...(account ? { account } : {}),
      ...(guest ? { guest } : {}),
    };
  }

  const known = new Map<string, KnownGuest>();

  function verifyGuest(token: string): KnownGuest | undefined {
    const guest = guestTokens.verify(token);
    if (!guest) return undefined;
    if (known.size >= KNOWN_GUESTS_MAX) known.clear();
    const fresh = { ...guest, owner: guestOwner(guest.guestId) };
    known.set(token, fresh);
    return fresh;
  }

  function carriedGuest(c: Exchange): CarriedGuest | undefined {
    const [cartToken] = headerValues(c, CART_TOKEN.toLowerCase());
    const via = cartToken === undefined ? ('cookie' as const) : ('header' as const);
    const token = cartToken ?? readCookie(c.req.header('cookie'), cookieName);
    const guest = token === undefined ? undefined : (known.get(token) ?? verifyGuest(token));
    return guest && { owner: guest.owner, via };
  }

  function byGuestToken(token: string, via: 'cookie' | 'header', carriesCookie: boolean): Caller | undefined {
    const guest = known.get(token) ?? verifyGuest(token);
    if (!guest) return undefined;
    const { guestId, isCurrent, owner } = guest;
    return { kind: 'guest', via, owner, guestId, needsNewToken: !isCurrent, hasCookie: carriesCookie };
  }

  const identity: Identity = {
    cookieName,
    async identify(c) {
      const cookies = c.req.header('cookie');
      const carriesCookie = hasCookie(cookies, cookieName);
      const authorization = c.req.header('authorization');
      if (authorization !== undefined) return await byToken(c, authorization, carriesCookie);
      const [cartToken, second] = headerValues(c, CART_TOKEN.toLowerCase());
      if (cartToken !== undefined) {
        const caller = second === undefined ? byGuestToken(cartToken, 'header', carriesCookie) : undefined;
        if (!caller)
          throw new Problem('token_invalid', 'The Cart-Token is not valid; drop it and start anew.');
        return caller;
      }
      const cookie = readCookie(cookies, cookieName);
      const guest = cookie === undefined ? undefined : byGuestToken(cookie, 'cookie', carriesCookie);
      // A forged or broken cookie is no cookie: the shopper goes on with a new cart instead of an error.
      return guest ?? { kind: 'guest', via: 'none', needsNewToken: false, hasCookie: carriesCookie };
    },
    async identifyOperator(c) {
      const authorization = c.req.header('authorization');
      if (authorization === undefined) {
        const { via } = await identity.identify(c);
        if (via === 'none') throw new Problem('unauthenticated', 'Send an operator’s token.');
        throw notOperator();
      }
      const { issuer, subject, roles, expiresAt } = await verify(authorization);
      if (!roles.includes(OPERATOR)) throw notOperator();
      const operator = `operator:${hash(`operator:${issuer}\n${subject}`)}`;
      return { kind: 'customer', via: 'jwt', needsNewToken: false, hasCookie: false, expiresAt, operator };
    },
    hashOfCustomer: (subject) => customerOwner({ issuer: config.JWT_ISSUER, subject }).ownerHash,
    mintGuest(caller) {
      const guestId = guestTokens.mint();
      return { ...caller, kind: 'guest', owner: guestOwner(guestId), guestId, needsNewToken: true };
    },
  };
  return identity;
}
