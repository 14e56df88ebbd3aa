// Delivery beside the traffic: a sealed, bounded queue and one sender for each control plane and token.
export { BoundedQueue } from './queue.ts';
export { Reporter, type ToldShare } from './report.ts';
export { processSealer, spoolSealer, type Sealer } from './seal.ts';
export { Shipper, type ShipperOptions } from './shipper.ts';
export { Spool } from './spool.ts';
