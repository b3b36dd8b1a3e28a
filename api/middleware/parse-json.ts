/**
 * JSON from strangers: what JSON.parse lets pass is refused here. Two keys of one name (which one counts?), keys that reach
 * into prototypes, nesting that exhausts stacks, text that is not Unicode, and a byte order mark.
 */
import { MAX_JSON_DEPTH } from '../../contract/limits.ts';
import { Problem } from '../problem.ts';

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const LONE_SURROGATE = /\p{Surrogate}/u;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const invalid = (detail: string): Problem => new Problem('invalid_json', detail);

/** Index of the quote that closes the string which opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === BACKSLASH) index += 1;
    else if (code === QUOTE) return index;
  }
  throw invalid('A text is not closed.');
}

/** The text between the quotes; only escapes can bring half a character past the UTF-8 decoder. */
function readString(raw: string): string {
  if (!raw.includes('\\')) return raw.slice(1, -1);
  const value = JSON.parse(raw) as string;
  if (LONE_SURROGATE.test(value)) throw invalid('A text holds half of a character.');
  return value;
}

function addKey(keys: Set<string>, key: string): void {
  if (FORBIDDEN_KEYS.has(key)) throw invalid(`The name '${key}' is not allowed.`);
  if (keys.has(key)) throw invalid('A name stands twice in one object.');
  keys.add(key);
}

/** Walks the text once. Exact on valid JSON; anything else is JSON.parse's to refuse. */
function scan(text: string): void {
  // One entry per open bracket: the names seen so far in an object, null in a list.
  const open: (Set<string> | null)[] = [];
  let isName = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (char === '"') {
      const end = endOfString(text, index);
      const value = readString(text.slice(index, end + 1));
      const keys = open.at(-1);
      if (isName && keys) addKey(keys, value);
      isName = false;
      index = end;
    } else if (char === '{' || char === '[') {
      open.push(char === '{' ? new Set() : null);
      if (open.length > MAX_JSON_DEPTH) throw invalid(`More than ${MAX_JSON_DEPTH} levels of nesting.`);
      isName = char === '{';
    } else if (char === '}' || char === ']') {
      open.pop();
      isName = false;
    } else if (char === ',') isName = open.at(-1) instanceof Set;
  }
}

/** The value. Throws `invalid_json` with a sentence that names the fault. */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid('The body is not UTF-8.');
  }
  try {
    scan(text);
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw invalid(text === '' ? 'The body is empty.' : 'The body is not valid JSON.');
  }
}
