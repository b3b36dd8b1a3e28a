/** Colours and type of mails: dark on light, readable without pictures, fonts that every device has. */
export const INK = '#1c2430';
export const SOFT = '#5b6675';
export const GROUND = '#f4f2ee';
export const PAPER = '#ffffff';
export const RULE = '#e4e0d8';
export const GO = '#1f6f4a';
export const STOP = '#9b2c2c';
const FONT = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

/** Only for programs that read it; without, the mail is narrower or wider, and whole. */
export const PHONE = `
@media (max-width: 520px) {
  .outer { padding: 0 !important; }
  .card { border-radius: 0 !important; border-left: 0 !important; border-right: 0 !important; }
  .inset { padding-left: 20px !important; padding-right: 20px !important; }
  .button { display: block !important; }
}`;

export const text = (size: number, color = INK) => ({
  fontFamily: FONT,
  fontSize: `${size}px`,
  lineHeight: '1.5',
  color,
});
