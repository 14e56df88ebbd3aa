import type { RequestView } from '../../api/views.ts';
import { words } from '../../ui/format.ts';

/** What stands for a request: its words, else what it is. */
export const textOf = ({ prompt, call }: RequestView): string =>
  prompt === null || prompt === '' ? words(call?.auxiliary ?? call?.kind ?? 'turn') : prompt;
