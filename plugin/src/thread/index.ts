// The second thread: what happens after the answer never holds up the next request.
export { Observers } from './observers.ts';
export { serveIfStartedFor } from './serve.ts';
