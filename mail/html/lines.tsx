/** The goods in a mail, and what they come to. */
import { charactersOf, type LetterLine, type LetterSum } from '../letter.ts';
import { GROUND, INK, RULE, SOFT, STOP, text } from './style.ts';

/** A picture, or a quiet tile with the first letter: most programs ask before they load pictures. */
const Picture = ({ line }: { line: LetterLine }) => {
  const tile = {
    ...text(24, SOFT),
    width: '64px',
    height: '64px',
    borderRadius: '10px',
    backgroundColor: GROUND,
  };
  if (line.imageUrl !== undefined)
    return (
      <img
        src={line.imageUrl}
        alt=""
        width={64}
        height={64}
        style={{
          ...tile,
          display: 'block',
          objectFit: 'cover',
          border: '0',
          opacity: line.isUnavailable ? '0.5' : '1',
        }}
      />
    );
  return (
    <div aria-hidden="true" style={{ ...tile, lineHeight: '64px', textAlign: 'center' }}>
      {charactersOf(line.title)[0]?.toUpperCase() ?? ''}
    </div>
  );
};

export const Line = ({ line }: { line: LetterLine }) => {
  const ink = line.isUnavailable ? SOFT : INK;
  const cell = { padding: '16px 0', borderBottom: `1px solid ${RULE}`, verticalAlign: 'top' };
  const struck = line.isUnavailable ? { textDecoration: 'line-through' } : {};
  return (
    <tr>
      <td width={64} style={{ ...cell, width: '64px' }}>
        <Picture line={line} />
      </td>
      <td style={{ ...cell, paddingLeft: '16px', paddingRight: '12px' }}>
        <div style={{ ...text(16, ink), fontWeight: '600', overflowWrap: 'anywhere' }}>{line.title}</div>
        {line.options === '' ? (
          ''
        ) : (
          <div style={{ ...text(14, SOFT), overflowWrap: 'anywhere' }}>{line.options}</div>
        )}
        <div style={text(14, SOFT)}>
          {line.quantity} · {line.unitPrice}
        </div>
        {line.note === undefined ? (
          ''
        ) : (
          <div style={{ ...text(14, STOP), fontWeight: '600' }}>{line.note}</div>
        )}
      </td>
      <td
        align="right"
        style={{ ...cell, ...text(16, ink), ...struck, whiteSpace: 'nowrap', fontWeight: '600' }}
      >
        {line.total}
      </td>
    </tr>
  );
};

export const Sum = ({ sum }: { sum: LetterSum }) => {
  const style = sum.isTotal
    ? { ...text(18), fontWeight: '700', padding: '10px 0 4px' }
    : { ...text(15, SOFT), padding: '3px 0' };
  return (
    <tr>
      <td style={style}>{sum.label}</td>
      <td align="right" style={{ ...style, whiteSpace: 'nowrap' }}>
        {sum.amount}
      </td>
    </tr>
  );
};
