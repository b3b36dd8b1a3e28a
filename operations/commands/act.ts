/** Commands that act on one cart or its owner: lock, unlock, repair, erase. */
import type { Command } from 'commander';
import { contextOf, show } from '../context.ts';
import { confirm } from '../confirm.ts';
import { line, paint } from '../print.ts';

interface Locked {
  cartId: string;
  version: number;
  isLocked: boolean;
  hasChanged: boolean;
}

interface Repaired {
  cartId: string;
  version: number;
  done: { code: string; message: string }[];
}

interface ActOptions {
  reason: string;
  key?: string;
}

const pathOf = (id: string, verb: string): string => `/admin/carts/${encodeURIComponent(id)}/${verb}`;

const setLock =
  (verb: 'lock' | 'unlock') =>
  async (id: string, { reason, key }: ActOptions, command: Command): Promise<void> => {
    const context = contextOf(command);
    const acted = await context.api.post<Locked>(pathOf(id, verb), { reason }, key);
    show(context, acted, ({ cartId, version, isLocked, hasChanged }) => {
      const state = isLocked ? 'locked' : 'open';
      const mark = hasChanged ? paint('green', '✓') : paint('dim', '·');
      line(`${mark} ${cartId} is ${state}${hasChanged ? '' : ' already'} (version ${version}).`);
    });
  };

async function repair(id: string, { reason, key }: ActOptions, command: Command): Promise<void> {
  const context = contextOf(command);
  const repaired = await context.api.post<Repaired>(pathOf(id, 'repair'), { reason }, key);
  show(context, repaired, ({ cartId, version, done }) => {
    for (const { code, message } of done) line(`${paint('green', '✓')} ${code}: ${message}`);
    line(
      done.length === 0 ? `${cartId} is sound (version ${version}).` : `${cartId} is at version ${version}.`,
    );
  });
}

interface Erased {
  ownerHash: string;
  ownerKind: 'guest' | 'customer';
  contacts: number;
  checkouts: number;
  messages: number;
}

async function erase(id: string, { yes }: { yes?: boolean }, command: Command): Promise<void> {
  if (!yes) await confirm(`Forget the owner of ${id}? Addresses are deleted for good.`);
  const context = contextOf(command);
  const erased = await context.api.post<Erased>('/admin/erasures', { cartId: id });
  show(context, erased, ({ ownerHash, ownerKind, contacts, checkouts, messages }) => {
    line(`${paint('green', '✓')} The ${ownerKind} ${ownerHash} is forgotten.`);
    line(
      `  ${contacts} addresses, personal data of ${checkouts} checkouts; ${messages} messages taken back.`,
    );
  });
}

const REASON = 'why; kept in the audit trail, without personal data';
const KEY = 'idempotency key: the same one again does nothing twice';

export function actCommands(program: Command): void {
  const add = (name: string, description: string) =>
    program
      .command(`${name} <cart>`)
      .description(description)
      .requiredOption('--reason <text>', REASON)
      .option('--key <key>', KEY);
  add('lock', 'keep the shopper from changing a cart').action(setLock('lock'));
  add('unlock', 'let the shopper change it again').action(setLock('unlock'));
  program
    .command('erase <cart>')
    .description('forget whoever a cart or an order belongs to: addresses go, orders stay')
    .option('--yes', 'without asking')
    .action(erase);
  add('repair', 'write the read model again where it is wrong, and bring prices up to date').action(repair);
}
