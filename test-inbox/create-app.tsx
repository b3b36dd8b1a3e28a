/** The inbox over HTTP: pages for people, JSON for tests, probes. */
import { type Context, Hono } from 'hono';
import type { HtmlEscapedString } from 'hono/utils/html';
import { ListPage, MailPage, type MailView, UnknownPage, VIEWS } from './pages.tsx';
import type { InboxStore } from './store.ts';

type Page = HtmlEscapedString | Promise<HtmlEscapedString>;

const isView = (text: string | undefined): text is MailView => VIEWS.some((view) => view === text);

function show(c: Context, page: Page, status: 200 | 404 = 200) {
  c.header('cache-control', 'no-store');
  c.header('referrer-policy', 'no-referrer');
  c.header('x-content-type-options', 'nosniff');
  c.header(
    'content-security-policy',
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  );
  return c.html(`<!doctype html>${page as HtmlEscapedString}`, status);
}

/** What a mail may do in the page: show itself, load its pictures, open its links in a window of their own. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

const withTarget = (html: string): string => html.replace(/<head[^>]*>/i, '$&<base target="_blank">');

function pageRoutes(app: Hono, store: InboxStore): void {
  app.get('/', (c) => show(c, <ListPage mails={store.list().reverse()} />));
  app.get('/mail/:id', (c) => {
    const mail = store.find(c.req.param('id'));
    if (!mail) return show(c, <UnknownPage />, 404);
    const wish = c.req.query('view');
    const source = store.source(mail.id)?.toString('utf8') ?? '';
    return show(c, <MailPage mail={mail} view={isView(wish) ? wish : 'html'} source={source} />);
  });
  app.post('/empty', (c) => {
    store.clear();
    return c.redirect('/', 303);
  });
}

export function createInboxApp(store: InboxStore): Hono {
  const app = new Hono();
  app.get('/livez', (c) => c.json({ alive: true }));
  app.get('/readyz', (c) => c.json({ ready: true }));
  app.get('/messages', (c) => c.json(store.list()));
  app.delete('/messages', (c) => {
    store.clear();
    return c.body(null, 204);
  });
  app.get('/messages/:id', (c) => {
    const mail = store.find(c.req.param('id'));
    return mail ? c.json(mail) : c.json({ code: 'not_found' }, 404);
  });
  app.get('/messages/:id/html', (c) => {
    const mail = store.find(c.req.param('id'));
    if (!mail) return c.notFound();
    c.header('content-security-policy', MAIL_POLICY);
    c.header('referrer-policy', 'no-referrer');
    return c.html(withTarget(mail.html));
  });
  app.get('/messages/:id/source', (c) => {
    const source = store.source(c.req.param('id'));
    return source
      ? c.body(new Uint8Array(source), 200, { 'content-type': 'text/plain; charset=utf-8' })
      : c.notFound();
  });
  pageRoutes(app, store);
  return app;
}
