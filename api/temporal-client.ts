/** The API's connection to Temporal: lazy (the API starts without it) and quick to reconnect. */
import { Client, Connection } from '@temporalio/client';
import { temporalConnection } from '../temporal.config.ts';

const CHANNEL = { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 1_000 };

/** Does not connect yet: the first call does. `address`: another one than the environment says. */
export function createTemporalClient(address?: string): Client {
  const { connectionOptions, namespace } = temporalConnection();
  const connection = Connection.lazy({
    ...connectionOptions,
    ...(address === undefined ? {} : { address }),
    // The SDK waits a second before it retries a busy workflow, a cart is free again after twenty milliseconds: carts.ts retries.
    interceptors: [],
    channelArgs: CHANNEL,
  });
  return new Client({ connection, namespace });
}
