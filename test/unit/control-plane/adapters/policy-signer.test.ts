// The number of a policy: it grows, over restarts, restored folders and clocks that go back.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openSignedPolicy, readPublicKey } from '#contract';
import { policySigner } from '../../../../control-plane/src/adapters/files/index.ts';
import { ClewError } from '../../../../control-plane/src/kernel/index.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'clew-policy-key-'));
afterAll(() => {
  fs.rmSync(folder, { recursive: true });
});
const seed = new Uint8Array(32).fill(3);
const [one, two] = ['1'.repeat(64), '2'.repeat(64)];
const open = (keys: string, nowMs: number) => {
  const signer = policySigner(keys, seed, { nowMs: () => nowMs });
  const key = readPublicKey(fs.readFileSync(path.join(keys, 'policy.pub'), 'utf8'))!;
  return (digest: string): number => {
    const said = openSignedPolicy(signer.sign(digest), key)!;
    expect(said.policy).toBe(digest);
    return said.sequence;
  };
};

it('is the same for the same policy, and higher for each other one', () => {
  const keys = path.join(folder, 'a');
  const sign = open(keys, 1000);
  const numbers = [one, one, two, one].map(sign);
  expect(numbers).toEqual([1000, 1000, 1001, 1002]);
  // A restart; a clock that went back; a folder that was lost.
  expect([open(keys, 5000)(one), open(keys, 10)(two)]).toEqual([1002, 1003]);
  fs.writeFileSync(path.join(keys, 'policy.sequence'), '{"digest":');
  expect(open(keys, 9000)(two)).toBe(9000);
  fs.rmSync(path.join(keys, 'policy.sequence'));
  expect(open(keys, 9500)(one)).toBe(9500);
});

it('is on the disk before it is said, or is not said', () => {
  const keys = path.join(folder, 'b');
  const signer = policySigner(keys, seed, { nowMs: () => 1 });
  fs.mkdirSync(path.join(keys, 'policy.sequence.fresh'));
  expect(() => signer.sign(one)).toThrow(ClewError);
  fs.rmdirSync(path.join(keys, 'policy.sequence.fresh'));
  expect(openSignedPolicy(signer.sign(one), readPublicKey(fs.readFileSync(path.join(keys, 'policy.pub'), 'utf8'))!)?.sequence).toBe(1);
});
