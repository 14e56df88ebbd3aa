import { describe, expect, it } from 'vitest';
import { boundedText } from '../../../plugin/src/bounded-text.ts';

describe('boundedText', () => {
  it('reads what is short enough, also characters that are split between pieces', async () => {
    const bytes = Buffer.from('größer');
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect(await boundedText(new Response(stream), bytes.length)).toBe('größer');
    expect(await boundedText(new Response(null), 10)).toBe('');
  });

  it('stops reading an answer that does not end', async () => {
    let pulled = 0;
    let isCancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1000));
      },
      cancel() {
        isCancelled = true;
      },
    });
    expect(await boundedText(new Response(endless), 10_000)).toBeUndefined();
    expect(pulled).toBeLessThan(20);
    expect(isCancelled).toBe(true);
  });
});
