/**
 * A letter as HTML that mail programs show alike: tables and inline styles, no script, no font and no picture that is not a product's.
 * Whatever was typed by anybody is escaped by hono/jsx.
 */
import type { HtmlEscapedString } from 'hono/utils/html';
import { Line, Sum } from './html/lines.tsx';
import { Button, Table } from './html/parts.tsx';
import { GROUND, PAPER, PHONE, RULE, SOFT, text } from './html/style.ts';
import { imprintOf, type Letter } from './letter.ts';

/** Shown by the list of mails, not by the mail; the blanks keep what follows out of the list. */
const Preheader = ({ letter }: { letter: Letter }) => (
  <div style={{ display: 'none', maxHeight: '0', overflow: 'hidden', fontSize: '1px', color: GROUND }}>
    {letter.preheader}
    {'\u00a0\u200c'.repeat(60)}
  </div>
);

const Facts = ({ letter }: { letter: Letter }) => (
  <Table style={{ marginTop: '20px', backgroundColor: GROUND, borderRadius: '10px' }}>
    {letter.facts.map(({ label, value }) => (
      <tr>
        <td style={{ ...text(14, SOFT), padding: '8px 16px' }}>{label}</td>
        <td align="right" style={{ ...text(14), padding: '8px 16px', overflowWrap: 'anywhere' }}>
          {value}
        </td>
      </tr>
    ))}
  </Table>
);

const Masthead = ({ letter: { shop } }: { letter: Letter }) => {
  const style = { ...text(18), fontWeight: '700', letterSpacing: '-0.01em', textDecoration: 'none' };
  return shop.url ? (
    <a href={shop.url} style={style}>
      {shop.name}
    </a>
  ) : (
    <span style={style}>{shop.name}</span>
  );
};

const Imprint = ({ letter }: { letter: Letter }) => {
  const { shop, why, unsubscribe } = letter;
  return (
    <div style={text(13, SOFT)}>
      <p style={{ margin: '0 0 10px' }}>{why}</p>
      <p style={{ margin: '0 0 10px' }}>{imprintOf(shop)}</p>
      {unsubscribe ? (
        <p style={{ margin: '0' }}>
          <a href={unsubscribe.url} style={{ color: SOFT, textDecoration: 'underline' }}>
            {unsubscribe.label}
          </a>
        </p>
      ) : (
        ''
      )}
    </div>
  );
};

const Card = ({ letter }: { letter: Letter }) => (
  <>
    <h1
      style={{
        ...text(26),
        lineHeight: '1.25',
        letterSpacing: '-0.02em',
        fontWeight: '700',
        margin: '0 0 12px',
      }}
    >
      {letter.heading}
    </h1>
    {letter.body.split(/\n{2,}/).map((paragraph) => (
      <p style={{ ...text(16), margin: '0 0 8px' }}>{paragraph}</p>
    ))}
    {letter.facts.length > 0 ? <Facts letter={letter} /> : ''}
    <Table style={{ marginTop: '12px' }}>
      {letter.lines.map((line) => (
        <Line line={line} />
      ))}
    </Table>
    <Table style={{ marginTop: '12px' }}>
      {letter.sums.map((sum) => (
        <Sum sum={sum} />
      ))}
    </Table>
    {letter.button ? <Button {...letter.button} /> : ''}
    <p style={{ ...text(14, SOFT), margin: '20px 0 0' }}>{letter.footer}</p>
  </>
);

const Page = ({ letter }: { letter: Letter }) => (
  <html lang={letter.locale}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light only" />
      <meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
      <title>{letter.subject}</title>
      <style>{PHONE}</style>
    </head>
    <body style={{ margin: '0', padding: '0', backgroundColor: GROUND }}>
      <Preheader letter={letter} />
      <Table style={{ backgroundColor: GROUND }}>
        <tr>
          <td align="center" class="outer" style={{ padding: '24px 16px' }}>
            <Table style={{ maxWidth: '600px' }}>
              <tr>
                <td class="inset" style={{ padding: '20px 36px' }}>
                  <Masthead letter={letter} />
                </td>
              </tr>
              <tr>
                <td
                  class="card inset"
                  bgcolor={PAPER}
                  style={{
                    padding: '36px',
                    backgroundColor: PAPER,
                    border: `1px solid ${RULE}`,
                    borderRadius: '16px',
                  }}
                >
                  <Card letter={letter} />
                </td>
              </tr>
              <tr>
                <td class="inset" style={{ padding: '24px 36px 40px' }}>
                  <Imprint letter={letter} />
                </td>
              </tr>
            </Table>
          </td>
        </tr>
      </Table>
    </body>
  </html>
);

/** A whole document. */
export function renderHtml(letter: Letter): string {
  const page = (<Page letter={letter} />) as HtmlEscapedString;
  return `<!doctype html>${page}`;
}
