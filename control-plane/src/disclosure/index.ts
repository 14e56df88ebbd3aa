export type { DayThread, PublicLabel, ReleasedDay, ReleasedFigure, ReleaseStore } from './ports.ts';
export { createReleaser, SHOWN_DAYS, type Budget, type Released, type Releaser } from './releaser.ts';
export { createExactFigures, type ExactFigures } from './exact.ts';
export { topicFigures, type TopicFigures } from './trend.ts';
