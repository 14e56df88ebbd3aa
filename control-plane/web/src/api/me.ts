import { createContext, use } from 'react';
import type { Me } from './views.ts';

/** Undefined until the answer: until then everything is offered, and the API decides. */
export const MeContext = createContext<Me | undefined>(undefined);

export const mayOf =
  (me: Me | undefined) =>
  (permission: string): boolean =>
    me === undefined || me.permissions.includes(permission);

/** Whether to offer what needs the permission. */
export const useMay = (): ((permission: string) => boolean) => mayOf(use(MeContext));
