// Who may do what. Roles are few and fixed, so that an auditor can read this table and be done.
export const PERMISSIONS = [
  'self:read',
  'samples:write',
  'policies:read',
  'policies:write',
  'threads:read',
  'threads:write',
  'search:read',
  'runs:read',
  'topics:read',
  'reports:read',
  'metrics:read',
  'feedback:write',
  'audit:read',
  'alerts:read',
  'alerts:write',
  'erase:write',
  'retention:read',
  'holds:write',
  'tokens:manage',
  'reveal:write',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Permissions that no role brings along: only a token made with them by name has them, and only of these roles. */
export const ON_REQUEST: Partial<Record<Permission, readonly string[]>> = { 'reveal:write': ['auditor', 'admin'] };

export const ROLES = {
  /** One person: own history only. */
  user: ['self:read', 'threads:read', 'search:read', 'feedback:write'],
  engineer: [
    'self:read',
    'threads:read',
    'threads:write',
    'search:read',
    'runs:read',
    'topics:read',
    'reports:read',
    'metrics:read',
    'feedback:write',
    'alerts:read',
    'policies:read',
    'retention:read',
  ],
  /** Aggregates only: never a single conversation. */
  product: ['self:read', 'topics:read'],
  auditor: ['self:read', 'runs:read', 'audit:read', 'policies:read', 'retention:read'],
  /** A gateway, or an application behind it. */
  ingest: ['self:read', 'samples:write', 'feedback:write', 'policies:read'],
  /** An Alertmanager: its webhook, and nothing to read. */
  alerting: ['self:read', 'alerts:write'],
  admin: PERMISSIONS.filter((permission) => ON_REQUEST[permission] === undefined),
} as const satisfies Record<string, readonly Permission[]>;
export type Role = keyof typeof ROLES;

export const isRole = (value: unknown): value is Role => typeof value === 'string' && Object.hasOwn(ROLES, value);
export const isPermission = (value: unknown): value is Permission => (PERMISSIONS as readonly unknown[]).includes(value);

/** What tokens of the role may do unless they say otherwise. */
export const permissionsOf = (role: string): readonly Permission[] => (isRole(role) ? ROLES[role] : []);

export const roleMay = (role: string, permission: string): boolean => (permissionsOf(role) as readonly string[]).includes(permission);

/** True where a token of the role can be made with the permission. */
export const roleMayHold = (role: Role, permission: Permission): boolean =>
  roleMay(role, permission) || ON_REQUEST[permission]?.includes(role) === true;
