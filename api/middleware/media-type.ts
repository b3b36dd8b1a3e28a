/** Only plain UTF-8 JSON comes in: `application/json`, optionally with `charset=utf-8`, and not compressed. Forms only where a route says so. */
import { Problem } from '../problem.ts';

const JSON_TYPE = /^application\/json[ \t]*(;[ \t]*charset[ \t]*=[ \t]*"?utf-8"?[ \t]*)?$/i;

const FORM_TYPE = /^(application\/x-www-form-urlencoded|multipart\/form-data)[ \t]*(;|$)/i;

/** What a browser's form sends, and a mail program's one click. */
export const isForm = (contentType: string | undefined): boolean =>
  contentType !== undefined && FORM_TYPE.test(contentType);

/** Throws `unsupported_media_type` for anything else, a missing type included. */
export function requireJson(contentType: string | undefined, contentEncoding: string | undefined): void {
  if (contentEncoding !== undefined && contentEncoding.toLowerCase() !== 'identity') {
    throw new Problem('unsupported_media_type', 'Send the body without Content-Encoding.');
  }
  if (contentType === undefined || !JSON_TYPE.test(contentType)) {
    throw new Problem('unsupported_media_type', 'Send the body as application/json.');
  }
}
