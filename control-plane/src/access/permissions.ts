// Who may do what. Roles are few and fixed, so that an auditor can read this table and be done.
export const PERMISSIONS = [
  'samples:write',
  'policies:read',
  'threads:read',
  'search:read',
  'runs:read',
  'topics:read',
  'costs:read',
  'metrics:read',
  'audit:read',
  'alerts:read',
  'alerts:write',
  'erase:write',
  'tokens:manage',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = {
  /** One person: own history only. */
  user: ['threads:read', 'search:read'],
  engineer: ['threads:read', 'search:read', 'runs:read', 'topics:read', 'costs:read', 'metrics:read', 'alerts:read', 'policies:read'],
  /** Aggregates only: never a single conversation. */
  product: ['topics:read', 'costs:read'],
  auditor: ['runs:read', 'audit:read', 'policies:read'],
  /** A gateway. */
  ingest: ['samples:write', 'policies:read'],
  /** An Alertmanager: its webhook, and nothing to read. */
  alerting: ['alerts:write'],
  admin: PERMISSIONS,
} as const satisfies Record<string, readonly Permission[]>;
export type Role = keyof typeof ROLES;

export const isRole = (value: unknown): value is Role => typeof value === 'string' && Object.hasOwn(ROLES, value);

export function roleMay(role: string, permission: string): boolean {
  return isRole(role) && (ROLES[role] as readonly string[]).includes(permission);
}
