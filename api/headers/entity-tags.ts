/**
 * Entity tags of the cart: `"<version>"`, or `"<version>.<catalogue revision>"` where the catalogue has moved on since the cart was
 * published, with `-a<instant>` behind it while the cart counts as abandoned, and `-m` where a guest's cart came along that may be merged. If-Match looks at the version alone; If-None-Match at the whole tag.
 * Source: https://www.rfc-editor.org/rfc/rfc9110#section-13.1
 */
import { Problem } from '../problem.ts';

export interface EntityTag {
  isWeak: boolean;
  value: string;
}

const ONE_TAG = /^[ \t]*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,|$)/;

/** `*`, or the tags of the list, which may be empty. Throws `invalid_header`. */
function readEntityTags(header: string, name: string): '*' | EntityTag[] {
  if (header.trim() === '*') return '*';
  const tags: EntityTag[] = [];
  let rest = header;
  while (rest.trim() !== '') {
    const match = ONE_TAG.exec(rest);
    if (!match) throw new Problem('invalid_header', `${name} must be * or a list of quoted versions.`);
    tags.push({ isWeak: match[1] !== undefined, value: match[2] as string });
    rest = rest.slice(match[0].length);
  }
  return tags;
}

/** What If-Match asks for: any cart, or one of these versions. A weak tag never matches; an empty list matches nothing. */
export function readIfMatch(header: string | undefined): '*' | number[] | undefined {
  if (header === undefined) return undefined;
  const tags = readEntityTags(header, 'If-Match');
  if (tags === '*') return '*';
  return tags.flatMap(({ isWeak, value }) => {
    const [, version] = /^(\d{1,15})(?:\.\d{1,15})?(?:-a\d{1,15})?(?:-m)?$/.exec(value) ?? [];
    return isWeak || version === undefined ? [] : [Number(version)];
  });
}

/** Whether the reader already has this representation. Weak comparison, as RFC 9110 asks for If-None-Match. */
export function isNoneMatchHit(header: string | undefined, etag: string, exists: boolean): boolean {
  if (header === undefined) return false;
  const tags = readEntityTags(header, 'If-None-Match');
  return tags === '*' ? exists : tags.some(({ value }) => `"${value}"` === etag);
}
