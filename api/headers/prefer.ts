/** The Prefer header (RFC 7240): only `respond-async` is known; everything else is ignored, as the RFC asks. */

/** True when the caller does not want to wait. */
export const prefersAsync = (header: string | undefined): boolean =>
  header !== undefined &&
  header.split(',').some((preference) => preference.split(';')[0]?.trim().toLowerCase() === 'respond-async');
