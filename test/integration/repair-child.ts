// A control plane to be killed: `node repair-child.ts FOLDER` prints its port and serves until then.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startPlane } from '../support/control-plane.ts';

const { app } = await startPlane({
  folder: process.argv[2] ?? '',
  env: { CLEW_RATE_LIMIT_TOKEN: '100000', CLEW_RATE_LIMIT_ADDRESS: '100000' },
});
const server = createServer(app).listen(0, '127.0.0.1', () => {
  process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`);
});
