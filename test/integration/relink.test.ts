import { it } from 'vitest';
import { relinksShow } from '../support/relink-suite.ts';

it('history that comes late moves what was guessed, and API, search, topics and spans say so (SQLite)', () => relinksShow({}), 120_000);
