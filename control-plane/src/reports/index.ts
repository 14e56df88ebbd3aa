export type { TrafficReader, TrafficRow, TrafficThread } from './ports.ts';
export { reportRoutes } from './routes.ts';
