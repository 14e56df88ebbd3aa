// What the provider reads instead of values, where a route asks for it.
export { StandInRoute, type UpstreamOutcome } from './stand-in-route.ts';
export { shareOf, type UpstreamShare } from './share.ts';
