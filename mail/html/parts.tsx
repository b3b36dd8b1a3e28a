/** What mails are put together from: tables, because mail programs know nothing better, and the one button. */
import { GO, text } from './style.ts';

export const Table = ({
  children,
  style = {},
  className,
}: {
  children?: unknown;
  style?: object;
  className?: string;
}) => (
  <table
    role="presentation"
    width="100%"
    cellpadding="0"
    cellspacing="0"
    border={0}
    class={className}
    style={{ borderCollapse: 'separate', width: '100%', ...style }}
  >
    <tbody>{children}</tbody>
  </table>
);

/** The colour stands on the cell too, for programs that ignore it on links. */
export const Button = ({ label, url }: { label: string; url: string }) => (
  <Table style={{ marginTop: '28px' }}>
    <tr>
      <td align="center" bgcolor={GO} style={{ borderRadius: '10px', backgroundColor: GO }}>
        <a
          href={url}
          class="button"
          style={{
            ...text(17, '#ffffff'),
            display: 'block',
            padding: '15px 24px',
            fontWeight: '700',
            textDecoration: 'none',
            borderRadius: '10px',
          }}
        >
          {label}
        </a>
      </td>
    </tr>
  </Table>
);
