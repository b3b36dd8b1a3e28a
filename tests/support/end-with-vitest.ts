/** A worker of vitest notices by itself only now and then that vitest was killed, and would hold its stack meanwhile. */
process.once('disconnect', () => process.exit(1));
