// Finding requests again.
export { createSearch, type Search, type SearchHit, type SearchParts, type Why } from './search.ts';
export { parseQuery, type Filters, type ParsedQuery } from './parse-query.ts';
export { searchRoutes } from './routes.ts';
export type { MeaningIndex, TextHit, TextIndex } from './ports.ts';
