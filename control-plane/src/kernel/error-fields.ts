import type { LogFields } from './logger.ts';

const FRAMES = 8;

/** What of an error may be logged: its class, code and place. Not its message, which can quote what a user wrote. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const { code } = error as { code?: unknown };
  // The stack begins with the message, whose lines could pass for frames.
  const frames = (error.stack ?? '')
    .replace(error.message, () => '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return {
    errorName: error.name,
    errorCode: typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : undefined,
    errorAt: frames
      .slice(0, FRAMES)
      .map((line) => line.trim().replace('at ', ''))
      .join(' < ')
      .slice(0, 2000),
  };
}
