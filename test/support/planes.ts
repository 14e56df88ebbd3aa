// What tests on whole control planes have in common.
import request from 'supertest';
import { afterEach, expect } from 'vitest';
import { ADMIN_TOKEN, bearer, ndjson, startPlane, type TestPlane } from './control-plane.ts';

/** A way to start control planes that end with the test that started them. */
export function planesOfEachTest(): (options?: Parameters<typeof startPlane>[0]) => Promise<TestPlane> {
  const planes: TestPlane[] = [];
  afterEach(async () => {
    for (const plane of planes.splice(0)) await plane.close();
  });
  return async (options = {}) => {
    const plane = await startPlane(options);
    planes.push(plane);
    return plane;
  };
}

/** Posts them in lines, as a gateway does; every one has to be new and taken. Whether they are stored yet, `settled` tells. */
export async function postSamples(plane: TestPlane, samples: readonly unknown[], token = ADMIN_TOKEN): Promise<void> {
  const answer = await request(plane.app)
    .post('/v1/samples')
    .set(bearer(token))
    .set('Content-Type', 'application/x-ndjson')
    .send(ndjson(samples));
  expect(answer.status, answer.text).toBe(202);
  expect(answer.body).toMatchObject({ accepted: samples.length, rejected: [] });
}

/** The same, and waits until they are stored. */
export async function storeSamples(plane: TestPlane, samples: readonly unknown[], token = ADMIN_TOKEN): Promise<void> {
  await postSamples(plane, samples, token);
  await plane.settled();
}
