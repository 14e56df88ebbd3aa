import { it } from 'vitest';
import { wallsHold } from '../support/walls-suite.ts';

it('nothing crosses between tenants, environments and people, whatever they do (SQLite)', () => wallsHold({}, 10), 300_000);
