export const lastOf = <T>(list: readonly T[]): T | undefined => list[list.length - 1];
