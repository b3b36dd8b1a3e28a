/** The test inbox as tests read it. */
import type { InboxMail } from '../../test-inbox/store.ts';
import { eventually } from './eventually.ts';

export type { InboxMail };

export interface TestInbox {
  url: string;
  /** Newest last. */
  messages(): Promise<InboxMail[]>;
  /** Those to an address, once there are as many as wanted. */
  to(address: string, count?: number, withinMs?: number): Promise<InboxMail[]>;
  clear(): Promise<void>;
}

/** `url`: where its page is. */
export function openTestInbox(url: string): TestInbox {
  const messages = async (): Promise<InboxMail[]> =>
    (await (await fetch(`${url}/messages`)).json()) as InboxMail[];
  return {
    url,
    messages,
    to: (address, count = 1, withinMs = 20_000) =>
      eventually(
        async () => {
          const mails = (await messages()).filter((mail) => mail.to.includes(address));
          if (mails.length >= count) return mails;
          throw new Error(`${mails.length} of ${count} mails have come.`);
        },
        { within: withinMs, every: 50 },
      ),
    async clear() {
      await fetch(`${url}/messages`, { method: 'DELETE' });
    },
  };
}
