/**
 * The mails of the test inbox: in memory, and as .eml files in a folder, so that they survive a restart. The same Message-ID twice is one
 * mail, as mail programs have it; how often it came is counted.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import PostalMime, { type Address, type Email } from 'postal-mime';

/** The oldest go first. */
const MAILS_MAX = 4_000;

/** As `GET /messages` answers it. */
export interface InboxMail {
  id: string;
  from: string;
  to: string[];
  subject: string;
  /** By name in small letters; of several with one name, all, in lines. */
  headers: Record<string, string>;
  text: string;
  html: string;
  /** RFC 3339; the first time. */
  receivedAt: string;
  /** How often it was delivered. */
  deliveries: number;
}

export interface InboxStore {
  /** Resolves when it is on disk. */
  add(raw: Buffer): Promise<InboxMail>;
  /** Newest last. */
  list(): InboxMail[];
  find(id: string): InboxMail | undefined;
  source(id: string): Buffer | undefined;
  clear(): void;
}

const addressesOf = (addresses: readonly Address[] = []): string[] =>
  addresses.flatMap((address) => (address.group ?? [address]).map((mailbox) => mailbox.address));

function headersOf({ headers }: Email): Record<string, string> {
  const byName: Record<string, string> = {};
  for (const { key, value } of headers) byName[key] = key in byName ? `${byName[key]}\n${value}` : value;
  return byName;
}

async function parse(id: string, raw: Buffer, deliveries: number): Promise<InboxMail> {
  const email = await PostalMime.parse(raw);
  return {
    id,
    from: addressesOf(email.from ? [email.from] : [])[0] ?? '',
    to: addressesOf(email.to),
    subject: email.subject ?? '',
    headers: headersOf(email),
    text: email.text ?? '',
    html: email.html ?? '',
    receivedAt: new Date(Number.parseInt(id, 36)).toISOString(),
    deliveries,
  };
}

/** Sorts by time; the part before the dash is the time. */
const newId = (): string => `${Date.now().toString(36)}-${randomBytes(6).toString('hex')}`;

/** A folder as a table of small files; without one, nothing is kept. */
function openFolder(folder: string | undefined) {
  const fileOf = (name: string): string => path.join(folder ?? '', name);
  if (folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    names: (): string[] => (folder === undefined ? [] : readdirSync(folder).sort()),
    read: (name: string): Buffer => readFileSync(fileOf(name)),
    /** Whole or not at all. */
    write(name: string, content: Buffer | string): void {
      if (folder === undefined) return;
      writeFileSync(fileOf(`${name}.draft`), content, { mode: 0o600 });
      renameSync(fileOf(`${name}.draft`), fileOf(name));
    },
    remove(name: string): void {
      if (folder !== undefined) rmSync(fileOf(name), { force: true });
    },
  };
}

interface Kept {
  mail: InboxMail;
  raw: Buffer;
}

/** Reads what an earlier run has kept. */
export async function openInboxStore(folder: string | undefined): Promise<InboxStore> {
  const files = openFolder(folder);
  const kept = new Map<string, Kept>();
  const idsByMessage = new Map<string, string>();

  function remember(mail: InboxMail, raw: Buffer): void {
    kept.set(mail.id, { mail, raw });
    const messageId = mail.headers['message-id'];
    if (messageId !== undefined) idsByMessage.set(messageId, mail.id);
  }

  function forget(id: string): void {
    const messageId = kept.get(id)?.mail.headers['message-id'];
    if (messageId !== undefined) idsByMessage.delete(messageId);
    kept.delete(id);
    files.remove(`${id}.eml`);
    files.remove(`${id}.count`);
  }

  const names = new Set(files.names());
  for (const name of [...names].filter((file) => /^[0-9a-z]+-[0-9a-f]+\.eml$/.test(file))) {
    const id = name.slice(0, -4);
    const count = names.has(`${id}.count`) ? Number(files.read(`${id}.count`).toString()) : 1;
    const raw = files.read(name);
    remember(await parse(id, raw, count), raw);
  }

  return {
    async add(raw) {
      const fresh = await parse(newId(), raw, 1);
      const known = kept.get(idsByMessage.get(fresh.headers['message-id'] ?? '') ?? '');
      if (known) {
        known.mail.deliveries += 1;
        files.write(`${known.mail.id}.count`, String(known.mail.deliveries));
        return known.mail;
      }
      files.write(`${fresh.id}.eml`, raw);
      remember(fresh, raw);
      const [oldest] = kept.keys();
      if (kept.size > MAILS_MAX && oldest !== undefined) forget(oldest);
      return fresh;
    },
    list: () => [...kept.values()].map(({ mail }) => mail),
    find: (id) => kept.get(id)?.mail,
    source: (id) => kept.get(id)?.raw,
    clear() {
      for (const id of Array.from(kept.keys())) forget(id);
    },
  };
}
