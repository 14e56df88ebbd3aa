// The conversations that the shipped weights come from are not in the repository. What can be told here: whether the code would
// still make the same of the same requests, and whether the weights that are shipped were made by that code.
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../../control-plane/training/fingerprint.ts';
import shipped from '../../../../control-plane/src/threads/weights/linker.json' with { type: 'json' };

describe('shipped weights', () => {
  const made = fingerprint();

  it('are made alike each time', { timeout: 180_000 }, () => {
    expect(fingerprint()).toBe(made);
  });

  it('come from the code as it stands: else run control-plane/training/train.ts', () => {
    expect(shipped.madeBy).toBe(made);
  });
});
