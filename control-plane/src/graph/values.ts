import type { Value } from './types.ts';

/** Half a character, which no UTF-8 text can hold, becomes the mark of a lost one. */
export const wellFormed = (text: string): string => text.toWellFormed();

/** Nothing, and what is no number, is left out. */
export const isWritable = (value: Value | null): value is Value => value !== null && (typeof value !== 'number' || Number.isFinite(value));
