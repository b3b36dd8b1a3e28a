/** Puts the sending of mails together from the settings. Without SMTP_URL nothing is sent: the outbox waits, and the log says so. */
import type { Client } from '@temporalio/client';
import { prepareConfirmationMail } from '../activities/prepare-confirmation-mail.ts';
import { prepareRecoveryMail } from '../activities/prepare-recovery-mail.ts';
import { cancelled, type PreparedMail } from '../activities/prepared-mail.ts';
import { recoveryOf } from '../config-policies.ts';
import type { Config } from '../config.ts';
import type { Sql } from '../database/client.ts';
import type { DueMail } from '../database/outbox.ts';
import { createLinkTokens } from '../mail/link-tokens.ts';
import { createAddressHashes } from '../mail/mail-address.ts';
import { createMailer, type Mailer } from '../mail/mailer.ts';
import { loadTexts } from '../mail/texts.ts';
import { askAbandonment } from './ask-abandonment.ts';
import type { SendingParts } from './send-mail.ts';
import { startSendingMails, type MailSender } from './send-mails.ts';
import { type LetterParts, writeLetter } from './write-letter.ts';

export interface MailSenderParts {
  config: Config;
  sql: Sql;
  client: Client;
  record: SendingParts['record'];
  log: SendingParts['log'];
  /** Milliseconds; for tests. */
  leaseMs?: number;
  sendWithinMs?: number;
}

/** Longer than a question to a cart and a mail server's answer together; and what a killed worker makes its mails late by. */
const LEASE_MS = 45_000;
const SEND_WITHIN_MS = 30_000;
const CONCURRENCY = 8;

const NEEDED = ['MAIL_FROM', 'SHOP_ADDRESS', 'API_PUBLIC_URL', 'OWNER_HASH_KEY'] as const;

/** Throws one sentence that names what a worker with a mail server lacks, or a mistake in the texts of mails. */
export function checkMailSettings(config: Config): void {
  if (config.SMTP_URL === undefined) return;
  const missing = NEEDED.filter((name) => config[name] === undefined);
  const all = [...missing, ...(config.LINK_TOKEN_KEYS.length === 0 ? ['LINK_TOKEN_KEYS'] : [])];
  if (all.length > 0)
    throw new Error(
      `SMTP_URL is set, and mails need ${all.join(', ')} too. Every setting: docs/reference/configuration.md`,
    );
  loadTexts(config.MAIL_TEXTS);
}

/** What letters are written with. Throws when the texts are not complete. */
function letterParts(config: Config, now: () => number = Date.now): LetterParts {
  return {
    texts: loadTexts(config.MAIL_TEXTS),
    shop: {
      name: config.SHOP_NAME,
      address: config.SHOP_ADDRESS ?? '',
      ...(config.SHOP_URL === undefined ? {} : { url: config.SHOP_URL }),
    },
    locale: config.SHOP_LOCALE,
    apiUrl: config.API_PUBLIC_URL ?? '',
    tokens: createLinkTokens({ keys: config.LINK_TOKEN_KEYS, now }),
    recoveryLinkLifeMs: config.RECOVERY_LINK_LIFE,
  };
}

function preparer({ sql, client, config }: MailSenderParts): (mail: DueMail) => Promise<PreparedMail> {
  const parts = {
    sql,
    askCart: (workflowId: string) => askAbandonment(client, workflowId),
    ...recoveryOf(config),
  };
  return async (mail) => {
    if (mail.purpose === 'recovery') return prepareRecoveryMail(parts, mail);
    if (mail.purpose === 'order_confirmation') return prepareConfirmationMail({ sql }, mail);
    return cancelled('unknown_purpose');
  };
}

/** Also ends the connections to the mail server. */
function closing(sender: MailSender, mailer: Mailer): MailSender {
  return {
    async stop(withinMs) {
      await sender.stop(withinMs);
      mailer.close();
    },
  };
}

/** Undefined without a mail server. Throws one Error that names what is missing or wrong. */
export function createMailSender(parts: MailSenderParts): MailSender | undefined {
  const { config, sql, record, log, leaseMs = LEASE_MS, sendWithinMs = SEND_WITHIN_MS } = parts;
  const { SMTP_URL: smtpUrl, MAIL_FROM: from } = config;
  if (smtpUrl === undefined || from === undefined) {
    checkMailSettings(config);
    log.warn({}, 'there is no mail server (SMTP_URL): nothing is sent, mails wait in the outbox');
    return undefined;
  }
  checkMailSettings(config);
  const letters = letterParts(config);
  const hashes = createAddressHashes(config.OWNER_HASH_KEY);
  const mailer = createMailer({ smtpUrl, from, answerWithinMs: Math.min(20_000, sendWithinMs) });
  const sender = startSendingMails({
    sql,
    mailer,
    record,
    log,
    leaseMs,
    sendWithinMs,
    concurrency: CONCURRENCY,
    prepare: preparer(parts),
    write: (mail) => writeLetter(letters, mail),
    hashOf: (address) => hashes.hashOf(address),
  });
  return closing(sender, mailer);
}
