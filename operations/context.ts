/** What every command of cartctl needs: where the API is, who asks, and how to answer. */
import type { Command } from 'commander';
import { readConfig } from '../config.ts';
import { type AdminClient, createAdminClient } from './admin-client.ts';
import { localApiUrl } from './local-stack.ts';
import { printJson } from './print.ts';

export interface GlobalOptions {
  url?: string;
  token?: string;
  json?: boolean;
  data: string;
}

export interface Context {
  api: AdminClient;
  options: GlobalOptions;
}

/** Of the command's own and its parents' options. */
export function contextOf(command: Command): Context {
  const options = command.optsWithGlobals<GlobalOptions>();
  const { CARTCTL_URL, CARTCTL_TOKEN } = readConfig();
  const url = options.url ?? CARTCTL_URL ?? localApiUrl(options.data) ?? 'http://127.0.0.1:3000';
  const token = options.token ?? CARTCTL_TOKEN;
  return { api: createAdminClient({ url: url.replace(/\/$/, ''), token }), options };
}

/** JSON for machines, or `print` for people. */
export function show<T>({ options }: Context, value: T, print: (value: T) => void): void {
  if (options.json) printJson(value);
  else print(value);
}
