// Events that a real LiteLLM sent, read whole. They do not belong to the repository; without them our own events stand in.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseSample } from '#contract';
import { splitBody } from '../../control-plane/src/ingest/index.ts';
import { readEvent } from '../../control-plane/src/litellm/event.ts';
import { sampleOf } from '../../control-plane/src/litellm/to-sample.ts';
import { sharedFile } from '../support/shared-data.ts';
import { failure, success, surroundings } from '../unit/control-plane/litellm/fixtures.ts';

function posts(): { readonly name: string; readonly body: string }[] {
  const folder = sharedFile('captures/litellm');
  if (folder === undefined) return [{ name: 'own', body: JSON.stringify([success(), failure()]) }];
  const files = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.startsWith('guardrail'));
  return files.map((name) => {
    const { body } = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as { body: unknown };
    return { name, body: typeof body === 'string' ? body : JSON.stringify(body) };
  });
}

describe('events of a real LiteLLM', () => {
  it('all become valid samples with a prompt, and with models by evidence alone', () => {
    let [events, bytesIn, bytesOut] = [0, 0, 0];
    for (const { name, body } of posts()) {
      for (const item of splitBody(Buffer.from(body), 'application/json')) {
        const value = 'value' in item ? item.value : undefined;
        const reading = readEvent(value);
        if (!reading.ok) throw new Error(`${name}: ${reading.fault}`);
        const sample = sampleOf(reading.event, `request-${events}`, surroundings());
        const written = JSON.stringify(sample);
        expect(parseSample(JSON.parse(written)), name).toMatchObject({ ok: true, unknownFields: 0 });
        const { model, dialect, prompt } = sample;
        expect(model?.requested ?? sample.composition?.attempts?.[0]?.model, name).toBeDefined();
        expect(model?.executed === undefined, name).toBe(model?.evidence === 'unknown');
        expect(model?.executed, name).not.toBe(model?.requested);
        if (dialect !== 'openai.embeddings') expect(prompt?.text, name).not.toBe('');
        [events, bytesIn, bytesOut] = [events + 1, bytesIn + JSON.stringify(value).length, bytesOut + written.length];
      }
    }
    process.stderr.write(
      `LiteLLM: ${events} events, ${Math.round(bytesIn / events)} bytes each, ${Math.round(bytesOut / events)} as samples\n`,
    );
    expect(events).toBeGreaterThan(0);
  });
});
