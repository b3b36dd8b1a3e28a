/** Where the tests' Temporal server is; a missing one is a failure that says how to get it. */
export function temporalAddress(): string {
  const address = process.env.TEMPORAL_ADDRESS;
  if (address) return address;
  throw new Error(
    'These tests need a real Temporal server. `npm test` starts one; or set TEMPORAL_ADDRESS to one that has time skipping switched on.',
  );
}
