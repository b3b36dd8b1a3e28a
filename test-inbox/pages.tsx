/** The pages of the test inbox: the list, and one mail as its reader sees it, on a screen and on a phone. */
import { raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { STYLE } from './style.ts';
import type { InboxMail } from './store.ts';

export const VIEWS = ['html', 'phone', 'text', 'headers', 'source'] as const;
export type MailView = (typeof VIEWS)[number];

const NAMES: Record<MailView, string> = {
  html: 'Mail',
  phone: 'On a phone',
  text: 'Plain text',
  headers: 'Headers',
  source: 'Source',
};

const Page = ({ title, isFull = false, children }: { title: string; isFull?: boolean; children?: Child }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>{title}</title>
      <link rel="icon" href="data:," />
      <style>{raw(STYLE)}</style>
    </head>
    <body>
      <p class="note">
        <strong>Test inbox.</strong> Whatever the shop sends ends here; nobody gets it.
      </p>
      <main class={isFull ? 'full' : ''}>{children}</main>
    </body>
  </html>
);

/** The first words of the mail, as lists of mails show them. */
const glimpse = ({ text }: InboxMail): string => text.replace(/\s+|-{3,}/g, ' ').slice(0, 140);

const time = (receivedAt: string): string => `${receivedAt.slice(0, 10)} ${receivedAt.slice(11, 19)}`;

const Row = ({ mail }: { mail: InboxMail }) => (
  <li>
    <a href={`/mail/${mail.id}`}>
      <span class="who">{mail.to.join(', ')}</span>
      <time>{time(mail.receivedAt)}</time>
      <span class="subject">
        {mail.subject}
        {mail.deliveries > 1 ? <em class="count">came {mail.deliveries} times</em> : ''}
      </span>
      <span class="glimpse">{glimpse(mail)}</span>
    </a>
  </li>
);

export const ListPage = ({ mails }: { mails: readonly InboxMail[] }) => (
  <Page title={`Test inbox (${mails.length})`}>
    <h1>Inbox</h1>
    {mails.length === 0 ? (
      <p class="empty">
        No mail yet. Place an order, or leave a cart with an e-mail address and wait for its reminder.
      </p>
    ) : (
      <>
        <ul class="mails">
          {mails.map((mail) => (
            <Row mail={mail} />
          ))}
        </ul>
        <form method="post" action="/empty">
          <button type="submit">Empty the inbox</button>
        </form>
      </>
    )}
  </Page>
);

const HeaderTable = ({ mail }: { mail: InboxMail }) => (
  <table class="headers">
    <tbody>
      {Object.entries(mail.headers).map(([name, value]) => (
        <tr>
          <th scope="row">{name}</th>
          <td>{value}</td>
        </tr>
      ))}
    </tbody>
  </table>
);

const Body = ({ mail, view, source }: { mail: InboxMail; view: MailView; source: string }) => {
  if (view === 'text') return <pre>{mail.text}</pre>;
  if (view === 'source') return <pre>{source}</pre>;
  if (view === 'headers') return <HeaderTable mail={mail} />;
  return (
    <iframe
      class={view}
      title="The mail"
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      src={`/messages/${mail.id}/html`}
    />
  );
};

export const MailPage = ({ mail, view, source }: { mail: InboxMail; view: MailView; source: string }) => (
  <Page title={mail.subject} isFull>
    <header>
      <a class="back" href="/">
        All mails
      </a>
      <h1>{mail.subject}</h1>
      <p class="meta">
        {mail.from} to {mail.to.join(', ')}, {time(mail.receivedAt)} UTC
        {mail.deliveries > 1 ? `, came ${mail.deliveries} times` : ''}
      </p>
      <nav>
        {VIEWS.map((name) => (
          <a href={`/mail/${mail.id}?view=${name}`} aria-current={name === view ? 'page' : undefined}>
            {NAMES[name]}
          </a>
        ))}
      </nav>
    </header>
    <Body mail={mail} view={view} source={source} />
  </Page>
);

export const UnknownPage = () => (
  <Page title="No such mail">
    <h1>No such mail</h1>
    <p class="empty">
      It was removed, or never came. <a href="/">All mails</a>
    </p>
  </Page>
);
