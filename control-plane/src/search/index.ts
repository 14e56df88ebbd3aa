// Finding requests again.
export { createSearch, type Found, type Search, type SearchHit, type SearchParts } from './search.ts';
export type { Why } from './gather.ts';
export { parseQuery, type Filters, type ParsedQuery } from './parse-query.ts';
export { searchRoutes } from './routes.ts';
export type { MeaningIndex, TextHit, TextIndex } from './ports.ts';
